"""A real HTTP server that speaks like Energy-Charts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

STEP = timedelta(minutes=15)
Values = list[float | None]


class FakeEnergyCharts(FakeUpstream):
    """A mix of gas 400, wind onshore 600 MW and rows that are no generation, whose newest complete step ended
    `hours_behind` ago; the two steps after it have only the wind.

    flows: GW into the country by neighbour, with zeros in the two newest complete steps of the mix and later; empty:
    none are served. countries: codes that are served. intensity: of the forecast in each hour of the day: 200 + 10 x
    the UTC hour.
    """

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.countries = {"de", "fr", "dk", "se"}
        self.hours_behind = 2.0
        self.gas, self.wind = 400.0, 600.0
        self.flows: dict[str, float | None] = {}

    def good(self, call: Call) -> Answer:
        country = call.query.get("country")
        if country not in self.countries:
            return reply({"detail": f"{country} is no available country code"}, 400)
        if call.path == "public_power" and {"start", "end"} <= call.query.keys():
            return reply(self.public_power())
        if call.path == "cbpf" and self.flows:
            return reply(self.cbpf())
        return reply(self.co2eq()) if call.path == "co2eq" else reply({"detail": "Not Found"}, 404)

    def public_power(self) -> dict[str, object]:
        """Eight steps."""
        newest = _floor(self.utc_now() - timedelta(hours=self.hours_behind) - STEP)
        times = [newest + index * STEP for index in range(-5, 3)]
        rows: dict[str, Values] = {
            "Hydro pumped storage consumption": [-300.0] * 6 + [None] * 2,
            "Cross border electricity trading": [-500.0] * 6 + [None] * 2,
            "Fossil gas": [self.gas] * 6 + [None] * 2,
            "Wind onshore": [self.wind] * 8,
            "Load": [900.0] * 6 + [None] * 2,
            "Renewable share of load": [60.0] * 6 + [None] * 2,
        }
        return {
            "unix_seconds": [int(at.timestamp()) for at in times],
            "production_types": [{"name": name, "data": values} for name, values in rows.items()],
            "deprecated": False,
        }

    def cbpf(self) -> dict[str, object]:
        """Eight steps, those of the mix; "sum" is among the neighbours."""
        newest = _floor(self.utc_now() - timedelta(hours=self.hours_behind) - STEP)
        rows: dict[str, Values] = {name: [value] * 4 + [0.0] * 4 for name, value in self.flows.items()}
        return {
            "unix_seconds": [int((newest + index * STEP).timestamp()) for index in range(-5, 3)],
            "countries": [{"name": name, "data": values} for name, values in {**rows, "sum": [9.0] * 8}.items()],
            "deprecated": False,
        }

    def co2eq(self) -> dict[str, object]:
        """From the start of yesterday to the end of tomorrow, by the hour; null in the future of the one list and in
        the past of the other.
        """
        now = self.utc_now().astimezone(UTC)
        first = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        times = [first + timedelta(hours=index) for index in range(72)]
        values: Values = [200.0 + 10 * at.hour for at in times]
        last = now - timedelta(hours=self.hours_behind)
        past = [value if at <= last else None for at, value in zip(times, values, strict=True)]
        upcoming = [None if at <= last else value for at, value in zip(times, values, strict=True)]
        seconds = [int(at.timestamp()) for at in times]
        return {"unix_seconds": seconds, "co2eq": past, "co2eq_forecast": upcoming, "deprecated": False}


def _floor(time: datetime) -> datetime:
    return time.astimezone(UTC).replace(minute=time.minute // 15 * 15, second=0, microsecond=0)
