"""Labels at the axes of charts: none stands on another, however narrow the range is."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.fakes.service import NOW
from web.drawing import axes
from web.drawing.paint import PAGE
from web.geometry import canvas
from web.geometry.axis import Tick, hour_ticks, room_of
from web.geometry.pareto_picture import _prices
from web.geometry.scale import Scale


def labels(ticks: list[Tick]) -> list[tuple[float, float, str]]:
    """Left, right and text of each label that is drawn."""
    drawn = "".join(axes.along(ticks, canvas.PAGE, PAGE))
    texts = re.findall(r'<text x="([^"]+)"[^>]* text-anchor="(\w+)">([^<]*)</text>', drawn)
    shares = {"middle": (0.5, 0.5), "end": (1.0, 0.0)}
    return [
        (float(x) - shares[anchor][0] * room_of(text), float(x) + shares[anchor][1] * room_of(text), text)
        for x, anchor, text in texts
    ]


@pytest.mark.parametrize("prices", [[0.092], [0.09, 0.1], [0.0123, 0.0129], [0.01, 30.0], [1234.0, 1300.0]], ids=str)
def test_prices_do_not_stand_on_each_other(prices: list[float]) -> None:
    _, ticks = _prices(prices, canvas.PAGE)

    drawn = labels(list(ticks))
    assert drawn
    assert all(left >= before for (_, before, _), (left, _, _) in pairwise(drawn))


@pytest.mark.parametrize("hours", [24, 48, 96, 168, 720])
@pytest.mark.parametrize("minutes", range(0, 1440, 180))
def test_times_do_not_stand_on_each_other(hours: int, minutes: int) -> None:
    start = (NOW + timedelta(minutes=minutes)).replace(minute=0)
    end = start + timedelta(hours=hours)
    across = Scale(start.timestamp(), end.timestamp(), canvas.PAGE.left, canvas.PAGE.right)

    drawn = labels(list(hour_ticks(start, end, across)))
    assert len(drawn) >= 4
    assert all(left >= before for (_, before, _), (left, _, _) in pairwise(drawn))
