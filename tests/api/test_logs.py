"""What the log leaves out."""

from __future__ import annotations

import logging

import pytest
from werkzeug.serving import WSGIRequestHandler

from api.edge.logs import is_about_no_request


class Handler(WSGIRequestHandler):
    """Handles one request of werkzeug's development server, without a connection."""

    def __init__(self) -> None:
        self.client_address = ("127.0.0.1", 40_000)
        self.requestline = "GET /v1/by-rank?key=cao_secret HTTP/1.1"
        self.command, self.path, self.request_version = "GET", "/v1/by-rank?key=cao_secret", "HTTP/1.1"


def test_the_line_of_the_development_server_about_a_request_which_holds_the_query_is_dropped(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, logger="werkzeug"):
        logging.getLogger("werkzeug").info(" * Running on http://127.0.0.1:5000")
        Handler().log_request(200)

    start, request = (record for record in caplog.records if record.name == "werkzeug")
    assert "cao_secret" in request.getMessage()
    assert (is_about_no_request(start), is_about_no_request(request)) == (True, False)
