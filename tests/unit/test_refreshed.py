"""Files of refreshed prices: written whole, read back equal, refused when damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catalog.packed import PriceSource
from catalog.refreshed import ON_DEMAND, PriceFact, RefreshedPrices, load_refreshed, refreshed_prices, save_refreshed
from catalog.tables import CatalogError

SOURCE = PriceSource(
    key="aws-offers", what="offer files", source="AWS", licence="", as_of="2026-11-29", is_estimate=False, note=""
)
FACTS = (
    PriceFact("us-east-1", "m5.large", "2026-11-28", "aws-offers", micro_usd=96_000),
    PriceFact("eu-west-1", "m5.xlarge", "2026-11-28", "aws-offers", micro_usd=214_000),
    PriceFact("eu-west-1", "m5.large", "2026-11-27", "aws-offers", micro_usd=107_000),
)


def table(facts: tuple[PriceFact, ...] = FACTS) -> RefreshedPrices:
    return refreshed_prices("aws", ON_DEMAND, facts, [SOURCE], "2026-11-29T01:05:00Z")


def test_a_saved_table_is_read_back_with_its_pairs_in_order(tmp_path: Path) -> None:
    path = save_refreshed(tmp_path / "prices", table())

    saved = load_refreshed(path)

    assert path.name == "aws-on_demand.npz"
    assert [(saved.regions[r], saved.types[t]) for r, t in zip(saved.region, saved.type, strict=True)] == [
        ("eu-west-1", "m5.large"),
        ("eu-west-1", "m5.xlarge"),
        ("us-east-1", "m5.large"),
    ]
    assert saved.micro_usd.tolist() == [107_000, 214_000, 96_000]
    assert [saved.dates[i] for i in saved.date] == ["2026-11-27", "2026-11-28", "2026-11-28"]
    assert saved.sources == (SOURCE,)
    assert saved.refreshed_at == "2026-11-29T01:05:00Z"


def test_saving_leaves_no_other_file_and_replaces_the_earlier_one(tmp_path: Path) -> None:
    save_refreshed(tmp_path, table())
    save_refreshed(tmp_path, table(FACTS[:1]))

    assert [path.name for path in tmp_path.iterdir()] == ["aws-on_demand.npz"]
    assert len(load_refreshed(tmp_path / "aws-on_demand.npz")) == 1


@pytest.mark.parametrize("size", [0, 1, 100, 900])
def test_a_file_that_was_cut_off_is_refused_by_name(tmp_path: Path, size: int) -> None:
    path = save_refreshed(tmp_path, table())
    path.write_bytes(path.read_bytes()[:size])

    with pytest.raises(CatalogError, match=r"^aws-on_demand\.npz cannot be read"):
        load_refreshed(path)


def test_a_flipped_byte_in_an_array_is_refused(tmp_path: Path) -> None:
    path = save_refreshed(tmp_path, table())
    content = bytearray(path.read_bytes())
    place = content.index(np.array([107_000], np.int32).tobytes())
    content[place] ^= 1

    path.write_bytes(content)
    with pytest.raises(CatalogError, match="cannot be read"):
        load_refreshed(path)


def test_a_table_under_the_name_of_another_is_refused(tmp_path: Path) -> None:
    save_refreshed(tmp_path, table()).rename(tmp_path / "gcp-spot.npz")

    with pytest.raises(CatalogError, match=r"contains the table aws-on_demand\.npz"):
        load_refreshed(tmp_path / "gcp-spot.npz")


@pytest.mark.parametrize(
    ("fact", "why"),
    [
        (FACTS[0], "twice"),
        (PriceFact("us-east-1", "m5.24xlarge", "2026-11-28", "unknown", micro_usd=1), "no source has the key"),
        (PriceFact("us-east-1", "m5.24xlarge", "2026-11-28", "aws-offers", micro_usd=2**31), "does not fit"),
        (PriceFact("us-east-1", "m5.24xlarge", "2026-11-28", "aws-offers"), "no figure"),
    ],
)
def test_a_pair_given_twice_and_impossible_figures_are_refused(fact: PriceFact, why: str) -> None:
    with pytest.raises(CatalogError, match=why):
        table((*FACTS, fact))


def with_head(path: Path, change: Callable[[dict[str, object]], object]) -> Path:
    """The same file with a change of what it says beside its arrays."""
    with np.load(path) as file:
        arrays = dict(file)
    head = json.loads(arrays["names"].tobytes())
    change(head)
    np.savez(path, **arrays | {"names": np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)})
    return path


def test_a_file_from_before_it_had_a_version_is_read(tmp_path: Path) -> None:
    path = with_head(
        save_refreshed(tmp_path, table()), lambda head: [head.pop(name) for name in ("version", "is_partial")]
    )

    assert load_refreshed(path).digest == table().digest


def test_a_file_of_a_newer_release_is_refused_and_the_error_says_so(tmp_path: Path) -> None:
    path = with_head(save_refreshed(tmp_path, table()), lambda head: head.update(version=2))

    with pytest.raises(CatalogError, match="version 2, made by a newer release; this one knows 1"):
        load_refreshed(path)
