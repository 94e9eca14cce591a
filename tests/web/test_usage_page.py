"""/usage and /charts/usage: the figures of GET /api/v1/usage/report for people."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from app import create_app
from engine import Engine
from mapping import CloudMap
from settings import Settings
from tests.api.test_webhooks import ByKey
from tests.fakes.access import access, record
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW
from tests.fakes.service import service as fake_service
from tests.web.pictures import HOSTILE, pixels, svg, text_of, titles
from tests.web.test_pages import Reader
from tests.web.test_plan_page import one_line
from web.pages.words import grams, kwh, percent, usd

MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
YESTERDAY = MIDNIGHT - timedelta(days=1)
DAY = YESTERDAY.date().isoformat()
MAPPING = CloudMap.load()
BASE = {"start": f"{DAY}T08:00:00Z", "hours": 2, "region": "aws:ca-central-1", "pue": 1.0}
# In the hours of 8 and 9 g/kWh: 3 kWh are 25.5 g, 1 kWh is 8.5 g; nobody says what the last one draws.
ROWS = (
    {**BASE, "id": "one", "kwh": 3.0, "tags": {"team": "search"}, "cost_usd": 4.5},
    {**BASE, "id": "two", "kwh": 1.0, "tags": {"team": "ads"}},
    {**BASE, "id": "odd", "region": "azure:westeurope", "instance_type": "Standard_NV6", "tags": {"team": "old"}},
)


def service(folder: Path) -> FlaskClient:
    past = FakePast({"CA-QC": [readings(YESTERDAY, [float(hour) for hour in range(48)])]})
    settings = Settings(data_dir=folder, live="off", rate_limit="off")
    return create_app(settings, Engine(MAPPING, FakeReader(), past), clock=lambda: NOW).test_client()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A service with three rows of usage, one of which has no figures."""
    client = service(tmp_path_factory.mktemp("ledger"))
    assert client.post("/api/v1/usage", json={"rows": ROWS}).status_code == 200
    return client


@pytest.fixture
def empty(tmp_path: Path) -> FlaskClient:
    return service(tmp_path)


def rows_of(page: str) -> list[str]:
    return [one_line(row) for row in re.findall(r"<tr>.*?</tr>", page.partition("<tbody>")[2], re.DOTALL)]


def test_the_page_says_what_would_have_been_emitted_without_waiting(empty: FlaskClient) -> None:
    waited = {**ROWS[0], "submitted_at": f"{DAY}T04:00:00Z"}
    empty.post("/api/v1/usage", json={"rows": [waited, ROWS[1]]})

    page = unescape(one_line(empty.get(f"/usage?from={DAY}&to={DAY}").text))

    # 3 kWh in the hours of 4 and 5 g/kWh are 13.5 g, with the 8.5 g of the other row 22 g; 34 g were emitted.
    assert "Without waiting, each from when it was submitted, it would have emitted 22.0 g" in page
    assert "you emitted 12.0 g more" in page
    assert f"Rows with {percent(25)} of the grams do not say when that was: they count as they ran." in page


@pytest.mark.parametrize(
    "asked", ["", "&by=team", "&by=team,region&step=day", "&step=month", "&by=team&tag=team=search", "&by=nothing"]
)
def test_the_page_shows_the_figures_of_the_json(client: FlaskClient, asked: str) -> None:
    answer = client.get(f"/api/v1/usage/report?from={DAY}&to={DAY}{asked}").get_json()

    page = unescape(client.get(f"/usage?from={DAY}&to={DAY}{asked}").text)

    total, tiles = answer["total"], " ".join(map(one_line, re.findall(r'<p class="tile">.*?</p>', page)))
    for shown in (grams(total["co2_emissions_g"]), kwh(total["power_consumption_kwh"]), usd(total["cost_usd"])):
        assert shown in tiles
    rows = rows_of(page)
    assert len(rows) == len(answer["report"]) > 0
    for text, one in zip(rows, answer["report"], strict=True):
        assert text.startswith(" ".join("none" if value is None else value for value in one["group"]))
        for shown in (grams(one["co2_emissions_g"]), kwh(one["power_consumption_kwh"]), usd(one["cost_usd"])):
            assert shown in text
        assert text.endswith(f"{one['unknown_hours']:g}")


def test_a_group_that_no_row_has_is_said_above_the_table(client: FlaskClient) -> None:
    pages = [one_line(client.get(f"/usage?from={DAY}&to={DAY}&by={by}").text) for by in ("team", "team,taem")]

    words = "No row on these days has taem: the name may be misspelt."
    assert [words in page for page in pages] == [False, True]


