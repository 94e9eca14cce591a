"""A real HTTP server that speaks like Electricity Maps, on loopback, with faults to switch on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

KEY = "correct-horse-battery"
LATEST = "carbon-intensity/latest"
FORECAST = "carbon-intensity/forecast"
PAST_RANGE = "carbon-intensity/past-range"
LONGEST_RANGE = timedelta(days=10)


class FakeElectricityMaps(FakeUpstream):
    """What the plan covers, and what each zone's value is.

    access: zone -> list as in /zones; None: /zones does not exist. A zone not in `intensity` has no data.
    past: hours of past-range that differ from that, by their start.
    """

    prefix = "/v4"

    def __init__(
        self, intensity: Mapping[str, float], *, access: Mapping[str, list[str]] | None = None, port: int = 0
    ) -> None:
        """port: where to listen; 0: any that is free."""
        super().__init__(port=port)
        self.intensity = dict(intensity)
        self.access = {zone: ["*"] for zone in intensity} if access is None else access
        self.tells_access = True
        self.horizon_hours = 72
        self.past: dict[datetime, float] = {}
        self.estimated: set[datetime] = set()
        self.unknown: set[datetime] = set()

    def good(self, call: Call) -> Answer:
        if call.path == "zones":
            if not self.tells_access:
                return reply({"error": "Not Found"}, 404)
            return reply({zone: {"zoneName": zone, "access": access} for zone, access in self.access.items()})
        if call.headers.get("auth-token") != KEY:
            return reply({"error": "Invalid auth-token"}, 401)
        granted = self.access.get(call.zone, [])
        too_far = call.path == FORECAST and int(call.query.get("horizonHours", "24")) > self.horizon_hours
        if not ("*" in granted or call.path in granted) or too_far:
            signal, temporality = call.path.split("/")
            text = f"Request unauthorized for zoneKey={call.zone},requestType={temporality},dataType={signal}."
            return reply({"error": text}, 401)
        if call.zone not in self.intensity:
            return reply({"error": f'No recent data for zone "{call.zone}"'}, 404)
        if call.path == PAST_RANGE:
            start, end = (datetime.fromisoformat(call.query[name]) for name in ("start", "end"))
            if end - start > LONGEST_RANGE:
                return reply({"status": "error", "message": "The range is longer than 10 days"}, 400)
        return reply(self._body(call))

    def _past_row(self, zone: str, at: datetime) -> dict[str, Any]:
        """An hour as past-range has it: estimated if `estimated` holds it, null if `unknown` does."""
        is_estimated = at in self.estimated
        return {
            "zone": zone,
            "carbonIntensity": None if at in self.unknown else self.past.get(at, self.intensity[zone]),
            "datetime": _iso(at),
            "updatedAt": _iso(at + timedelta(minutes=42)),
            "createdAt": _iso(at - timedelta(days=3)),
            "emissionFactorType": "lifecycle",
            "isEstimated": is_estimated,
            "estimationMethod": "TIME_SLICER_AVERAGE" if is_estimated else None,
        }

    def _body(self, call: Call) -> dict[str, Any]:
        hour = self.utc_now().replace(minute=0, second=0, microsecond=0)
        stamp = {"zone": call.zone, "datetime": _iso(hour), "updatedAt": _iso(hour), "isEstimated": False}
        value = self.intensity[call.zone]
        match call.path:
            case "carbon-intensity/latest":
                return {**stamp, "carbonIntensity": value, "emissionFactorType": "lifecycle", "estimationMethod": None}
            case "carbon-intensity/forecast":
                hours = range(int(call.query.get("horizonHours", "24")) + 1)
                rows = [{"carbonIntensity": value, "datetime": _iso(hour + timedelta(hours=ahead))} for ahead in hours]
                return {"zone": call.zone, "forecast": rows, "temporalGranularity": "hourly"}
            case "carbon-intensity/history":
                past = [hour - timedelta(hours=back) for back in range(24)]
                rows = [{**stamp, "carbonIntensity": value, "datetime": _iso(at)} for at in reversed(past)]
                return {"zone": call.zone, "history": rows, "temporalGranularity": "hourly"}
            case "carbon-intensity/past-range":
                start, end = (datetime.fromisoformat(call.query[name]) for name in ("start", "end"))
                times = (start + timedelta(hours=ahead) for ahead in range((end - start) // timedelta(hours=1)))
                rows = [self._past_row(call.zone, at) for at in times if at <= self.utc_now()]
                return {"zone": call.zone, "data": rows, "temporalGranularity": "hourly"}
            case "renewable-energy/latest":
                return {**stamp, "unit": "%", "value": 60}
            case "carbon-free-energy/latest":
                return {**stamp, "unit": "%", "value": 90}
            case _:
                return {**stamp, "renewablePercentage": 60, "fossilFreePercentage": 90}


def _iso(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}.000Z"
