"""Addresses of pages about one thing, whose name is a part of their path."""

from __future__ import annotations

from urllib.parse import quote

_PLAIN = ":/"  # of a path; all else that is no letter or digit is quoted


def region_page(key: str) -> str:
    """The path of a region's page. key: provider:region."""
    return f"/regions/{quote(key, safe=_PLAIN)}"


def machine_page(provider: str, instance_type: str) -> str:
    """The path of the page of a machine type."""
    return f"/instances/{quote(f'{provider}:{instance_type}', safe=_PLAIN)}"
