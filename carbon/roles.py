"""What the holder of an API key may do, and whose data it sees."""

from __future__ import annotations

from enum import StrEnum

from carbon.errors import CarbonError

TENANT = "default"  # of every key that names no other, and of a service without keys


class Role(StrEnum):
    """What a key may do; each role may do all that those before it may."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        """Whether a key of this role may do what needs the other."""
        return _ORDER.index(self) >= _ORDER.index(other)


_ORDER = tuple(Role)


class RoleInsufficient(CarbonError):
    """The request needs another role than its key has."""

    def __init__(self, needed: Role, role: Role) -> None:
        super().__init__(f"this needs a key with the role {needed.value}, and the role of this key is {role.value}")
        self.needed = needed
        self.role = role
