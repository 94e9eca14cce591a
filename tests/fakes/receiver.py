"""A receiver of webhooks on loopback, by TLS with a certificate of its own authority, or by plain HTTP."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

NAME = "hooks.example.org"
OPENSSL = shutil.which("openssl")
_EXTENSIONS = (
    "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n[host]\nsubjectAltName=DNS:{name}\n"
)


@dataclass(frozen=True)
class Received:
    """One request. came_at: monotonic seconds."""

    path: str
    headers: dict[str, str]
    body: bytes
    came_at: float = field(default_factory=time.monotonic)

    @property
    def delivery(self) -> str:
        return self.headers["x-carbon-delivery"]


Answer = Callable[[BaseHTTPRequestHandler], None]


def status(code: int, **headers: str) -> Answer:
    """An answer of this status without a body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@dataclass
class Receiver:
    """answers: to the next requests, the last one to all after it."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=lambda: [status(204)])
    stopped: threading.Event = field(default_factory=threading.Event)

    def next_answer(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def deliveries(self) -> list[str]:
        return [one.delivery for one in self.received]


def certificate(folder: Path, name: str = NAME) -> tuple[Path, Path]:
    """The authority's certificate, and the key and certificate of a host of this name in one file."""
    if OPENSSL is None:
        pytest.skip("openssl is not installed")
    (folder / "extensions").write_text(_EXTENSIONS.format(name=name))
    ca, host = folder / "ca.pem", folder / "host.pem"

    def run(*arguments: str) -> None:
        subprocess.run([str(OPENSSL), *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603

    def request(subject: str) -> tuple[str, ...]:
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", f"{subject}.key")
        return ("req", *key, "-subj", f"/CN={subject}", "-out", f"{subject}.csr")

    sign = ("-days", "2", "-extfile", "extensions")
    run(*request("authority"))
    run(
        "x509", "-req", "-in", "authority.csr", "-signkey", "authority.key", *sign, "-extensions", "ca", "-out", ca.name
    )
    run(*request("host"))
    signer = ("-CA", ca.name, "-CAkey", "authority.key", "-CAcreateserial")
    run("x509", "-req", "-in", "host.csr", *signer, *sign, "-extensions", "host", "-out", "host.crt")
    host.write_bytes((folder / "host.key").read_bytes() + (folder / "host.crt").read_bytes())
    return ca, host


@contextmanager
def receiving(host_file: Path | None = None) -> Iterator[Receiver]:
    """A receiver for the time of a test. host_file: see certificate; None: plain HTTP."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.received.append(Received(self.path, headers, body))
            with suppress(OSError):
                receiver.next_answer()(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Nothing: a client that hangs up is meant."""

    server = Server(("127.0.0.1", 0), Handler)
    if host_file is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(host_file)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield receiver
    finally:
        receiver.stopped.set()
        server.shutdown()
        server.server_close()
