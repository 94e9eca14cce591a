"""Coefficients of the forecast from recent hours, and how far it was from what came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from carbon.forecasts import ForecastSkill
from catalog.forecast_skill import load_forecast_skills
from catalog.tables import DATA, CatalogError, Row, read_table

TABLE = "forecast_model.csv"
CELL_SEPARATOR = " "
# A coefficient is multiplied with 1 and with exp(-h / each of these), h being 1 for the first hour to come.
DECAY_HOURS = (6, 24, 72)
LEADS = (0, 6, 24, 48, 72, 96, 168)  # hours; the ranges are those of the bands between them
CLASSES = 5  # of zones by how much they vary
CORRECTION, SPREAD, EDGES, RANGE = "correction", "spread", "edges", "range"
_CELLS = {CORRECTION: 1 + len(DECAY_HOURS), SPREAD: 1 + len(DECAY_HOURS), EDGES: CLASSES - 1, RANGE: 2 * CLASSES}


@dataclass(frozen=True, slots=True, eq=False)
class ForecastModel:
    """The model for histories of one length.

    correction, spread: feature -> coefficients by 1 and DECAY_HOURS, shape (4,); of log(actual / blend), and of the
    logarithm of its absolute error. edges: mean spreads between the classes, shape (CLASSES - 1,). ranges: 10th and
    90th centile of log(actual / forecast) over the spread, by band of LEADS, side and class, shape (6, 2, CLASSES).
    """

    correction: Mapping[str, NDArray[np.float64]]
    spread: Mapping[str, NDArray[np.float64]]
    edges: NDArray[np.float64]
    ranges: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ForecastTables:
    """models: by hours of history, longest first. skills: by these hours (0: the profile alone) and type of zone."""

    models: Mapping[int, ForecastModel]
    skills: Mapping[tuple[int, str], ForecastSkill]

    @classmethod
    def load(cls, data: Path = DATA) -> ForecastTables:
        """Both tables. Raises CatalogError, naming file and row."""
        return cls(load_forecast_models(data), load_forecast_skills(data))


def load_forecast_models(data: Path = DATA) -> dict[int, ForecastModel]:
    """The models by hours of history, longest first. Raises CatalogError, naming file and row."""
    parts: dict[int, dict[str, dict[str, NDArray[np.float64]]]] = {}
    for row in read_table(data, TABLE, "history_hours", "part", "name"):
        part = row.required("part")
        if part not in _CELLS:
            raise row.error(f"part is not one of {', '.join(_CELLS)}: {part!r}")
        of_length = parts.setdefault(int(row.number("history_hours")), {name: {} for name in _CELLS})
        of_length[part][row.required("name")] = _numbers(row, _CELLS[part])
    return {hours: _model(parts[hours]) for hours in sorted(parts, reverse=True)}


def _model(parts: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> ForecastModel:
    names = [f"lead_from_{lead}h" for lead in LEADS[:-1]]
    if set(parts[RANGE]) != set(names) or len(parts[EDGES]) != 1:
        raise CatalogError(f"{TABLE} must have one row of {EDGES} and those of {RANGE}: {', '.join(names)}")
    return ForecastModel(
        correction=parts[CORRECTION],
        spread=parts[SPREAD],
        edges=next(iter(parts[EDGES].values())),
        ranges=np.stack([parts[RANGE][name].reshape(2, CLASSES) for name in names]),
    )


def _numbers(row: Row, count: int) -> NDArray[np.float64]:
    try:
        numbers = np.array(row.required("values").split(CELL_SEPARATOR), np.float64)
    except ValueError:
        raise row.error("values contains something other than numbers") from None
    if len(numbers) != count or not np.isfinite(numbers).all():
        raise row.error(f"values must hold {count} numbers")
    return numbers
