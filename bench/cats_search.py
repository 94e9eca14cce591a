"""Times the window search of climate-aware-task-scheduler; runs in its environment, not in ours.

Reads JSON lines {"values", "minutes", "repeats"}, values at hours 0 to n; answers each with a line
{"seconds", "start_hours", "mean"}, seconds of CPU time.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta, timezone
from statistics import median

from cats.forecast import PointEstimate, WindowedForecast  # type: ignore[import-not-found]

BEGIN = datetime(2025, 1, 1, tzinfo=timezone.utc)  # noqa: UP017  # as old a Python as it likes

for line in sys.stdin:
    question = json.loads(line)
    points = [
        PointEstimate(value=value, datetime=BEGIN + timedelta(hours=hour))
        for hour, value in enumerate(question["values"])
    ]
    seconds = []
    for _ in range(question["repeats"]):
        started = time.thread_time_ns()
        best = min(WindowedForecast(points, question["minutes"], BEGIN))  # as its command line does
        seconds.append((time.thread_time_ns() - started) / 1e9)
    start_hours = (best.start - BEGIN).total_seconds() / 3600
    print(json.dumps({"seconds": median(seconds), "start_hours": start_hours, "mean": best.value}), flush=True)
