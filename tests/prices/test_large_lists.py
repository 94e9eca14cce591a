"""Long lists: the memory of a refresh does not grow with their rows, and a terminal shows how far it is."""

from __future__ import annotations

import gc
import os
import sys
import termios
import tracemalloc
from pathlib import Path

import pytest

from cli.prices import prices
from pricing.providers import aws_machines
from tests.fakes.aws_lists import spot_feed
from tests.fakes.price_lists import NOW, PriceServer, facts, present, read, settings_for
from tests.prices.test_aws_lists import MACHINE, offers

FEW, MANY = 1_000, 20_000  # AWS's largest file has a million rows: what grew with them would show here already
MOST_GROWTH_BYTES = 300_000  # the rows between the two are 6 MB of text, and several times that as lists of cells


def peak_bytes(rows: int) -> int:
    """The most memory that reading an offer file takes, of which one row in a thousand is a price of ours."""
    files = offers("AmazonEC2", MACHINE)
    (path,) = [path for path in files.documents if path.endswith(".csv")]
    *head, ours = files.documents[path].splitlines(keepends=True)
    others = ours.replace('"Linux"', '"Windows"') * 999 + ours
    files.documents[path] = ("".join(head) + others * (rows // 1000)).encode()
    facts("aws")  # read once for all tests
    with files.serving() as server:
        gc.collect()
        tracemalloc.start()
        try:
            figures = read(aws_machines.REFRESHER, server)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            assert len(figures) == rows // 1000


def test_a_file_of_twenty_times_the_rows_takes_no_more_memory() -> None:
    few, many = peak_bytes(FEW), peak_bytes(MANY)

    assert many < few + MOST_GROWTH_BYTES


def test_a_terminal_shows_a_bar_of_the_bytes_of_each_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal, slave = os.openpty()
    os.set_blocking(terminal, False)
    termios.tcsetwinsize(slave, (24, 80))
    with os.fdopen(slave, "w") as stderr, PriceServer({"spot.json": spot_feed()}).serving() as server:
        monkeypatch.setattr(sys, "stderr", stderr)
        settings = settings_for(server, data_dir=tmp_path)
        prices(settings, lambda: NOW, present).main(["refresh", "aws-spot-feed"], standalone_mode=False)

        assert b"aws-spot-feed: 0.00B" in os.read(terminal, 10_000)
    os.close(terminal)
