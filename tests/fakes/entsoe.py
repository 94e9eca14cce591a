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
    """series: of every zone. None: no data, as the platform says it.

    flows: MW from the second area to the first in every hour; no data of the other borders. flows_end_hours_ago: as
    in Series.
    """

    prefix = "/api"

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.series: Sequence[Series] | None = MIX
        self.flows: dict[tuple[str, str], object] = {}
        self.flows_end_hours_ago = 2

    def good(self, call: Call) -> Answer:
        if call.query.get("securityToken") != TOKEN:
            return acknowledgement("token missing or unknown", 401)
        if call.query.get("documentType") == "A11":
            return self.flow(call.query["in_Domain"], call.query["out_Domain"])
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

    def flow(self, into: str, out_of: str) -> Answer:
        """What flows over one border."""
        megawatts = self.flows.get((into, out_of))
        if megawatts is None:
            return acknowledgement("No matching data found for Data item", 200)
        hour = self.utc_now().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        start, end = hour - timedelta(hours=8), hour - timedelta(hours=self.flows_end_hours_ago)
        return reply(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<Publication_MarketDocument xmlns="urn:iec62325.351:tc57wg16:451-3:publicationdocument:7:0">'
            f"<mRID>three</mRID><type>A11</type><TimeSeries><mRID>1</mRID><businessType>A66</businessType>"
            f'<in_Domain.mRID codingScheme="A01">{into}</in_Domain.mRID>'
            f'<out_Domain.mRID codingScheme="A01">{out_of}</out_Domain.mRID><curveType>A03</curveType><Period>'
            f"<timeInterval><start>{_minute(start)}</start><end>{_minute(end)}</end></timeInterval>"
            f"<resolution>PT60M</resolution><Point><position>1</position><quantity>{megawatts}</quantity></Point>"
            "</Period></TimeSeries></Publication_MarketDocument>",
            Content_Type="application/xml",
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
