"""What holds for every picture: who may ask, how long it may be kept, what it may do, and where PNG cannot be drawn."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from carbon.bands import BANDS
from tests.api.callers import KEY, bearer, guarded
from tests.contract.test_layers import ROOT
from tests.fakes.service import offline, service
from tests.web.pictures import pixels, svg, text_of
from web.drawing.svg import Svg
from web.drawing.variants import grey

PICTURES = (
    "/charts/map.{}",
    "/charts/forecast.{}?region=aws:eu-north-1",
    "/charts/history.{}?region=aws:eu-north-1",
    "/charts/pareto.{}",
    "/badge/aws:eu-north-1.{}",
)
every_file = pytest.mark.parametrize("path", [path.format(form) for path in PICTURES for form in ("svg", "png")])
every_picture = pytest.mark.parametrize("path", PICTURES)


@pytest.fixture
def client() -> FlaskClient:
    return offline().test_client()


@every_file
def test_a_picture_may_be_shown_for_five_minutes_and_is_then_asked_for_by_its_tag(
    client: FlaskClient, path: str
) -> None:
    first = client.get(path)

    second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert first.headers["Cache-Control"] == "public, max-age=300"
    assert (second.status_code, second.data) == (304, b"")


@every_file
def test_a_picture_runs_loads_and_submits_nothing_and_other_pages_may_show_it(client: FlaskClient, path: str) -> None:
    for _ in range(2):  # the second answer is a kept one
        headers = client.get(path).headers

        assert headers.getlist("Content-Security-Policy") == ["default-src 'none'; sandbox"]
        assert headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]
        assert headers["X-Content-Type-Options"] == "nosniff"


@every_file
def test_where_there_are_keys_a_picture_needs_one_and_is_private(path: str) -> None:
    without, with_key = guarded().get(path), guarded().get(path, headers=bearer(KEY))

    assert without.status_code == 401
    assert with_key.status_code == 200
    assert with_key.headers["Cache-Control"] == "private, max-age=300"


def test_pictures_count_towards_the_rate_limit(client: FlaskClient) -> None:
    limited = guarded(rate="2 per minute")

    assert [limited.get("/badge/aws:eu-north-1.svg", headers=bearer(KEY)).status_code for _ in range(3)] == [
        200,
        200,
        429,
    ]


def test_svg_is_compressed_and_png_is_not(client: FlaskClient) -> None:
    svg, png = (client.get(f"/charts/map.{form}", headers={"Accept-Encoding": "gzip"}) for form in ("svg", "png"))

    assert svg.headers["Content-Encoding"] == "gzip"
    assert len(svg.data) < 30_000
    assert "Content-Encoding" not in png.headers


@every_picture
def test_where_png_cannot_be_drawn_the_problem_names_svg(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = service().test_client()  # which has kept no answer
    monkeypatch.setitem(sys.modules, "resvg_py", None)  # an import of it fails

    response = client.get(path.format("png"))

    problem = response.get_json(force=True)
    assert (response.status_code, problem["type"]) == (501, "/problems/png-unavailable")
    assert ".svg" in problem["detail"]
    assert client.get(path.format("svg")).status_code == 200


def test_what_draws_png_is_imported_when_the_first_one_is_asked_for() -> None:
    program = (
        "import sys; from tests.fakes.service import offline; client = offline().test_client();"
        "client.get('/charts/map.svg'); assert 'resvg_py' not in sys.modules;"
        "client.get('/badge/aws:eu-north-1.png'); assert 'resvg_py' in sys.modules"
    )

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=120)  # noqa: S603


@every_picture
def test_a_grey_picture_has_no_colour_and_the_same_words(client: FlaskClient, path: str) -> None:
    more = "&" if "?" in path else "?"
    coloured, grey = (svg(client, f"{path.format('svg')}{more}palette={palette}") for palette in ("colour", "grey"))

    colours = {value for part in grey.iter() for value in part.attrib.values() if value.startswith("#")}
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)
    assert len(colours) > 2
    assert text_of(grey) == text_of(coloured)


def test_the_grey_of_a_colour_has_its_luminance() -> None:
    # Green is 0.7152 of the luminance of white: (255 (1.055 x 0.7152^(1/2.4) - 0.055)) = 220 = dc.
    assert grey(Svg('<g fill="#00ff00" stroke="#ffffff"/>')) == '<g fill="#dcdcdc" stroke="#ffffff"/>'


def test_bands_can_be_told_apart_in_grey() -> None:
    shades = [int(grey(Svg(f'<g fill="{band.fill}"/>'))[10:12], 16) for band in BANDS]

    assert all(lighter - darker >= 20 for lighter, darker in pairwise(shades))


@every_picture
def test_a_picture_has_the_width_that_is_asked_for(client: FlaskClient, path: str) -> None:
    more = "&" if "?" in path else "?"
    own, small = svg(client, path.format("svg")).attrib, svg(client, f"{path.format('svg')}{more}width=600").attrib

    width, height, _ = pixels(client.get(f"{path.format('png')}{more}width=600").data, 0)

    assert small["viewBox"] == own["viewBox"]
    assert (width, height) == (float(small["width"]), float(small["height"]))
    assert width == 600
    assert height == round(600 * float(own["height"]) / float(own["width"]))
