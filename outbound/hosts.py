"""Which URLs and addresses a caller may have the service send to: public ones, and those that the operator allows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Network = IPv4Network | IPv6Network
MOST_CHARACTERS = 2048
HTTPS_PORT = 443
FIRST_FREE_PORT = 1024  # below it only HTTPS_PORT: other services of a host listen there
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*\.?")
_TARGET = re.compile(r"[!-~]*")
# Sources: the special-purpose address registries of IANA (RFC 6890, 8190), and for the last line the documentation of
# the clouds: from a virtual machine these addresses give credentials, though not all of them look special.
_NEVER_PUBLIC = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"),
            *("192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            *("224.0.0.0/4", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
        ),
    )
)
_METADATA = tuple(
    map(
        ip_network,
        (
            *("169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"),
            *("fe80::/10", "fd00:ec2::/32", "fd20:ce::254/128", "fd00:42::42/128"),
        ),
    )
)
# IPv6 addresses that lead to an IPv4 address in their last 32 bits: mapped, compatible and translated (RFC 4291, 6052).
_LAST_BITS = tuple(map(IPv6Network, ("::ffff:0:0/96", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")))
_PUBLIC_IPV6 = IPv6Network("2000::/3")  # all other unicast addresses are reserved, local, mapped or translated ones
# What no name that the operator allows may lead to: only a network that he allows.
_NO_HOST = (*map(ip_network, ("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "::/128", "ff00::/8")), *_METADATA)


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in parts that need no further reading. path: with the query."""

    is_tls: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


class UnusableUrl(ValueError):
    """A URL that is not sent to; the message says what to change."""


@dataclass(frozen=True, slots=True)
class HostRules:
    """names: hosts of the operator, in lower case. networks: of the operator."""

    names: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, allowed: str | None) -> HostRules:
        """allowed: host names, addresses and networks, separated by commas. Raises ValueError."""
        names, networks = set[str](), list[Network]()
        for text in filter(None, map(str.strip, (allowed or "").split(","))):
            try:
                networks.append(ip_network(text))
            except ValueError:
                if not _HOST.fullmatch(text) or "/" in text or text.replace(".", "").isdigit():
                    raise
                names.add(_plain(text))
        return cls(frozenset(names), tuple(networks))

    def target(self, url: str) -> Target:
        """The parts of a URL. Raises UnusableUrl; whether its host is public is only known when it is looked up."""
        if len(url) > MOST_CHARACTERS or not _TARGET.fullmatch(url) or "\\" in url:
            raise UnusableUrl(f"must be at most {MOST_CHARACTERS} printable ASCII characters without a space or \\")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise UnusableUrl("is not a URL") from None
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise UnusableUrl("must begin with https:// and a host")
        if "@" in parts.netloc or "#" in url:
            raise UnusableUrl("must have no user name, password or fragment: the signature shows who sends")
        host = _plain(parts.hostname)
        own = self._is_own(host)
        if parts.scheme == "http" and not own:
            raise UnusableUrl("must begin with https://")
        number = port if port is not None else HTTPS_PORT if parts.scheme == "https" else 80
        if not own and number != HTTPS_PORT and number < FIRST_FREE_PORT:
            raise UnusableUrl(f"must have the port {HTTPS_PORT}, or one from {FIRST_FREE_PORT} on")
        address = _address(host)
        if address is None and not _HOST.fullmatch(host):
            raise UnusableUrl("must have a host name of letters, digits, dots and hyphens, or an address")
        if address is not None and (problem := self.problem(host, host)) is not None:
            raise UnusableUrl(f"leads to {problem}")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(is_tls=parts.scheme == "https", host=host, port=number, path=path)

    def problem(self, host: str, address: str) -> str | None:
        """Why nothing is sent to an address to which the name of a host leads; None if it is."""
        ip = _address(address)
        if ip is None:
            return "an address that cannot be read"
        if any(ip in network for network in self.networks):
            return None
        leads_to = (ip, *_embedded(ip))
        if _any_in(leads_to, _METADATA):
            return "an address at which clouds give credentials"
        if host in self.names:
            return "an address of no host" if _any_in(leads_to, _NO_HOST) else None
        return None if _is_public(ip) else "an address that is not public"

    def _is_own(self, host: str) -> bool:
        ip = _address(host)
        return host in self.names or (ip is not None and any(ip in network for network in self.networks))


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv6Address) and (ip not in _PUBLIC_IPV6 or ip.scope_id is not None):
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NEVER_PUBLIC)


def _any_in(addresses: Iterable[IPv4Address | IPv6Address], networks: Iterable[Network]) -> bool:
    return any(ip in network for network in networks for ip in addresses)


def _embedded(ip: IPv4Address | IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses to which the system or a gateway may lead what is sent to an IPv6 address."""
    if isinstance(ip, IPv4Address):
        return ()
    found = [ip.sixtofour, *(ip.teredo or ())]
    if int(ip) > 1 and any(ip in network for network in _LAST_BITS):  # :: and ::1 are addresses of their own
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)


def _plain(host: str) -> str:
    return host.lower().removesuffix(".")


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
