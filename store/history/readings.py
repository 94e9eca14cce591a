"""Past readings of a zone as columns. Imports no SQLAlchemy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from carbon.intensity import Quality

Minutes = npt.NDArray[np.int64]
QUALITIES = tuple(Quality)  # best first; stored as an index
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """The readings of one source in the order of time; row n stands for [starts[n], ends[n]) minutes since 1970.

    They do not overlap: a reading counts until the next one starts. quality: indices in QUALITIES.
    """

    source: str
    starts: Minutes
    ends: Minutes
    gco2e_per_kwh: npt.NDArray[np.float64]
    quality: Minutes


def minute_of(moment: datetime) -> int:
    """Whole minutes since 1970, rounded down."""
    return (moment - _EPOCH) // timedelta(minutes=1)


def time_of(minute: int) -> datetime:
    """The UTC time of a minute since 1970."""
    return _EPOCH + timedelta(minutes=int(minute))
