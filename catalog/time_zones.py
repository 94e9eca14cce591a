"""The world's time zones: from PyPI's tzdata, which is the same on every machine."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

_PACKAGE = "tzdata"
VERSION = version(_PACKAGE)


@cache
def _keys() -> dict[str, str]:
    names = files(_PACKAGE).joinpath("zones").read_text(encoding="utf-8").split()
    return {name.casefold(): name for name in names}


def time_zone_names() -> tuple[str, ...]:
    """Every name of the IANA database, such as Europe/Berlin, and older names that lead to one."""
    return tuple(_keys().values())


@cache
def time_zone(key: str) -> ZoneInfo:
    """The time zone of this name, spelt as in the database."""
    with files(_PACKAGE).joinpath("zoneinfo", *key.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=key)


def time_zone_key(name: str) -> str | None:
    """The name as the database spells it, upper and lower case alike; None if there is none."""
    return _keys().get(name.casefold())
