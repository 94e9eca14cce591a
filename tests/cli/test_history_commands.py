"""`flask --app app history import|export`."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from carbon.intensity import Quality, Signal
from cli.history import _lines, history
from settings import Settings
from store.history.entries import ReadingEntry, Series
from store.history.history import History
from store.history.readings import QUALITIES, minute_of
from tests.fakes.own_facts import ZONES, write
from tests.fakes.service import offline

NOW = datetime(2026, 2, 11, 12, tzinfo=UTC)
# The headers as the portal wrote them for 2021 to 2023, and since.
OLD = (
    "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),Carbon Intensity gCO₂eq/kWh (LCA),"
    "Low Carbon Percentage,Renewable Percentage,Data Source,Data Estimated,Data Estimation Method\n"
)
NEW = (
    "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),"
    "Carbon intensity gCO₂eq/kWh (Life cycle),Carbon-free energy percentage (CFE%),Renewable energy percentage (RE%),"
    "Data source,Data estimated,Data estimation method\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "var"


def run(folder: Path, *arguments: str, days: int = 400) -> Result:
    settings = Settings(data_dir=folder, history_days=days)
    return CliRunner().invoke(history(settings, lambda: NOW), arguments)


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def stored(folder: Path) -> list[tuple[str, datetime, int, float, Quality]]:
    entries = History(folder).reading_entries((), datetime(1971, 1, 1, tzinfo=UTC), NOW)
    return [
        (
            one.series.zone,
            datetime.fromtimestamp(60 * one.starts_minute, UTC),
            one.minutes,
            one.mgco2e_per_kwh / 1000,
            QUALITIES[one.quality],
        )
        for one in entries
    ]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 2, 1, hour, minute, tzinfo=UTC)


def test_the_application_has_the_commands() -> None:
    assert {"history", "backup", "restore"} <= set(offline().cli.list_commands(None))  # type: ignore[arg-type]


@pytest.mark.parametrize("header", [OLD, NEW])
def test_the_lifecycle_values_of_a_portal_file_are_stored(tmp_path: Path, folder: Path, header: str) -> None:
    text = header + (
        "2026-02-01 00:00:00,Germany,Germany,DE,301.5,350.25,40,35,x,False,\n"
        "2026-02-01 01:00:00,Germany,Germany,DE,302.5,351.25,40,35,x,True,TIME_SLICER_AVERAGE\n"
        "2026-02-01 02:00:00,Germany,Germany,DE,,,,,x,,\n"
    )

    result = run(folder, "import", written(tmp_path, text))

    assert result.stdout == "file.csv: 2 readings stored; left out: 1 without a value above 0\n"
    assert stored(folder) == [
        ("DE", at(0), 60, 350.25, Quality.MEASURED),
        ("DE", at(1), 60, 351.25, Quality.ESTIMATED),
    ]


def test_the_length_of_a_portal_value_is_the_least_time_between_two(tmp_path: Path, folder: Path) -> None:
    times = ("00:00", "00:05", "00:10", "01:00")
    text = NEW + "".join(f"2026-02-01 {time}:00,Germany,Germany,DE,300,350,40,35,x,False,\n" for time in times)

    run(folder, "import", written(tmp_path, text))

    assert [(row[1], row[2]) for row in stored(folder)] == [(at(0), 5), (at(0, 5), 5), (at(0, 10), 5), (at(1), 5)]


def test_files_of_months_are_refused(tmp_path: Path, folder: Path) -> None:
    text = NEW + "".join(f"2025-0{month}-01 00:00:00,Germany,Germany,DE,300,350,40,35,x,False,\n" for month in (1, 2))

    result = run(folder, "import", written(tmp_path, text))

    assert result.exit_code == 1
    assert "44640 minutes apart" in result.stderr  # 31 days


def test_what_cannot_be_used_is_left_out_and_counted(tmp_path: Path, folder: Path) -> None:
    rows = ("2024-12-01 00:00:00,DE,350", "2026-02-12 00:00:00,DE,350", "2026-02-01 00:00:00,DE,3001")
    lines = [*rows, "2026-02-01 00:00:00,ATLANTIS,350", "2026-02-01 01:00:00,DE,0"]
    text = "Datetime (UTC),Zone id,Carbon intensity gCO₂eq/kWh (Life cycle)\n" + "\n".join(lines) + "\n"

    result = run(folder, "import", written(tmp_path, text))

    assert result.stdout == (
        "file.csv: 0 readings stored; left out: 1 older than HISTORY_DAYS=400, 1 in the future, 1 above 3000 g/kWh, "
        "1 of the unknown zone ATLANTIS, 1 without a value above 0\n"
    )


OWN = "Datetime (UTC),Zone id,Carbon intensity gCO₂eq/kWh (Life cycle)\n2026-02-01 00:00:00,OWN-DC1,28\n"


def test_readings_of_a_zone_of_the_overlay_are_stored(tmp_path: Path, folder: Path) -> None:
    write(folder / "overlay", zones=ZONES)

    result = run(folder, "import", written(tmp_path, OWN))

    assert result.stdout == "file.csv: 1 readings stored\n"
    assert [(zone, value) for zone, _, _, value, _ in stored(folder)] == [("OWN-DC1", 28.0)]


def test_a_wrong_overlay_stops_no_import_but_its_zones_are_unknown(tmp_path: Path, folder: Path) -> None:
    write(folder / "overlay", zones=ZONES.replace(",100,", ",many,"))

    result = run(folder, "import", written(tmp_path, OWN + "2026-02-01 00:00:00,DE,350\n"))

    assert result.stdout == "file.csv: 1 readings stored; left out: 1 of the unknown zone OWN-DC1\n"
    assert "overlay:zones.csv row 2: gco2e_per_kwh is not a number: 'many'" in result.stderr


def test_a_retired_zone_is_stored_under_its_present_name(tmp_path: Path, folder: Path) -> None:
    text = "Datetime (UTC),Zone id,Carbon intensity gCO₂eq/kWh (Life cycle)\n2026-02-01 00:00:00,US-MIDW-PJM,350\n"

    run(folder, "import", written(tmp_path, text))

    assert [row[0] for row in stored(folder)] == ["US-MIDA-PJM"]


def test_an_export_can_be_imported_elsewhere(tmp_path: Path, folder: Path) -> None:
    entries = [
        ReadingEntry(Series("one", Signal.MARGINAL.value, "DE"), minute_of(at(0)), 5, 350_125, 1),
        ReadingEntry(Series("two", Signal.AVERAGE_LIFECYCLE.value, "FR"), minute_of(at(1)), 60, 40_000, 0),
    ]
    History(folder, utc_now=lambda: NOW).add(entries)

    text = run(folder, "export").stdout
    run(tmp_path / "other", "import", written(tmp_path, text))

    assert text == (
        "source,signal,zone,starts_at,minutes,gco2e_per_kwh,quality\n"
        "one,marginal,DE,2026-02-01T00:00:00Z,5,350.125,estimated\n"
        "two,average-lifecycle,FR,2026-02-01T01:00:00Z,60,40.0,measured\n"
    )
    assert run(tmp_path / "other", "export").stdout == text


def test_an_export_can_be_of_some_zones_and_times(folder: Path) -> None:
    series = [Series("one", Signal.AVERAGE_LIFECYCLE.value, zone) for zone in ("DE", "FR")]
    History(folder, utc_now=lambda: NOW).add(
        [ReadingEntry(one, minute_of(at(hour)), 60, 1000, 0) for one in series for hour in (0, 1, 2)]
    )

    result = run(folder, "export", "--zone", "FR", "--start", "2026-02-01T01:00", "--end", "2026-02-01T02:00")

    assert result.stdout.splitlines()[1:] == ["one,average-lifecycle,FR,2026-02-01T01:00:00Z,60,1.0,measured"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("one,average-lifecycle,DE,yesterday,60,100,measured", "line 2: Invalid isoformat string: 'yesterday'"),
        ("one,average-lifecycle,DE,2026-02-01T00:00:00Z,0,100,measured", "line 2: minutes must be from 1 to 1440"),
        ("one,average-lifecycle,DE,2026-02-01T00:00:00Z,60,inf,measured", "line 2: inf is not a number"),
        ("one,average-lifecycle,DE,2026-02-01T00:00:00Z,60,100,good", "line 2: 'good' is not a valid Quality"),
        ("one,average-lifecycle,DE", "line 2: not enough values to unpack (expected 7, got 3)"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, folder: Path, line: str, words: str) -> None:
    text = f"source,signal,zone,starts_at,minutes,gco2e_per_kwh,quality\n{line}\n"

    result = run(folder, "import", written(tmp_path, text))

    assert result.exit_code == 1
    assert words in result.stderr


def test_a_file_of_another_kind_is_refused(tmp_path: Path, folder: Path) -> None:
    result = run(folder, "import", written(tmp_path, "a,b\n1,2\n"))

    assert result.exit_code == 1
    assert "its first line is neither" in result.stderr


def test_imported_readings_that_are_old_become_hourly_too(tmp_path: Path, folder: Path) -> None:
    run(folder, "import", written(tmp_path, NEW + "2025-06-01 00:00:00,Germany,Germany,DE,1,100,1,1,x,False,\n"))
    times = [f"2025-03-01 00:{minute:02}:00" for minute in range(0, 60, 5)]

    text = NEW + "".join(f"{time},Germany,Germany,DE,1,200,1,1,x,False,\n" for time in times)
    run(folder, "import", written(tmp_path, text))

    assert [(row[2], row[3]) for row in stored(folder)] == [(60, 200.0), (60, 100.0)]


def test_nothing_is_imported_where_nothing_is_kept(tmp_path: Path, folder: Path) -> None:
    result = run(folder, "import", written(tmp_path, NEW), days=0)

    assert result.exit_code == 1
    assert not folder.exists()


def test_no_progress_bar_is_drawn_unless_a_person_looks_on(tmp_path: Path, folder: Path) -> None:
    result = run(folder, "import", written(tmp_path, NEW))

    assert result.stderr == ""


def test_a_progress_bar_is_drawn_on_a_terminal(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)

    list(_lines(Path(written(tmp_path, NEW))))

    assert "file.csv" in screen.getvalue()
    assert "%" in screen.getvalue()


class Terminal(StringIO):
    """What a person looks at."""

    def isatty(self) -> bool:
        return True
