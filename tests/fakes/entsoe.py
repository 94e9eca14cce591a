"""A real HTTP server that speaks like the ENTSO-E Transparency Platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

TOKEN = "entsoe-token-that-nobody-else-has"
NAMESPACE = "urn:iec62325.351:tc57wg16:451-6:generationloaddocument:3:0"


@dataclass(frozen=True, kw_only=True)
class Series:
    """One TimeSeries. points: MW by position. ends_hours_ago: of its period, which begins 24 h before the hour of now.

    outward: consumption, such as pumping.
    """

    fuel: str
    points: Mapping[int, object]
    resolution: str = "PT60M"
    ends_hours_ago: int = 2
    outward: bool = False


def even(fuel: str, megawatts: object, **more: object) -> Series:
    """The same MW at every position: the first is sent, the others repeat it."""
    return Series(fuel=fuel, points={1: megawatts}, **more)  # type: ignore[arg-type]


# 820, 490, 12 and 11 g/kWh: (100 x 820 + 100 x 490 + 50 x 12 + 150 x 11) / 400 = 333.125
MIX = (even("B05", 100), even("B04", 100), even("B14", 50), even("B19", 150))


class FakeEntsoe(FakeUpstream):
    """series: of every zone. None: no data, as the platform says it."""

    prefix = "/api"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.series: Sequence[Series] | None = MIX

    def good(self, call: Call) -> Answer:
        if call.query.get("securityToken") != TOKEN:
            return acknowledgement("token missing or unknown", 401)
        if call.query.get("documentType") != "A75" or call.query.get("processType") != "A16":
            return acknowledgement("unknown document type", 400)
        if self.series is None:
            return acknowledgement("No matching data found for Data item", 200)
        return reply(self.document(call.query["in_Domain"]), Content_Type="application/xml")

    def document(self, area: str) -> str:
        series = "".join(self._series(one, area) for one in self.series or ())
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<GL_MarketDocument xmlns="{NAMESPACE}"><mRID>one</mRID>'
            f"<type>A75</type>{series}</GL_MarketDocument>"
        )

    def _series(self, one: Series, area: str) -> str:
        hour = self.utc_now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        start, end = hour - timedelta(hours=24), hour - timedelta(hours=one.ends_hours_ago)
        side = "outBiddingZone_Domain.mRID" if one.outward else "inBiddingZone_Domain.mRID"
        points = "".join(
            f"<Point><position>{position}</position><quantity>{megawatts}</quantity></Point>"
            for position, megawatts in one.points.items()
        )
        return (
            f'<TimeSeries><mRID>1</mRID><{side} codingScheme="A01">{area}</{side}>'
            f"<curveType>A03</curveType><MktPSRType><psrType>{one.fuel}</psrType></MktPSRType>"
            f"<Period><timeInterval><start>{_minute(start)}</start><end>{_minute(end)}</end></timeInterval>"
            f"<resolution>{one.resolution}</resolution>{points}</Period></TimeSeries>"
        )


def acknowledgement(text: str, status: int) -> Answer:
    """What the platform sends instead of data; its code is 999 for all reasons."""
    body = (
        '<Acknowledgement_MarketDocument xmlns="urn:iec62325.351:tc57wg1:acknowledgementdocument:7:0"><mRID>two</mRID>'
        f"<Reason><code>999</code><text>{text}</text></Reason></Acknowledgement_MarketDocument>"
    )
    return reply(body, status, Content_Type="application/xml")


def _minute(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%MZ}"
