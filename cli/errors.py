"""How a command ends that cannot do what it was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from carbon.errors import CarbonError


@contextmanager
def plain_errors() -> Iterator[None]:
    """One line and exit code 1 instead of a traceback."""
    try:
        yield
    except CarbonError as error:
        cause = f": {error.__cause__}" if error.__cause__ else ""
        raise click.ClickException(f"{error}{cause}") from error
