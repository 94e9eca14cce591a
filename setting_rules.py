"""The values that settings accept: how each is read from text, and how it is described in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from limits import parse_many

T = TypeVar("T")
FEWEST_IN_A_BASKET = 3  # AWS scores fewer types low, whatever capacity there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The values that a setting accepts. parse: from text, or ValueError. allowed: a description in words."""

    allowed: str
    parse: Callable[[str], object]


def setting(default: T, rule: Rule, comment: str, *, secret: bool = False) -> T:
    """The field of a setting in its dataclass. secret: never shown."""
    metadata = {"rule": rule, "comment": comment, "secret": secret}
    value: Any = field(default=default, repr=not secret, metadata=metadata)
    return value  # type: ignore[no-any-return]  # the dataclass turns the field into its default


def _checked(value: T, ok: bool) -> T:
    if not ok:
        raise ValueError
    return value


def whole(low: int, high: int) -> Rule:
    def parse(text: str) -> int:
        digits = _checked(text, text.isascii() and text.isdigit())
        return _checked(int(digits), low <= int(digits) <= high)

    return Rule(allowed=f"a whole number from {low} to {high}", parse=parse)


def seconds(low: float, high: float) -> Rule:
    def parse(text: str) -> float:
        number = float(text)
        return _checked(number, math.isfinite(number) and low <= number <= high)

    return Rule(allowed=f"seconds, from {low:g} to {high:g}", parse=parse)


def one_of(*choices: str) -> Rule:
    return Rule(allowed=f"one of {', '.join(choices)}", parse=lambda text: _checked(text, text in choices))


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    bare = "@" not in parts.netloc and "?" not in text and "#" not in text and not re.search(r"[\s\\]", text)
    return _checked(text.rstrip("/"), usable and bare)


def _host(text: str) -> str:
    return str(ip_address(text)) if ":" in text else _checked(text, re.fullmatch(r"[A-Za-z0-9._-]+", text) is not None)


def _rate(text: str) -> str:
    if text == "off":
        return text
    (rate,) = parse_many(text)  # a ValueError for more than one rate and for unknown words
    return _checked(text, 1 <= rate.amount <= 100_000 and rate.get_expiry() <= 86_400)


def _calls(text: str) -> str:
    return _checked(text, text in ("auto", "off") or (text.isascii() and text.isdigit() and 1 <= int(text) <= 10**6))


def _redis_url(text: str) -> str:
    parts = urlsplit(text)
    place = parts.path if parts.scheme == "unix" else parts.hostname if parts.scheme in ("redis", "rediss") else None
    numbered = parts.scheme == "unix" or re.fullmatch(r"(/\d*)?", parts.path) is not None  # the number of a database
    return _checked(text, bool(place) and numbered and parts.port != 0 and not re.search(r"\s", text))


def _origins(text: str) -> str:
    """Origins as browsers send them, separated by commas. "*" is refused: every site could then act as the user."""
    origins = [origin.strip() for origin in text.split(",")]
    usable = all(re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+", origin) for origin in origins)
    return _checked(",".join(origins), usable)


def _own_hosts(text: str) -> str:
    """Host names, addresses and networks. A network that is not written by its first address is an error."""
    for part in (part.strip() for part in text.split(",")):
        if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", part) is None or part.replace(".", "").isdigit():
            ip_network(part)
    return ",".join(part.strip() for part in text.split(","))


def _names(text: str) -> str:
    """Names separated by commas, each at most once."""
    names = [name.strip() for name in text.split(",")]
    usable = all(re.fullmatch(r"[a-z0-9-]+", name) for name in names) and len(set(names)) == len(names)
    return _checked(",".join(names), usable)


def _baskets(text: str) -> str:
    """Lists of at least three instance types each, separated by commas; each list once, its types in order."""
    baskets = [sorted(set(basket.split())) for basket in text.split(",")]
    usable = all(len(basket) >= FEWEST_IN_A_BASKET for basket in baskets)
    are_types = all(re.fullmatch(r"[a-z0-9-]+\.[a-z0-9-]+", name) for basket in baskets for name in basket)
    return _checked(", ".join(sorted({" ".join(basket) for basket in baskets})), usable and are_types)


def _folder(text: str) -> Path:
    return Path(_checked(text, "\0" not in text))


def _path_prefix(text: str) -> str:
    """In lower case, as paths below it are read without regard to case."""
    return _checked(text.rstrip("/").lower(), re.fullmatch(r"(/[A-Za-z0-9._~-]+)+/?", text) is not None)


PATH_PREFIX = Rule(allowed="a path that begins with /, of letters, digits and . _ ~ -", parse=_path_prefix)
HOST_NAME = Rule(allowed="a host name or an IP address, without a port", parse=_host)
BASE_URL = Rule(allowed="an http(s) URL without credentials, query or fragment", parse=_base_url)
TOKEN = Rule(
    allowed="up to 512 printable ASCII characters without a space",
    parse=lambda text: _checked(text, re.fullmatch(r"[!-~]{1,512}", text) is not None),
)
SECRET = Rule(
    allowed="32 to 512 printable ASCII characters without a space",
    parse=lambda text: _checked(text, re.fullmatch(r"[!-~]{32,512}", text) is not None),
)
LOGIN_NAME = Rule(
    allowed="up to 256 printable characters without a colon",
    parse=lambda text: _checked(text, text.isprintable() and ":" not in text and len(text) <= 256),
)
PASSWORD = Rule(
    allowed="up to 256 printable characters",
    parse=lambda text: _checked(text, text.isprintable() and len(text) <= 256),
)

BASKETS = Rule(
    allowed="lists of three or more instance types, as in m6i.large m6a.large m7i.large, separated by commas",
    parse=_baskets,
)

AUTO = "auto"
_WORKERS = whole(1, 256)
WORKERS = Rule(
    allowed=f"{_WORKERS.allowed}, or {AUTO}",
    parse=lambda text: text if text == AUTO else str(_WORKERS.parse(text)),
)
RATE = Rule(allowed="off or 1 to 100000 requests per second, minute, hour or day, as in 60 per minute", parse=_rate)
CALLS = Rule(allowed="auto, off or a whole number from 1 to 1000000", parse=_calls)
REDIS_URL = Rule(
    allowed="a redis://, rediss:// or unix:// URL, which may contain a password and a database number",
    parse=_redis_url,
)
DATABASE_URL = Rule(
    allowed="a postgresql+psycopg:// URL with the name of a database, which may contain a password",
    parse=lambda text: _checked(text, re.fullmatch(r"postgresql\+psycopg://\S*/\S+", text) is not None),
)
ORIGINS = Rule(allowed="origins such as https://app.example.org, separated by commas", parse=_origins)
OWN_HOSTS = Rule(allowed="host names, addresses and networks (10.1.0.0/16), separated by commas", parse=_own_hosts)
NAMES = Rule(allowed="names of sources separated by commas, each once", parse=_names)
FOLDER = Rule(allowed="a folder, which is created on first use", parse=_folder)
PLACE = Rule(allowed="a folder, which need not exist", parse=_folder)
