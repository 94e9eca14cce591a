"""Progress for a person who looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counted(unit: str) -> Iterator[Callable[[int], object]]:
    """Counts, in a bar if a person looks on."""
    from tqdm import tqdm

    with tqdm(unit=f" {unit}", disable=None, leave=False) as bar:
        yield bar.update
