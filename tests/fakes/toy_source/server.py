"""The upstream of the toy source: a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

VALUES = {"Germany": 123.0, "France": 45.0}


class ToyServer(ThreadingHTTPServer):
    """Answers /now?place=NAME. status: of all answers. places: the requests so far."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.places: list[str] = []

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: ToyServer

    def do_GET(self) -> None:
        (place,) = parse_qs(urlsplit(self.path).query)["place"]
        self.server.places.append(place)
        body = json.dumps({"gco2": VALUES[place], "at": time.time() // 300 * 300}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing."""


@contextmanager
def serving() -> Iterator[ToyServer]:
    """A server for the time of a test."""
    server = ToyServer()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
