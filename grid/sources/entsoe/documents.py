"""The XML documents of the Transparency Platform, and what becomes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from xml.etree import ElementTree  # nosec B405 - document types are refused below

from carbon.intensity import Derivation
from carbon.mix import MixStep
from carbon.reading import Observation
from carbon.units import HOUR
from grid.conversion import Conversion
from grid.footing import mix_observation
from grid.source import MalformedReply, ZoneNotCovered
from grid.upstream.fields import number_of, time_of

NAME = "entsoe"
LICENCE = "CC BY 4.0"
ATTRIBUTION = "ENTSO-E Transparency Platform"
TERMS = Derivation(attribution=ATTRIBUTION, licence=LICENCE)
STEPS = {"PT15M": timedelta(minutes=15), "PT30M": timedelta(minutes=30), "PT60M": HOUR, "PT1H": HOUR}
LONGEST_PERIOD = timedelta(days=8)
ANY = "{*}"  # the namespace differs by document and changes with its version


class _WithoutDocumentType(ElementTree.TreeBuilder):
    """A document type can hold entities that grow without end or name files."""

    def doctype(self, *_: object) -> None:
        raise MalformedReply("wrong-shape", "the document has a document type")


def steps(body: bytes, zone: str, area: str) -> list[MixStep]:
    """The mix of a GL_MarketDocument. Raises ZoneNotCovered if it says there is no data."""
    return _steps(_root(body, "GL_MarketDocument", zone), area)


def observation(
    steps: list[MixStep],
    imports: Imports | None,
    zone: str,
    now: datetime,
    max_age: timedelta,
    conversion: Conversion,
) -> Observation:
    """The newest step with all its fuels. imports: what flows in over each border; None: not known."""
    unknown = imports.without if imports is not None else ()
    return mix_observation(
        NAME,
        zone,
        steps,
        now=now,
        max_age=max_age,
        conversion=conversion,
        derivation=replace(TERMS, method=f"no flow from {', '.join(unknown)} is published" if unknown else None),
        flows=lambda step: None if imports is None else imports.at(step.starts_at),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """What flows into a zone. megawatts: by neighbour, start, end and MW of each step. without: those with no data."""

    megawatts: Mapping[str, Sequence[tuple[datetime, datetime, float]]]
    without: tuple[str, ...]

    def at(self, moment: datetime) -> dict[str | None, float | None]:
        """MW by neighbour; None where no step holds the moment."""
        return {
            neighbour: next((flow for start, end, flow in rows if start <= moment < end), None)
            for neighbour, rows in self.megawatts.items()
        }


def flow(body: bytes, into: str, out_of: str) -> list[tuple[datetime, datetime, float]]:
    """Start, end and MW of each step that flowed from one area into another. Raises ZoneNotCovered without data."""
    rows = []
    for series in _root(body, "Publication_MarketDocument", f"{out_of} to {into}").iterfind(f"{ANY}TimeSeries"):
        sides = (series.findtext(f"{ANY}in_Domain.mRID"), series.findtext(f"{ANY}out_Domain.mRID"))
        if sides != (into, out_of):
            raise MalformedReply("wrong-zone", f"{sides[1]!r:.25} to {sides[0]!r:.25}")
        for period in series.iterfind(f"{ANY}Period"):
            step = _resolution(period)
            rows += [(starts_at, starts_at + step, megawatts) for starts_at, megawatts in _values(period)]
    return rows


def _root(body: bytes, expected: str, what: str) -> ElementTree.Element:
    """The document, if it is of this name. what: it is about, for errors."""
    parser = ElementTree.XMLParser(target=_WithoutDocumentType())  # noqa: S314 - see above  # nosec B314
    try:
        root = ElementTree.fromstring(body, parser)  # noqa: S314  # nosec B314
    except (ElementTree.ParseError, ValueError, LookupError):
        raise MalformedReply("not-xml", "the reply is not an XML document") from None
    name = root.tag.rpartition("}")[2]
    if name == "Acknowledgement_MarketDocument":
        raise ZoneNotCovered("no-recent-data", what)
    if name != expected:
        raise MalformedReply("wrong-shape", f"{name} instead of {expected}")
    return root


def _steps(root: ElementTree.Element, area: str) -> list[MixStep]:
    """The mix in the finest step of any fuel; a coarser value holds in each of its finer steps."""
    series = [one for one in root.iterfind(f"{ANY}TimeSeries") if _generates(one, area)]
    periods = [(_fuel(one), period) for one in series for period in one.iterfind(f"{ANY}Period")]
    finest = min((_resolution(period) for _, period in periods), default=HOUR)
    steps: defaultdict[datetime, dict[str, float | None]] = defaultdict(dict)
    for fuel, period in periods:
        for starts_at, megawatts in _values(period):
            for part in range(_resolution(period) // finest):
                steps[starts_at + part * finest][fuel] = megawatts
    return [MixStep(starts_at=at, ends_at=at + finest, megawatts=mix) for at, mix in steps.items()]


def _generates(series: ElementTree.Element, area: str) -> bool:
    """False for consumption, such as pumping, which has an outBiddingZone. Raises MalformedReply for another zone."""
    domain = series.findtext(f"{ANY}inBiddingZone_Domain.mRID")
    if domain is not None and domain != area:
        raise MalformedReply("wrong-zone", domain[:20])
    return domain is not None


def _fuel(series: ElementTree.Element) -> str:
    fuel = series.findtext(f"{ANY}MktPSRType/{ANY}psrType")
    if not fuel:
        raise MalformedReply("wrong-shape", "a series without psrType")
    return fuel


def _resolution(period: ElementTree.Element) -> timedelta:
    text = period.findtext(f"{ANY}resolution") or ""
    if text not in STEPS:
        raise MalformedReply("wrong-shape", f"resolution {text[:20]!r}")
    return STEPS[text]


def _values(period: ElementTree.Element) -> Iterator[tuple[datetime, float]]:
    """Start and MW of every step to the period's end. A position that is left out repeats the one before it."""
    starts_at, ends_at = (time_of(period.findtext(f"{ANY}timeInterval/{ANY}{side}")) for side in ("start", "end"))
    length, step = ends_at - starts_at, _resolution(period)
    if not timedelta(0) < length <= LONGEST_PERIOD:
        raise MalformedReply("wrong-shape", f"a period of {length}")
    by_position = {_whole(point, "position"): _quantity(point) for point in period.iterfind(f"{ANY}Point")}
    value: float | None = None
    for position in range(1, length // step + 1):
        value = by_position.get(position, value)
        if value is not None:
            yield starts_at + (position - 1) * step, value


def _whole(point: ElementTree.Element, name: str) -> int:
    text = point.findtext(f"{ANY}{name}") or ""
    if not (text.isascii() and text.isdigit()):
        raise MalformedReply("not-a-number", name)
    return int(text)


def _quantity(point: ElementTree.Element) -> float | None:
    try:
        return number_of(float(point.findtext(f"{ANY}quantity") or ""))
    except ValueError:
        raise MalformedReply("not-a-number", "quantity") from None
