"""POST to a URL that a caller named, over real TLS: where it goes, what it refuses, and that it ends in time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from outbound.hosts import HostRules
from outbound.poster import Poster, PostFailed, PostLimits
from tests.fakes.patience import HANG_SECONDS, promptly
from tests.fakes.receiver import NAME, Receiver, certificate, receiving, status

SHORT = PostLimits(look_up=0.3, connect=0.3, reply=0.3, total=1.0)
RULES = HostRules.of(NAME)


class Resolver:
    """Answers look-ups in turn, the last answer for ever."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def poster(*answers: Sequence[str], rules: HostRules = RULES, limits: PostLimits | None = None) -> Poster:
    return Poster(rules, limits, resolve=Resolver(*(answers or (["127.0.0.1"],))))


def url(receiver: Receiver, path: str = "/hook?a=b") -> str:
    return f"https://{NAME}:{receiver.port}{path}"


def failure(sender: Poster, where: str) -> str:
    with pytest.raises(PostFailed) as failed:
        sender.post(where, {}, b"{}")
    return str(failed.value)


def test_it_goes_to_the_address_that_was_looked_up_under_the_name_of_the_url(receiver: Receiver) -> None:
    reply = poster().post(url(receiver), {"X-Carbon-Event": "test"}, b'{"a":1}')

    (request,) = receiver.received
    assert reply.status == 204
    assert (request.path, request.body) == ("/hook?a=b", b'{"a":1}')
    assert request.headers["host"] == f"{NAME}:{receiver.port}"
    assert request.headers["x-carbon-event"] == "test"
    assert request.headers["user-agent"].startswith("carbon-aware-cloud-optimizer/")
    assert not {"authorization", "cookie"} & request.headers.keys()


def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert poster().post(url(receiver), {}, b"{}").status == 204


def test_a_name_that_leads_elsewhere_a_moment_later_is_not_looked_up_again(receiver: Receiver) -> None:
    resolver = Resolver(["93.184.216.34"], ["127.0.0.1"])  # public when it is checked, loopback afterwards

    with pytest.raises(PostFailed, match="cannot be reached"):  # tests have no network
        Poster(HostRules(), SHORT, resolve=resolver).post(url(receiver), {}, b"{}")

    assert len(resolver.asked) == 1
    assert receiver.received == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["93.184.216.34", "127.0.0.1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["64:ff9b::7f00:1"]],
)
def test_nothing_is_sent_if_any_address_of_the_name_is_not_public(receiver: Receiver, addresses: list[str]) -> None:
    text = failure(poster(addresses, rules=HostRules()), url(receiver))

    assert text.startswith("the host name leads to an address ")
    assert receiver.received == []


def test_a_name_without_an_address_is_a_failure() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    assert failure(Poster(RULES, resolve=unknown), f"https://{NAME}/") == "the host name leads to no address"
    assert failure(poster([]), f"https://{NAME}/") == "the host name leads to no address"


def test_a_url_that_is_not_allowed_any_more_is_not_sent_to() -> None:
    assert "must begin with https://" in failure(poster(rules=HostRules()), "http://ci.example.org/")


def test_a_certificate_of_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ca, host = certificate(tmp_path, "other.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(ca))

    with receiving(host) as other:
        assert "certificate" in failure(poster(), url(other))

    assert other.received == []


def test_a_certificate_of_an_unknown_authority_is_refused(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")

    assert "certificate" in failure(poster(), url(receiver))
    assert receiver.received == []


def test_the_next_address_is_tried_where_the_first_one_cannot_be_reached(receiver: Receiver) -> None:
    reply = poster(["127.0.0.9", "127.0.0.1"]).post(url(receiver), {}, b"{}")

    assert reply.status == 204


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver, code: int) -> None:
    receiver.answers = [status(code, Location=url(receiver, "/elsewhere"))]

    assert poster().post(url(receiver), {}, b"{}").status == code
    assert len(receiver.received) == 1


def test_retry_after_is_read(receiver: Receiver) -> None:
    receiver.answers = [status(429, Retry_After="120")]

    assert poster().post(url(receiver), {}, b"{}").retry_after_seconds == 120


def test_plain_http_reaches_a_host_of_the_operator() -> None:
    with receiving() as plain:
        reply = poster().post(f"http://{NAME}:{plain.port}/hook", {}, b"{}")

    assert reply.status == 204


def test_headers_that_arrive_byte_by_byte_end_in_time(receiver: Receiver) -> None:
    def trickle(handler: BaseHTTPRequestHandler) -> None:
        while not receiver.stopped.wait(0.05):
            handler.wfile.write(b"H")
            handler.wfile.flush()

    receiver.answers = [trickle]

    with promptly():
        assert failure(poster(limits=SHORT), url(receiver)) == "the host did not answer in time"


def test_a_body_without_end_is_not_read(receiver: Receiver) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not receiver.stopped.is_set():
            handler.wfile.write(b"x" * 65_536)

    receiver.answers = [endless]

    with promptly():
        assert poster().post(url(receiver), {}, b"{}").status == 200


@pytest.mark.parametrize("reply", [b"", b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 5000])
def test_what_is_no_answer_of_http_is_a_failure(receiver: Receiver, reply: bytes) -> None:
    def raw(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.wfile.write(reply)
        handler.wfile.flush()

    receiver.answers = [raw]

    with promptly():
        assert "closed the connection" in failure(poster(), url(receiver))


def test_a_look_up_that_hangs_ends_in_time() -> None:
    is_over = threading.Event()

    def hanging(host: str, port: int) -> Sequence[str]:
        is_over.wait(HANG_SECONDS)
        return ["127.0.0.1"]

    with promptly():
        text = failure(Poster(RULES, SHORT, resolve=hanging), f"https://{NAME}/")
    is_over.set()

    assert text == "the host name was not looked up in time"


def test_a_host_that_accepts_and_stays_silent_ends_in_time(receiver: Receiver) -> None:
    def silent(handler: BaseHTTPRequestHandler) -> None:
        receiver.stopped.wait(HANG_SECONDS)

    receiver.answers = [silent]

    with promptly():
        assert failure(poster(limits=SHORT), url(receiver)) == "the host did not answer in time"
