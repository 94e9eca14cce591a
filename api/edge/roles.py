"""Which role a request needs. Each endpoint says it itself, by `needs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from carbon.roles import Role

SAFE = ("GET", "HEAD", "OPTIONS")  # these store nothing
_ROLE = "needed_role"
View = TypeVar("View", bound=Callable[..., Any])


def needs(role: Role) -> Callable[[View], View]:
    """Declares the role that every request to a view needs; only some of them: Exchange.require.

    A view for GET needs READ in any case, and must not declare more: the answer cache does not look at roles.
    """

    def declare(view: View) -> View:
        setattr(view, _ROLE, role)
        return view

    return declare


def declared(view: Callable[..., Any]) -> Role | None:
    """The role that a view declares."""
    role = getattr(view, _ROLE, None)
    return role if isinstance(role, Role) else None


def needed(view: Callable[..., Any], method: str) -> Role:
    """The role that a request to a view needs. A view for another method than SAFE that declares none needs ADMIN."""
    return declared(view) or (Role.READ if method in SAFE else Role.ADMIN)
