"""What every test stands on: no network but loopback, no live sources, and hypothesis without time limits."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

os.environ["LIVE"] = "off"  # for services that tests start as programs; those about live data switch it on
settings.register_profile("local", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("few", parent=settings.get_profile("ci"), max_examples=10)  # for one more Python
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "local"))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_unless_loopback(address: Any) -> None:
    if isinstance(address, tuple) and not _is_loopback(str(address[0])):
        raise ConnectionRefusedError(f"tests have no network: connection to {address[0]}:{address[1]} refused")


@pytest.fixture(scope="session", autouse=True)
def no_network(request: pytest.FixtureRequest) -> Iterator[None]:
    """Refuse every look-up and connection that leaves this machine, unless `-m live` asks for the upstreams."""
    if request.config.getoption("-m") == "live":
        yield
        return
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _refuse_unless_loopback(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_unless_loopback(address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_loopback(name):
            raise socket.gaierror(socket.EAI_NONAME, f"tests have no network: {name} is not looked up")
        return getaddrinfo(host, port, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


# Many real processes under load, judged by the clock. They come last, and as a machine that is busy with something else
# can fail them, each is tried up to three times: what a drill finds wrong every time is wrong.
DRILLS = (
    "tests/faults/",
    "tests/contract/test_workers.py",
    "tests/grid/test_one_truth.py",
    "tests/deploy/test_nginx",
)
DRILL_TRIES = 3


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the drills, before pytest looks at what -m asks for."""

    def is_drill(item: pytest.Item) -> bool:
        return item.path.relative_to(config.rootpath).as_posix().startswith(DRILLS)

    for item in filter(is_drill, items):
        item.add_marker(pytest.mark.drill)
        item.add_marker(pytest.mark.flaky(reruns=DRILL_TRIES - 1, reruns_delay=5))
    items.sort(key=is_drill)
