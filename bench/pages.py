"""What pages and pictures cost: CPU time of each in this process, its size on the wire, and the memory of a worker."""

from __future__ import annotations

import gzip
import http.client
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from flask.testing import FlaskClient

from app import create_app
from bench.cases import CASES
from bench.report import at_most, table
from bench.server import Server, gunicorn
from bench.windows import cpu_seconds
from settings import Settings

HOME_MS, SVG_MS, PNG_MS, MEMORY_MB, PAGE_KB = 40.0, 15.0, 120.0, 15.0, 80.0
REGION = "aws:eu-central-1"
PAGES = (
    "/",
    "/?duration_hours=4",
    f"/regions/{REGION}",
    "/instances",
    "/instances/aws:m7g.large",
    f"/compare?option={REGION},m7g.large&option=aws:eu-north-1,m7g.large",
    "/plan",
    "/skill",
    "/sources",
    "/about",
    "/docs/guide",
)
PICTURES = (
    "/charts/map.{}?provider=all",
    f"/charts/forecast.{{}}?region={REGION}",
    f"/charts/forecast.{{}}?region={REGION}&hours=168",
    f"/charts/history.{{}}?region={REGION}&view=year",
    "/charts/pareto.{}?vcpus=2&memory_gb=8",
    "/charts/skill.{}",
    f"/badge/{REGION}.{{}}",
)
QUESTIONS = (
    "/v1/by-rank",
    f"/api/v1/regions/{REGION}",
    "/api/v1/instances",
    "/api/v1/zones/DE/forecast",
    "/api/v1/sources",
    "/ready",
    "/api/v1/optimize",
)
OPTIMIZE = '{"workload":"general","priority":"carbon","providers":["aws"],"requirements":{"vcpus":2,"memory_gb":8}}'
HEALTH = next(case for case in CASES if case.path == "/health")


def section(rounds: int, share: float) -> str:
    """Measure; the tables in markdown. share: not used."""
    with TemporaryDirectory() as folder:
        settings = Settings(live="off", rate_limit="off", access_log="off", data_dir=Path(folder))
        client = create_app(settings).test_client()
        pages = [_page(client, path, rounds) for path in PAGES]
        pictures = [_picture(client, path, form, rounds) for path in PICTURES for form in ("svg", "png")]
    return "\n\n".join(
        (
            table(["page", "CPU ms", "target", "kB gzipped", "target"], pages),
            table(["picture", "CPU ms", "target", "kB"], pictures),
            table(["private memory of a worker", "MB", "target"], _memory()),
        )
    )


def _page(client: FlaskClient, path: str, rounds: int) -> list[str]:
    """Pages are not cached. The target is that of the first page."""
    size = len(gzip.compress(_body(client, path))) / 1000
    milliseconds = _milliseconds(partial(_body, client, path), rounds)
    target = at_most(milliseconds, HOME_MS) if path == "/" else ""
    return [f"`{path}`", f"{milliseconds:.1f}", target, f"{size:.1f}", at_most(size, PAGE_KB)]


def _picture(client: FlaskClient, path: str, form: str, rounds: int) -> list[str]:
    """Each is asked for in a width of its own, since answers are kept for a minute; the widths differ little."""
    address = path.format(form)
    widths = (f"{address}{'&' if '?' in address else '?'}width={number}" for number in count(1200))
    size = len(_body(client, next(widths))) / 1000
    milliseconds = _milliseconds(lambda: _body(client, next(widths)), rounds)
    target = at_most(milliseconds, PNG_MS if form == "png" else SVG_MS)
    return [f"`{address}`", f"{milliseconds:.1f}", target, f"{size:.0f}"]


def _body(client: FlaskClient, path: str) -> bytes:
    """Raises RuntimeError if it is no answer."""
    response = client.get(path)
    if response.status_code != 200:
        raise RuntimeError(f"{path} was answered with {response.status_code}")
    return bytes(response.data)


def _milliseconds(work: Callable[[], object], rounds: int) -> float:
    work()
    return 1000 * median(cpu_seconds(work) for _ in range(rounds))


def _memory() -> list[list[str]]:
    """Of a worker that has answered like questions as JSON, and then shown every page and picture."""
    pictures_as_png = [path.format("png") for path in PICTURES]
    with gunicorn("app:app", HEALTH, {"LIVE": "off", "RATE_LIMIT": "off"}) as server:
        before, pages, pictures = (_after(server, paths) for paths in (QUESTIONS, PAGES, pictures_as_png))
    return [
        ["after like questions to the API", f"{before:.1f}", ""],
        ["after every page", f"{pages:.1f}", at_most(pages - before, MEMORY_MB)],
        ["after every picture as PNG too", f"{pictures:.1f}", ""],
    ]


def _after(server: Server, paths: Sequence[str]) -> float:
    """The worker's private memory once it has answered at these paths, in MB."""
    for path in paths:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        method, body = ("POST", OPTIMIZE) if path.endswith("/optimize") else ("GET", None)
        connection.request(method, path, body=body, headers={"Content-Type": "application/json"})
        status = connection.getresponse().status
        connection.close()
        if status != 200:
            raise RuntimeError(f"{path} was answered with {status}")
    return server.worker_private_mb()[0]
