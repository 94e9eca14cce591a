"""The pages of the ledger in a real browser."""

from __future__ import annotations

from tests.browser.conftest import Open


def test_columns_of_usage_are_as_large_as_they_are_drawn(open_page: Open) -> None:
    page = open_page("/usage?from=2026-01-20")
    sizes = page.locator(".plot rect[class^=bar]").evaluate_all(
        "all => all.map(one => [one.height.baseVal.value, one.getBBox().height, "
        "one.width.baseVal.value, one.getBBox().width].map(size => Math.round(10 * size)))"
    )

    assert len(sizes) > 14  # columns of two weeks, some of them in two parts
    assert [size for size in sizes if size[0] != size[1] or size[2] != size[3]] == []
