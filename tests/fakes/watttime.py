"""A real HTTP server that speaks like WattTime v3."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, reply

USER, PASSWORD = "watttime-user-of-one", "watttime password: that nobody-else has"
BASIC = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
TOKEN_SECONDS = 1800
STEP = timedelta(minutes=5)
ALL = ("signal-index", "forecast", "historical")


class FakeWattTime(FakeUpstream):
    """A token for each login, valid for 30 minutes, and the same intensity in every step.

    access: endpoints by region, as my-access tells them; None: there is no my-access. pounds: per MWh, of values and
    forecasts. percentile: of the signal index. minutes_ago: when the newest step ended.
    """

    prefix = ""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.access: dict[str, tuple[str, ...]] | None = {"CAISO_NORTH": ALL, "PJM_DC": ("signal-index",), "DE": ALL}
        self.pounds: object = 900.0
        self.percentile: object = 37.0
        self.minutes_ago = 5
        self.logins = 0
        self._issued: dict[str, datetime] = {}

    def good(self, call: Call) -> Answer:
        if call.path == "login":
            return self._login(call)
        token = call.headers.get("authorization", "").removeprefix("Bearer ")
        issued_at = self._issued.get(token)
        if issued_at is None or (self.utc_now() - issued_at).total_seconds() >= TOKEN_SECONDS:
            return reply("<html><head><title>401</title></head></html>", 401, Content_Type="text/html")
        endpoint = call.path.removeprefix("v3/")
        if endpoint == "my-access":
            return reply({"error": "Not found"}, 404) if self.access is None else reply(self._access())
        region = call.query.get("region", "")
        granted = {"CAISO_NORTH": ALL} if self.access is None else self.access
        if endpoint not in granted.get(region, ()):
            return reply({"error": "Invalid scope", "message": "plan does not include this region"}, 403)
        return reply(self.body(endpoint, call.query))

    def end_tokens(self) -> None:
        """No token that was given is accepted any more."""
        self._issued.clear()

    def _login(self, call: Call) -> Answer:
        if call.headers.get("authorization") != f"Basic {BASIC}":
            return reply("<!doctype html><html><p>not signed in</p></html>", 403, Content_Type="text/html")
        self.logins += 1
        token = f"token-number-{self.logins}-that-nobody-else-has"
        self._issued[token] = self.utc_now()
        return reply({"token": token})

    def _access(self) -> dict[str, Any]:
        regions = [
            {
                "region": name,
                "region_full_name": name,
                "endpoints": [{"endpoint": one, "models": []} for one in granted],
            }
            for name, granted in (self.access or {}).items()
        ]
        return {"signal_types": [{"signal_type": "co2_moer", "regions": regions}]}

    def body(self, endpoint: str, query: Mapping[str, str]) -> dict[str, Any]:
        """The body of a reply to a question that the account may ask."""
        now = self.utc_now().astimezone(UTC)
        newest = _step_start(now) - timedelta(minutes=self.minutes_ago)
        meta: dict[str, Any] = {
            "data_point_period_seconds": 300,
            "region": query["region"],
            "warnings": [],
            "signal_type": query["signal_type"],
            "model": {"date": "2025-06-01"},
            "units": "lbs_co2_per_mwh",
        }
        if endpoint == "signal-index":
            return {"data": [_row(newest, self.percentile)], "meta": {**meta, "units": "percentile"}}
        if endpoint == "forecast":
            steps = int(query["horizon_hours"]) * 12
            rows = [_row(_step_start(now) + index * STEP, self.pounds) for index in range(steps)]
            return {"data": rows, "meta": {**meta, "generated_at": _stamp(now)}}
        start, end = (datetime.fromisoformat(query[name]) for name in ("start", "end"))
        last = min(newest, _step_start(end))
        count = max(0, (last - start) // STEP + 1)
        marks = {"last_updated": _stamp(now), "imputed_data_used": False}
        rows = [{**_row(last - back * STEP, self.pounds), **marks} for back in reversed(range(count))]
        return {"data": rows, "meta": meta}


def _row(at: datetime, value: object) -> dict[str, Any]:
    return {"point_time": _stamp(at), "value": value}


def _stamp(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%S}+00:00"


def _step_start(time: datetime) -> datetime:
    return time.replace(minute=time.minute // 5 * 5, second=0, microsecond=0)
