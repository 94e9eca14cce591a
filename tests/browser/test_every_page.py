"""What holds for every page and state in a real browser: everybody can use it, on any screen, without script too."""

from __future__ import annotations

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Open

PLAN = (
    '{"jobs":[{"id":"train","duration_hours":6,"instance_type":"m7g.large","home":"us-east-1","regions":["eu-west-3"]},'
    '{"id":"late","duration_hours":6,"instance_type":"m7g.large","home":"us-east-1","deadline":"2026-02-11T12:00:00Z"}]}'
)
# A page in each of its states.
PAGES = (
    "/",
    "/?region=aws:eu-west-3&hours=168&view=europe",
    "/?provider=aws&q=frankfurt&duration_hours=4&instance_type=m7g.large",
    "/?q=atlantis&provider=gcp",
    "/?duration_hours=3&instance_type=m7g.lrage",
    "/?sort=beauty",
    "/regions/aws:eu-central-1",
    "/regions/aws:eu-central-1?days=30",
    "/regions/aws:eu-west-3?hours=168&sort=price",
    "/regions/aws:eu-north-1?machine=m7g.lrage",
    "/regions/fly:ams",
    "/regions/westeurop",
    "/sources",
    "/about",
    "/instances?q=m7g",
    "/instances?q=m7g.lrge",
    "/instances/aws:p5.48xlarge",
    "/instances/azure:Standard_NV6",
    "/instances/aws:m7g.lrge",
    "/plan",
    f"/plan?question={PLAN}",
    "/plan?id=train&hours=long&home=aws:us-esat-1",
    "/plan?plan=none",
    "/compare",
    "/compare?option=aws:us-east-1,m7g.large&option=azure:westeurope,Standard_NV6&option=gcp:us-east1,n2-standard-2",
    "/compare?option=aws:eu-north-1,m7g.large&option=aws:eu-central-1,m7g.large,1,3&include_embodied=true",
    "/compare?option=aws:eu-north-1,m7g.lage,x&option=nowhere,m7g.large",
    "/skill",
    "/skill?source=electricity-maps-forecast",
    "/skill?signal=marginal",
    "/usage?from=2026-01-20&by=team,region&functional_units=1000",
    "/usage?to=2025-01-31",
    "/usage/comparison?from=2026-01",
    "/docs/guide/other-tools",
    "/docs/guide/what-it-emitted",
    "/nothing?theme=dark",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
MOST_BYTES, MOST_REQUESTS, MOST_SCRIPT_BYTES = 80_000, 8, 8_000


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, keep_page: Open) -> Page:
    """A page in a state, which the tests share."""
    return keep_page(request.param)


def faults(page: Page) -> list[str]:
    """What axe finds, each with the first place."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]} ({one['nodes'][0]['failureSummary']})" for one in found]


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_everybody_can_use_it(page: Page, colours: str) -> None:
    page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]  # one of these words

    assert faults(page) == []


def test_it_never_scrolls_sideways(page: Page) -> None:
    for width in (360, 720, 1440):  # 720: a window of 1440 pixels at a zoom of 200 %
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_in_forced_colours_bands_keep_theirs(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    bands = page.locator(".band-vl, .band-h")
    colours = bands.evaluate_all("all => all.map(one => getComputedStyle(one).backgroundColor)")
    page.emulate_media(forced_colors="none")

    assert set(colours) <= {"rgb(220, 239, 197)", "rgb(192, 71, 40)"}


def test_in_print_controls_go(page: Page) -> None:
    page.emulate_media(media="print")
    controls = page.locator("form:visible, nav:visible, .copy:visible").count()
    page.emulate_media(media="screen")

    assert controls == 0


@pytest.mark.parametrize("path", PAGES)
def test_without_script_it_is_small_and_every_control_is_a_link_or_a_form(open_page: Open, path: str) -> None:
    page = open_page("/static/icon.svg", java_script_enabled=False)
    sizes: dict[str, int] = {}
    page.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    page.goto(page.url.partition("/static")[0] + path)

    assert page.locator("h1").count() == 1
    assert page.locator("button:visible").count() == page.locator("form button:visible").count()
    assert 3 <= len(sizes) < MOST_REQUESTS - 1
    assert sum(sizes.values()) < MOST_BYTES - MOST_SCRIPT_BYTES  # which is not loaded here


def test_the_script_is_small(open_page: Open) -> None:
    page = open_page("/")
    script = page.request.get(page.locator("script").evaluate("one => one.src")).body()

    assert len(gzip.compress(script)) < MOST_SCRIPT_BYTES
