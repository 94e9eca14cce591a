"""Addresses of pages about one thing, whose name is a part of their path."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from web.drawing.paint import Theme
from web.pages.page import link

_PLAIN = ":/"  # of a path; all else that is no letter or digit is quoted


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses that keep the theme of the page that links to them."""

    theme: Theme | None

    def region(self, key: str) -> str:
        """A region's page. key: provider:region."""
        return link(region_page(key), None, theme=self.theme)

    def machine(self, provider: str, instance_type: str) -> str:
        """The page of a machine type."""
        return link(machine_page(provider, instance_type), None, theme=self.theme)


def region_page(key: str) -> str:
    """The path of a region's page. key: provider:region."""
    return f"/regions/{quote(key, safe=_PLAIN)}"


def machine_page(provider: str, instance_type: str) -> str:
    """The path of the page of a machine type."""
    return f"/instances/{quote(f'{provider}:{instance_type}', safe=_PLAIN)}"
