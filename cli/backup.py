"""`flask --app app backup DIR` and `flask --app app restore DIR`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from cli.errors import plain_errors
from settings import VERSION, Settings
from store.backup import back_up, files_of, put_back, seal
from store.history.entries import FILE as HISTORY


def backup(settings: Settings) -> tuple[click.Command, click.Command]:
    """The commands that copy the state of the service, and put it back."""

    @click.command("backup")
    @click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
    def create(folder: Path) -> None:
        """Copy everything in DATA_DIR and the history into the new or empty folder DIR. The service may run."""
        now = datetime.now(UTC)
        with plain_errors():
            names = back_up(settings.data_dir, folder) if settings.data_dir.is_dir() else []
            if settings.database_url:
                _copy_history(settings, folder, back=False)
                names = sorted({*names, HISTORY})
            seal(folder, names, now=now, version=VERSION)
        click.echo(f"{len(names)} files are in {folder}: {', '.join(names)}")

    @click.command("restore")
    @click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
    @click.option("--replace", is_flag=True, help="Replace what is there.")
    def restore(folder: Path, replace: bool) -> None:
        """Put a backup back into DATA_DIR and the database. Stop the service first."""
        with plain_errors():
            names = files_of(folder)
            present = [name for name in names if (settings.data_dir / name).exists()]
            to_database = HISTORY in names and bool(settings.database_url)
            if (present or to_database) and not replace:
                raise click.ClickException(f"{', '.join(present) or 'the database'} would be replaced: add --replace")
            if to_database:
                _copy_history(settings, folder, back=True)
            put_back(folder, settings.data_dir, [name for name in names if not (to_database and name == HISTORY)])
        click.echo(f"{len(names)} files are restored: {', '.join(names)}")

    return create, restore


def _copy_history(settings: Settings, folder: Path, *, back: bool) -> None:
    """Copy the history from PostgreSQL into a file of the backup, or back."""
    from store.history.database import HistoryDatabase
    from store.history.transfer import transfer

    server = HistoryDatabase(settings.data_dir, settings.database_url, statement_seconds=0)
    file = HistoryDatabase(folder)
    transfer(*((file, server) if back else (server, file)))
