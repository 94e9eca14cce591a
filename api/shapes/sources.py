"""Answers about the sources of live data: what each offers, and what those of one zone say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.openapi.enumerations import DataQuality, SourceCondition
from api.shapes.parts import GridAnswer, Success
from api.shapes.reading import Reading
from api.shapes.shape import Shape
from api.shapes.types import GramsPerKwh, Rounded, Timestamp
from carbon.intensity import Signal, SignalName
from carbon.results import SourceReading, ZoneSources
from grid.source import SourceFacts, SourceState


@dataclass(frozen=True, slots=True)
class ListedSource:
    """A source, its state, and its place in the order of trust, from 1."""

    facts: SourceFacts
    state: SourceState
    trust: int


of_listed = Reading(ListedSource)
of_facts = Reading(SourceFacts)
of_listed.part(of_facts, lambda listed: listed.facts)
of_sources = Reading(tuple)  # of ListedSource
of_reading = Reading(SourceReading)
of_zone_sources = Reading(ZoneSources)


class SourceFactsRow(Shape):
    """A source of live data: what it covers, its state and its terms of use."""

    source: str = of_facts("The source's name, as in SOURCES and in answers.", lambda f: f.name, examples=["uk-carbon"])
    title: str = of_facts("Its name for people.")
    url: str = of_facts("Its web page.")
    state: SourceCondition = of_listed(read=lambda s: s.state.state)
    detail: str = of_listed("The state as text.", lambda s: s.state.detail)
    trust: int = of_listed("Place in the order of trust, from 1; those that are not in use come last.", ge=1)
    zones: list[str] | None = of_facts(
        "Grid zones it covers; null if the plan of a key decides.", lambda f: None if f.zones is None else list(f.zones)
    )
    forecast_hours: int = of_facts("How far ahead it forecasts at most; 0: not at all.", ge=0)
    key_needed: bool = of_facts("True if it needs a key.", lambda f: f.key_setting is not None)
    key_setting: str | None = of_facts("The setting of that key; null if none is needed.")
    signal: SignalName = of_facts(
        "What its figures count.",
        lambda f: SignalName.MARGINAL if f.signal is Signal.MARGINAL else SignalName.AVERAGE,
    )
    method: str = of_facts("How its figures become an intensity of its signal.")
    flow_traced: bool | None = of_facts(
        "False if imports are not in its figures, or only one step (method); null for marginal figures."
    )
    licence: str = of_facts("Licence of its data.")
    licence_url: str | None = of_facts("Text of the licence; null if unknown.")
    attribution: str | None = of_facts("The words that the licence asks for; null if it asks for none.")
    commercial_use: bool = of_facts("False if the licence allows no commercial use.")


class SourcesAnswer(Success):
    """All sources that the service knows, the most trusted first."""

    sources: list[SourceFactsRow] = of_sources("The sources.", lambda rows: list(rows))


class SourceReadingRow(Shape):
    """What one source says of a zone now."""

    source: str = of_reading("The source's name.", examples=["uk-carbon"])
    used: bool = of_reading("True if answers use this value.")
    carbon_intensity: GramsPerKwh | None = of_reading(
        "gCO2e/kWh now, a nowcast if the source's value is older than an hour; null if it has none.",
        lambda r: r.latest and r.latest.gco2e_per_kwh,
    )
    data_quality: DataQuality | None = of_reading(read=lambda r: r.latest and r.latest.quality.value)
    datetime: Timestamp | None = of_reading(
        "Start of the interval that the value describes.", lambda r: r.latest and r.latest.starts_at
    )
    age_seconds: int | None = of_reading("Seconds since the end of what was observed; null without a value.", ge=0)
    fallback_reason: str | None = of_reading(
        "Why there is no value, or no fresh one; null if there is.", lambda r: r.reason, examples=["late"]
    )
    method: str | None = of_reading(
        "How the source's figures became this value; null if it publishes it.",
        lambda r: r.latest and r.latest.derivation.method,
    )
    error: Rounded | None = of_reading(
        "Relative error of that; null if unknown.", lambda r: r.latest and r.latest.derivation.error, ge=0
    )
    flow_traced: bool | None = of_reading(
        "False if imports are not in the value, or only one step (method).",
        lambda r: r.latest and r.latest.derivation.flow_traced,
    )
    attribution: str | None = of_reading(
        "The words that the licence asks for; null if it asks for none.",
        lambda r: r.latest and r.latest.derivation.attribution,
    )
    licence: str | None = of_reading(
        "Licence of the value; null if unknown.", lambda r: r.latest and r.latest.derivation.licence
    )


DISAGREEMENT = (
    "Highest less lowest value over their mean, of the sources with a value of the zone itself; null for fewer than "
    "two. Above 0.25 the ranges in all answers reach to what the others say."
)


class ZoneSourcesFacts(Shape):
    """The sources of a zone side by side."""

    zone: str = of_zone_sources("The zone, as Electricity Maps names it.", examples=["GB"])
    disagreement: Rounded | None = of_zone_sources(DISAGREEMENT, ge=0)
    sources: list[SourceReadingRow] = of_zone_sources("Every source that covers the zone, the most trusted first.")


class ZoneSourcesAnswer(GridAnswer):
    """The sources of a zone side by side."""

    zone_sources: ZoneSourcesFacts = of_zone_sources(read=lambda z: z)


def listed(states: Sequence[SourceState]) -> tuple[ListedSource, ...]:
    """The sources with what they offer, in the order of trust; without those that have no facts."""
    pairs = [(state.facts, state) for state in states if state.facts is not None]
    return tuple(ListedSource(facts, state, place) for place, (facts, state) in enumerate(pairs, 1))
