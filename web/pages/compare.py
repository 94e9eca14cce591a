"""GET /compare: up to six options side by side, as POST /api/v1/compare answers them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from flask import redirect
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from pydantic import Field

from api.edge.exchange import current
from api.edge.problems import problem_of
from api.endpoints.compare import CompareRequest
from api.shapes.emissions import CompareAnswer, EmissionRow
from api.shapes.parts import Listed
from carbon.bands import Band, band_of
from carbon.errors import CarbonError
from carbon.results import Emission
from session import Session
from web.drawing.bars import draw_bar
from web.geometry.bars import Amount, bars
from web.marks import Standing, standing_of
from web.pages import page
from web.pages.addresses import Addresses
from web.pages.difference import difference_in_words, emitted_g
from web.pages.embedded import embedded
from web.pages.options import FIELDS, MOST, Option, number_in, option_of, options_of_rows
from web.pages.page import Content, PageState, asked, link

bp = page.blueprint("compare_page", __name__)
PATH = "/api/v1/compare"
_OPEN_ROWS = 2  # of the form, at least; the others are folded
Text = Annotated[str, Field(max_length=100)]


class CompareState(PageState):
    """The options and how long they run. region to count: the columns of the form, which become options."""

    option: list[Annotated[str, Field(max_length=400)]] = Field([], max_length=MOST)
    region: list[Text] = Field([], max_length=MOST)
    instance_type: list[Text] = Field([], max_length=MOST)
    utilization: list[Text] = Field([], max_length=MOST)
    count: list[Text] = Field([], max_length=MOST)
    duration_hours: Text = "24"
    include_embodied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An option of the answer. json: its row. *_g: grams and their range, with the hardware's if they are asked for."""

    json: Content
    emitted_g: float
    low_g: float
    high_g: float
    band: Band | None
    standing: Standing
    bar: Markup

    @property
    def region(self) -> str:
        return f"{self.json['provider']}:{self.json['region']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The options, greenest first, and their difference in words; or what is wrong with the question.

    clouds: the key of each option's, in the order of the question.
    """

    json: Content
    clouds: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    difference: str = ""
    problem: Content | None = None


@bp.get("/compare")
def compare() -> ResponseReturnValue:
    """The form, and its answer once it has an option."""
    state = page.state_of(CompareState)
    typed = options_of_rows({name: getattr(state, name) for name in FIELDS})
    if any(getattr(state, name) for name in FIELDS):
        plain = dict.fromkeys(FIELDS)
        return redirect(link("/compare", state, **{**plain, "option": [option.text for option in typed]}))
    options = [option_of(text) for text in state.option]
    session, body = current().session, question(options, state)
    answer = None if not options else answer_of(body, session)
    problem = None if answer is None else answer.problem
    rows = [*options, *[Option()] * (MOST - len(options))]
    return page.filled(
        "compare.html",
        state,
        200 if problem is None else problem["status"],
        options=options,
        rows=rows,
        open_rows=max(_OPEN_ROWS, min(len(options) + 1, MOST)),
        faults=faults_of(problem),
        answer=answer,
        curl=page.curl(PATH, body) if options else "",
        notes=[note.text for note in session.notes],
        regions=session.mapping.regions,
        to=Addresses(state.theme),
    )


def question(options: Sequence[Option], state: CompareState) -> Content:
    """The body of the request."""
    body: Content = {"options": [option.body for option in options]}
    if state.duration_hours:
        body["duration_hours"] = number_in(state.duration_hours)
    if state.include_embodied:
        body["include_embodied"] = True
    return body


def answer_of(body: Content, session: Session) -> Answer:
    """The answer of the session, or the problem that the endpoint answers with."""
    clouds: tuple[str, ...] = ()
    try:
        queries = asked(CompareRequest, body).queries()
        clouds = tuple(query.region.partition(":")[0] for query in queries)
        comparison = session.compare(queries)
    except CarbonError as error:
        return Answer(json={}, clouds=clouds, problem=problem_of(error))
    rows = [EmissionRow.of(emission, session) for emission in comparison.rows]
    json: Content = CompareAnswer.of(Listed(rows, comparison), session)
    cards = _cards(comparison.rows, json["comparisons"])
    return Answer(json=json, clouds=clouds, cards=cards, difference=difference_in_words(json))


def _cards(emissions: Sequence[Emission], rows: Sequence[Content]) -> tuple[Card, ...]:
    amounts = [
        Amount(
            grid_g=row["co2_emissions_g"],
            low_g=row["uncertainty"]["low_co2_emissions_g"],
            high_g=row["uncertainty"]["high_co2_emissions_g"],
            hardware_g=row.get("embodied_gco2e") or 0.0,
            band=band_of(emission.used.gco2e_per_kwh),
        )
        for emission, row in zip(emissions, rows, strict=True)
    ]
    return tuple(
        Card(
            json=row,
            emitted_g=emitted_g(row),
            low_g=amount.low_g + amount.hardware_g,
            high_g=amount.high_g + amount.hardware_g,
            band=bar.band,
            standing=standing_of(emission.used),
            bar=embedded(draw_bar(bar)),
        )
        for emission, row, amount, bar in zip(emissions, rows, amounts, bars(amounts), strict=True)
    )


def faults_of(problem: Content | None) -> dict[str, list[Content]]:
    """What is wrong with each field, by its place in the body, such as options/0/region."""
    faults: dict[str, list[Content]] = {}
    for error in (problem or {}).get("errors", ()):
        faults.setdefault(error["pointer"].removeprefix("#/"), []).append(error)
    return faults
