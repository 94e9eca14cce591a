"""A real Chromium and a running service whose pages it opens: none may fail, or load anything from elsewhere."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from carbon.accounts import ProviderFootprint
from carbon.decisions import Decision, DecisionKind, Promise
from carbon.intensity import Quality, Signal
from carbon.ledger import UsageRow
from carbon.reading import ZoneReading
from store.history.history import History
from store.history.readings import Readings
from store.ledger.accounts import Accounts
from store.ledger.decisions import DecisionLedger, Kept
from tests.fakes import past
from tests.fakes.grid import FakeReader, flat, known, observation
from tests.fakes.service import NOW, service

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
VIOLATIONS = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error("policy", event.violatedDirective, event.blockedURI, event.sourceFile));"""
Open = Callable[..., Page]


def readings() -> dict[str, ZoneReading]:
    """A zone of each quality: measured, estimated, stale; all others have the usual values of past years."""
    stale = ZoneReading(latest=observation(NOW, 61.0, hours_ago=9, zone="FR"), reason="late")
    return {
        "SE-SE3": flat(NOW, 24.0),
        "DE": known(NOW, [410.0 - 6 * (hour % 24) for hour in range(72)], quality=Quality.ESTIMATED),
        "FR": stale,
    }


def month_of_readings() -> Readings:
    """Thirty days of hours from 100 to 500 g/kWh, with gaps."""
    first = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=24 * 30 - 1)
    return past.readings(first, [None if hour % 60 < 5 else 100.0 + hour % 24 * 17 for hour in range(24 * 30)])


def usage() -> Iterator[dict[str, Any]]:
    """Two weeks of two teams: one zone with readings, one without, and a machine whose power is not known."""
    places = ("aws:eu-central-1", "m7g.large"), ("aws:us-east-1", "m7g.large"), ("azure:westeurope", "Standard_NV6")
    for day in range(1, 15):
        start = (NOW - timedelta(days=day)).replace(hour=8, minute=0, second=0, microsecond=0).isoformat()
        for number, (region, machine) in enumerate(places):
            ran = {"id": f"{day}-{number}", "start": start, "hours": day, "count": 9, "tags": {"team": f"<b>{number}"}}
            yield {**ran, "region": region, "instance_type": machine}


def ledger(history: History) -> None:
    """A decision whose hours are over, one whose hours are to come, and what AWS says of an account."""
    keep = DecisionLedger(history)
    keep.keep_facts("v", lambda: {"zones.csv": b"key\n"})
    for name, days in (("over", -3), ("pending", 1)):
        start = NOW + timedelta(days=days)
        rows = [
            UsageRow(id="run", start=start, end=start + timedelta(hours=2), region=region, it_kwh=1.0, pue=1.0)
            for region in ("aws:eu-central-1", "aws:us-east-1")
        ]
        sides = [Promise(row=row, co2_emissions_g=300.0, embodied_emissions_g=None, cost_usd=1.0) for row in rows]
        decision = Decision(
            id=name,
            kind=DecisionKind.SCHEDULE,
            made_at=NOW - timedelta(days=4),
            signal=Signal.AVERAGE_LIFECYCLE,
            placed=sides[:1],
            instead=sides[1:],
            tags={"team": "<b>search"},
        )
        keep.put("default", decision, Kept(question=b'{"region": "<b>"}', answer=b"{}", evidence=b"{}", facts="v"))
    figure = ProviderFootprint(
        month=NOW.date().replace(day=1),
        account="111122223333",
        region="eu-central-1",
        service="AmazonEC2",
        model_version="v3.0.0",
        location_based_g=9000.0,
        market_based_g=0.0,
    )
    Accounts(history).put_footprints("default", "aws", [figure])


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROME_BIN") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the service."""
    kept, folder = past.FakePast({"DE": [month_of_readings()]}), tmp_path_factory.mktemp("site")
    app = service(FakeReader(readings()), past=kept, rate_limit="off", data_dir=folder)
    assert app.test_client().post("/api/v1/usage", json={"rows": list(usage())}).status_code == 200
    ledger(History(folder))
    yield from serve(app)


def serve(app: Any) -> Iterator[str]:
    """An application on a free port, until the test ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Open]:
    """Opens a path of the site in a window of its own; afterwards, nothing may have failed in any."""
    yield from watched(browser, site)


@pytest.fixture(scope="module")
def keep_page(browser: Browser, site: str) -> Iterator[Open]:
    """The same for the tests of a module, which share a window."""
    yield from watched(browser, site)


def errors_in(message: ConsoleMessage) -> list[str]:
    """An error of the console; a page that is itself a problem (400) is none."""
    is_page = "/static/" not in message.location["url"] and message.text.startswith("Failed to load resource")
    return [message.text] if message.type == "error" and not is_page else []


def watched(browser: Browser, site: str) -> Iterator[Open]:
    troubles: list[str] = []
    contexts = []

    def opened(path: str, *, width: int = 1440, **options: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.add_init_script(VIOLATIONS)
        page = context.new_page()
        page.on("console", lambda message: troubles.extend(errors_in(message)))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda asked: troubles.append(asked.url) if not asked.url.startswith(site) else None)
        page.goto(f"{site}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not troubles