def test_sums_are_those_of_the_rows_and_unknown_hours_stand_beside_them(client: FlaskClient) -> None:
    page = one_line(client.get(f"/usage?from={DAY}&to={DAY}").text)

    assert "Grid 34.0 g" in page  # 25.5 + 8.5
    assert "Energy 4.00 kWh 8.5 gCO2e/kWh in the mean" in page
    assert "2 of 6 hours are in no sum of grams, because their energy or intensity is unknown." in page


def test_a_group_of_which_nothing_is_known_says_so_and_never_zero(client: FlaskClient) -> None:
    page = client.get(f"/usage?from={DAY}&to={DAY}&by=team").text

    # Its price is in the list, at $0.82 an hour.
    (old,) = (text for text in rows_of(page) if text.startswith("old"))
    assert old == f"old {DAY} unknown unknown unknown unknown $1.64 2"


def test_the_median_region_is_a_sentence_with_the_figure_of_the_json(client: FlaskClient) -> None:
    median = client.get(f"/api/v1/usage/report?from={DAY}&to={DAY}").get_json()["in_median_region"]

    page = one_line(client.get(f"/usage?from={DAY}&to={DAY}").text)

    less = grams(median["co2_emissions_g"] - 34.0)
    assert f"In {median['region']}, the region in the middle" in page
    assert f"would have emitted {grams(median['co2_emissions_g'])}: you emitted {less} less" in page


def test_units_give_the_emissions_of_one(client: FlaskClient) -> None:
    page = client.get(f"/usage?from={DAY}&to={DAY}&functional_units=17")
    without = client.get(f"/usage?from={DAY}&to={DAY}")

    assert "SCI, for each unit 2.00 g" in one_line(page.text)  # 34 g / 17
    assert "SCI" not in without.text


def test_the_command_and_the_files_ask_the_same_and_can_be_opened(client: FlaskClient) -> None:
    path = f"/usage?from={DAY}&to={DAY}&by=team&step=day&tag=team%3Dsearch&functional_units=1234567.5"
    page = unescape(client.get(path).text)

    same = f"from={DAY}&to={DAY}&by=team&step=day&tag=team%3Dsearch&functional_units=1234567.5"
    assert f"curl -s 'http://localhost/api/v1/usage/report?{same}'" in page
    files = dict(re.findall(r'<a href="([^"]+)">(JSON|CSV|Markdown|SVG|PNG)</a>', page))
    assert list(files.values()) == ["JSON", "CSV", "Markdown", "SVG", "PNG"]
    assert {name: client.get(address).mimetype for address, name in files.items()} == {
        "JSON": "application/json",
        "CSV": "text/csv",
        "Markdown": "text/markdown",
        "SVG": "image/svg+xml",
        "PNG": "image/png",
    }


def test_links_of_the_page_keep_the_whole_question(client: FlaskClient) -> None:
    asked = f"from={DAY}&to={DAY}&by=team&step=day&tag=team%3Dsearch&functional_units=1234567.5"
    page = unescape(client.get(f"/usage?{asked}").text)

    (dark,) = re.findall(r'href="/usage\?([^"]*theme=dark)"', page)
    assert sorted(dark.split("&")) == sorted([*asked.split("&"), "theme=dark"])


def test_an_empty_ledger_shows_a_first_row_that_can_be_sent(empty: FlaskClient) -> None:
    page = unescape(empty.get("/usage").text)

    assert "The ledger is empty" in page
    (body,) = re.findall(r"-d '(\{.*?\})'</pre>", page)
    assert empty.post("/api/v1/usage", json=json.loads(body)).status_code == 200
    assert grams(empty.get("/api/v1/usage/report").get_json()["total"]["co2_emissions_g"]) in empty.get("/usage").text


def test_days_without_usage_are_told_from_an_empty_ledger(client: FlaskClient) -> None:
    page = client.get("/usage?to=2025-03-31").text

    assert "No usage on these days" in page
    assert "The ledger is empty" not in page


def test_a_form_with_empty_fields_asks_for_the_default(client: FlaskClient) -> None:
    page = client.get("/usage?from=&to=&by=&step=total&tag=team%3Dads&tag=&functional_units=")

    assert page.status_code == 200
    assert "Grid 8.50 g" in one_line(page.text)


@pytest.mark.parametrize("wrong", ["from=yesterday", "to=2126-01-01", "by=,", "step=week", "tag=team", "format=csv"])
def test_a_wrong_field_is_named(client: FlaskClient, wrong: str) -> None:
    page = client.get(f"/usage?{wrong}")

    assert page.status_code == 400
    assert page.mimetype == "text/html"
    assert f"<code>{wrong.partition('=')[0]}" in page.text


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("field", ["by", "tag", "from", "step"])
def test_what_a_reader_types_is_never_markup(client: FlaskClient, field: str, text: str) -> None:
    page = client.get("/usage", query_string={field: text})

    assert page.status_code in (200, 400)
    assert [tag for tag, _ in Reader(page.text).elements if tag in ("script", "img")] == ["script", "img"]


