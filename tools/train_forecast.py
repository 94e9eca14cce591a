"""Makes catalog/data/forecast_model.csv: the coefficients of the forecast from recent hours.

python -m tools.train_forecast HOURLY_DIR            write the table (some minutes)
python -m tools.train_forecast --skill HOURLY_DIR    write forecast_skill.csv: its skill in the year not trained on

With --check, nothing is written but compared with what stands there; exit 1 on a difference.

HOURLY_DIR holds ZONE.csv.gz by zone. Trained on TRAINING_YEARS, each predicted with the profile of the other, so that
no value of the tested year takes part. Every zone counts alike and none by its name.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.forecast_model import CELL_SEPARATOR, CLASSES, CORRECTION, EDGES, LEADS, RANGE, SPREAD, TABLE
from catalog.forecast_skill import SKILL_TABLE
from catalog.profiles import load_zones
from forecasting.blend import blend
from forecasting.features import features
from forecasting.hours import HOURS_AHEAD, recent_hours
from forecasting.model import DECAYS, history_lengths
from forecasting.spread import LEAST_SPREAD, spread_features
from tools.forecast_backtest import SKILL_COLUMNS, skill_rows, tested_parts
from tools.forecast_samples import (
    HISTORY_HOURS,
    ORIGIN,
    TESTED_YEAR,
    TRAINING_YEARS,
    Samples,
    measured_series,
    training_samples,
)
from tools.tables import DATA, csv_text, write_or_compare

STRIDE_HOURS = 61  # coprime to 24 and 168
FIRST_DAY_LEADS, LATER_LEADS = 8, 3  # of each day to come, drawn anew for each origin
SEED = 2023
RIDGE = 20.0
# The loss is between that of log errors (0) and that of relative errors (1): |e| x exp(TILT x e), e = log(forecast /
# actual), rounded below LEAST_ERROR. At 0.5 about half of the tested year's values are below the forecast.
TILT, LEAST_ERROR, ROUNDS = 0.5, 0.15, 3
CHUNK = 20_000
COLUMNS = ("history_hours", "part", "name", "values", "source", "as_of")
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Rows:
    """One row by origin and lead that takes part. target: log(actual / blend). leads: from 0.

    correction: features of the model by name, (rows, features). spread: those of how much the zone varies.
    """

    names: tuple[str, ...]
    spread_names: tuple[str, ...]
    correction: Floats
    spread: Floats
    target: Floats
    leads: NDArray[np.int64]


def training_rows(parts: Sequence[Samples], history_hours: int) -> Rows:
    """What a model for histories of this length sees, and what came."""
    rng = np.random.default_rng(SEED)
    rows = [_rows(part, history_hours, rng) for part in parts if len(part.origins)]
    return Rows(
        rows[0].names,
        rows[0].spread_names,
        *(np.concatenate([getattr(row, name) for row in rows]) for name in ("correction", "spread", "target", "leads")),
    )


def _rows(part: Samples, history_hours: int, rng: np.random.Generator) -> Rows:
    enough = history_lengths(part.history, (history_hours,)) == history_hours
    part = part.where(enough)
    recent = recent_hours(part.history, part.usual, part.origins, history_hours)
    base, plain = blend(recent)
    counts = [FIRST_DAY_LEADS, *[LATER_LEADS] * (HOURS_AHEAD // 24 - 1)]
    leads = np.stack(
        [
            np.concatenate([24 * day + rng.choice(24, count, replace=False) for day, count in enumerate(counts)])
            for _ in part.origins
        ]
    )
    at = np.arange(len(leads))[:, None], leads
    target = np.log(part.truth[at]) - base[at]
    has_target = np.isfinite(target)

    def table(columns_by_name: dict[str, NDArray[np.float64]]) -> Floats:
        columns = [np.broadcast_to(values, base.shape)[at][has_target] for values in columns_by_name.values()]
        return np.stack(columns, axis=1).astype(np.float32)

    own, spread = dict(features(recent, plain)), dict(spread_features(recent))
    return Rows(
        tuple(own), tuple(spread), table(own), table(spread), target[has_target].astype(np.float32), leads[has_target]
    )


def fitted(columns: Floats, target: Floats, leads: NDArray[np.int64], rounds: int = ROUNDS) -> NDArray[np.float64]:
    """Ridge coefficients by feature and decay, (features, 4); after least squares, `rounds` times reweighted."""
    scale = _scale(columns, leads)
    weights = np.ones(len(target), np.float32)
    solution = _solved(columns, target, leads, weights, scale)
    for _ in range(rounds):
        error = _predicted(columns, leads, solution) - target
        weights = (np.exp(np.clip(TILT * error, -3, 2)) / np.maximum(np.abs(error), LEAST_ERROR)).astype(np.float32)
        solution = _solved(columns, target, leads, weights, scale)
    return solution


def _chunks(count: int) -> Iterator[slice]:
    return (slice(first, first + CHUNK) for first in range(0, count, CHUNK))


def _design(columns: Floats, leads: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray((columns[:, :, None] * DECAYS.T[leads][:, None, :]).reshape(len(columns), -1))


def _scale(columns: Floats, leads: NDArray[np.int64]) -> NDArray[np.float64]:
    squares = sum((_design(columns[part], leads[part]) ** 2).sum(axis=0) for part in _chunks(len(leads)))
    return np.asarray(np.sqrt(squares / len(leads)) + 1e-6)


def _solved(
    columns: Floats, target: Floats, leads: NDArray[np.int64], weights: Floats, scale: NDArray[np.float64]
) -> NDArray[np.float64]:
    gram, moment = np.zeros((len(scale), len(scale))), np.zeros(len(scale))
    for part in _chunks(len(leads)):
        root = np.sqrt(weights[part])
        design = _design(columns[part], leads[part]) / scale * root[:, None]
        gram += design.T @ design
        moment += design.T @ (target[part] * root)
    gram[np.diag_indices(len(gram))] += RIDGE * float(weights.mean())
    return np.asarray((np.linalg.solve(gram, moment) / scale).reshape(-1, len(DECAYS)))


def _predicted(columns: Floats, leads: NDArray[np.int64], solution: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([_design(columns[part], leads[part]) @ solution.ravel() for part in _chunks(len(leads))])


def model_rows(rows: Rows, history_hours: int) -> Iterator[dict[str, object]]:
    """The rows of the table for histories of one length."""
    correction = fitted(rows.correction, rows.target, rows.leads)
    error = rows.target - _predicted(rows.correction, rows.leads, correction)
    log_error = np.log(np.abs(error) + LEAST_SPREAD).astype(np.float32)
    coefficients = fitted(rows.spread, log_error, rows.leads, rounds=0)
    spread = _predicted(rows.spread, rows.leads, coefficients)
    # The class is by the mean over all leads, as when the table is used.
    mean = rows.spread @ (coefficients @ DECAYS.mean(axis=1))
    edges = np.quantile(mean, np.arange(1, CLASSES) / CLASSES)
    for name, numbers in zip(rows.names, correction, strict=True):
        yield _row(history_hours, CORRECTION, name, numbers)
    for name, numbers in zip(rows.spread_names, coefficients, strict=True):
        yield _row(history_hours, SPREAD, name, numbers)
    yield _row(history_hours, EDGES, "mean_spread", edges)
    classes, scaled = np.searchsorted(edges, mean), error / np.exp(spread)
    for first, last in pairwise(LEADS):
        band = (rows.leads >= first) & (rows.leads < last)
        quantiles = [np.quantile(scaled[band & (classes == name)], (0.1, 0.9)) for name in range(CLASSES)]
        yield _row(history_hours, RANGE, f"lead_from_{first}h", np.array(quantiles).T.ravel())


def _row(history_hours: int, part: str, name: str, numbers: NDArray[np.float64]) -> dict[str, object]:
    values = CELL_SEPARATOR.join(f"{number:.4g}" for number in numbers)
    return {"history_hours": history_hours, "part": part, "name": name, "values": values, **ORIGIN}


def table_text(folder: Path) -> str:
    """The whole of forecast_model.csv."""
    histories = measured_series(folder, (*TRAINING_YEARS, TESTED_YEAR))
    parts = list(training_samples(histories, TRAINING_YEARS, STRIDE_HOURS))
    rows: list[dict[str, object]] = []
    for hours in HISTORY_HOURS:
        rows.extend(model_rows(training_rows(parts, hours), hours))
    return csv_text(COLUMNS, rows)


def skill_text(folder: Path) -> str:
    """The whole of forecast_skill.csv, from the model that stands in the catalog."""
    shares = {key: zone.fossil_free_share for key, zone in load_zones()[0].items()}
    return csv_text(SKILL_COLUMNS, list(skill_rows(tested_parts(folder), shares)))


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Fit the forecast from recent hours.")
    parser.add_argument("hourly_dir", type=Path)
    parser.add_argument("--skill", action="store_true", help="the table of its skill in the tested year instead")
    parser.add_argument("--check", action="store_true", help="compare with the existing table instead of writing")
    arguments = parser.parse_args()
    name, text = (SKILL_TABLE, skill_text) if arguments.skill else (TABLE, table_text)
    return write_or_compare({DATA / name: text(arguments.hourly_dir)}, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