@pytest.mark.parametrize("text", HOSTILE)
def test_tags_are_never_markup(empty: FlaskClient, text: str) -> None:
    value = re.sub(r"[^\x20-\x7e]", "", text)
    assert empty.post("/api/v1/usage", json={"rows": [{**ROWS[0], "tags": {"team": value}}]}).status_code == 200

    for asked in ({"by": "team"}, {"by": "team", "tag": f"team={value}"}):
        page = empty.get("/usage", query_string=asked)
        assert re.findall(r"<th scope=.row.[^>]*>(.*?)</th>", page.text) == [str(escape(value))]
        assert [tag for tag, _ in Reader(page.text).elements if tag in ("script", "img")] == ["script", "img"]
    svg(empty, f"/charts/usage.svg?from={DAY}&to={DAY}")
    picture = empty.get("/charts/usage.svg", query_string={"tag": f"team={value}"})
    assert "<script" not in picture.text
    assert "<img" not in picture.text


@pytest.mark.parametrize("path", ["/usage", "/charts/usage.svg"])
def test_a_tenant_sees_its_own_usage_alone(tmp_path: Path, path: str) -> None:
    one, other = ({"X-API-Key": f"cao_{letter * 43}"} for letter in "ko")
    rules = access(record(one["X-API-Key"], name="one"), record(other["X-API-Key"], name="other"))
    app = fake_service(data_dir=tmp_path, rules=ByKey(keys=rules.keys, limiter=rules.limiter, rate=rules.rate))
    client = app.test_client()
    client.post("/api/v1/usage", json={"rows": [{**ROWS[0], "tags": {"team": "secret"}}]}, headers=one)
    asked = f"{path}?from={DAY}&to={DAY}&by=team"

    theirs, mine, nobodys = (client.get(asked, headers=headers) for headers in (other, one, {}))

    emitted = grams(client.get("/api/v1/usage/report", headers=one).get_json()["total"]["co2_emissions_g"])
    assert emitted in mine.text
    assert theirs.status_code == 200
    assert emitted not in theirs.text
    assert "secret" not in theirs.text
    assert nobodys.status_code == 401


def test_with_keys_the_commands_name_one(tmp_path: Path) -> None:
    key = "cao_" + "k" * 43
    client = fake_service(data_dir=tmp_path, rules=access(record(key))).test_client()

    page = unescape(client.get("/usage", headers={"X-API-Key": key}).text)

    assert page.count('-H "Authorization: Bearer $KEY"') == 2
    assert key not in page


def test_the_file_says_what_when_in_which_unit_and_from_where(client: FlaskClient) -> None:
    root = svg(client, f"/charts/usage.svg?from={DAY}&to={DAY}&tag=team%3Dsearch")

    text = text_of(root)
    assert text[0] == "What usage emitted"
    assert text[1] == f"{DAY} to {DAY}, by day in UTC · team = search · 11 Feb 2026, 10:30 UTC"
    assert "g CO2 e of the grid" in " ".join(text).replace("CO2e", "CO2 e")
    assert any(line.startswith("Source: usage as it was sent") and "ODbL 1.0" in line for line in text)
    assert titles(root)[1:] == ["10 Feb 2026: 25.5 g (25.5 g measured)"]


def test_the_file_names_unknown_hours(client: FlaskClient) -> None:
    root = svg(client, f"/charts/usage.svg?from={DAY}&to={DAY}")
    unknown = svg(client, f"/charts/usage.svg?from={DAY}&to={DAY}&tag=team%3Dold")

    assert titles(root)[1] == "10 Feb 2026: 34.0 g (34.0 g measured); 2 hours unknown"
    assert any(line.startswith("2 of 6 hours are in no sum of grams") for line in text_of(root))
    assert titles(unknown)[1] == "10 Feb 2026: unknown; 2 hours unknown"


def test_the_file_of_an_empty_ledger_says_so(empty: FlaskClient) -> None:
    assert text_of(svg(empty, "/charts/usage.svg?theme=dark"))[1].startswith("no usage on these days · ")


def test_a_picture_has_rows_that_came_a_moment_ago(empty: FlaskClient) -> None:
    before = empty.get(f"/charts/usage.svg?from={DAY}&to={DAY}")
    empty.post("/api/v1/usage", json={"rows": ROWS})
    after = empty.get(f"/charts/usage.svg?from={DAY}&to={DAY}")

    assert "34.0 g" not in before.text
    assert "34.0 g" in after.text
    assert after.headers["Cache-Control"] == "no-store"


def test_a_png_has_its_letters(client: FlaskClient) -> None:
    width, _, rows = pixels(client.get(f"/charts/usage.png?from={DAY}&to={DAY}").data, 56)

    assert width == 1200
    assert 500 < sum(line[4 * x] < 80 for line in rows[24:56] for x in range(24, 700)) < 8000
