"""Settings: the environment wins over .env, every problem is named at once, secrets stay out of sight."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from carbon.errors import CarbonError
from settings import Settings, SettingsError, env_example
from wiring_stores import build_redis

ROOT = Path(__file__).resolve().parents[2]


def problems_of(**environ: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as error:
        Settings.from_env(environ, dotenv=None)
    return error.value.problems


def test_an_empty_environment_gives_the_defaults() -> None:
    settings = Settings.from_env({}, dotenv=None)

    assert settings == Settings()
    assert (settings.bind, settings.app_env, settings.el_maps_api_key) == ("127.0.0.1:5000", "production", None)
    assert (settings.workers, settings.threads, settings.upstream_deadline_seconds) == (1, 16, 3.0)


# What stands before the paths of each source; all keys are empty at first.
BASE_URLS = {
    "UK_CARBON_BASE_URL": "https://api.carbonintensity.org.uk",
    "ELEXON_BASE_URL": "https://data.elexon.co.uk/bmrs/api/v1",
    "ENERGY_CHARTS_BASE_URL": "https://api.energy-charts.info",
    "ENERGI_DATA_BASE_URL": "https://api.energidataservice.dk",
    "AEMO_BASE_URL": "https://visualisations.aemo.com.au/aemo/apps/api",
    "OPENELECTRICITY_BASE_URL": "https://api.openelectricity.org.au/v4",
    "ENTSOE_BASE_URL": "https://web-api.tp.entsoe.eu/api",
    "EIA_BASE_URL": "https://api.eia.gov/v2",
    "FINGRID_BASE_URL": "https://data.fingrid.fi/api",
    "NED_BASE_URL": "https://api.ned.nl/v1",
    "WATTTIME_BASE_URL": "https://api.watttime.org",
}
KEYS = (
    *("OPENELECTRICITY_API_KEY", "ENTSOE_TOKEN", "EIA_API_KEY", "FINGRID_API_KEY", "NED_API_KEY"),
    *("WATTTIME_USER", "WATTTIME_PASSWORD"),
)


def test_every_live_source_has_its_base_url_and_key_and_live_data_is_on_by_default() -> None:
    settings = Settings.from_env({}, dotenv=None)

    assert {name: getattr(settings, name.lower()) for name in BASE_URLS} == BASE_URLS
    assert {name: getattr(settings, name.lower()) for name in KEYS} == dict.fromkeys(KEYS)
    assert (settings.live, settings.sources, settings.history_days, settings.database_url) == ("on", None, 400, None)
    assert settings.openelectricity_non_commercial == "off"


def test_the_environment_wins_over_the_dotenv_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("PORT=8001\nTHREADS=4\nEL_MAPS_API_KEY='from-$file'\n")

    settings = Settings.from_env({"PORT": "8002"}, dotenv=dotenv)

    assert (settings.port, settings.threads, settings.el_maps_api_key) == (8002, 4, "from-$file")


def test_the_process_environment_and_the_working_folder_are_read_when_nothing_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("THREADS=5\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORT", "8003")

    settings = Settings.from_env()

    assert (settings.port, settings.threads) == (8003, 5)


def test_an_empty_value_means_the_default_and_in_the_environment_it_hides_the_dotenv_file(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text("EL_MAPS_API_KEY=abc\nPORT=\nTHREADS\n")

    settings = Settings.from_env({"EL_MAPS_API_KEY": " "}, dotenv=dotenv)

    assert settings == Settings()


def test_variables_that_are_no_setting_are_ignored() -> None:
    assert Settings.from_env({"HOME": "anywhere", "PORTS": "x"}, dotenv=None) == Settings()


def test_all_problems_are_named_at_once_with_variable_value_and_what_is_allowed() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_env({"PORT": "http", "THREADS": "0", "APP_ENV": "prod"}, dotenv=None)

    assert isinstance(error.value, CarbonError)
    assert str(error.value) == (
        "3 settings are wrong:\n"
        "  APP_ENV is 'prod'; it must be one of production, development\n"
        "  PORT is 'http'; it must be a whole number from 1 to 65535\n"
        "  THREADS is '0'; it must be a whole number from 1 to 512"
    )


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "5e3"),
        ("PORT", "５０００"),
        ("UPSTREAM_DEADLINE_SECONDS", "nan"),
        ("UPSTREAM_DEADLINE_SECONDS", "inf"),
        ("UPSTREAM_DEADLINE_SECONDS", "0"),
        ("LOG_LEVEL", "loud"),
        ("HOST", "127.0.0.1:5000"),
        ("HOST", "http://localhost"),
        ("EL_MAPS_BASE_URL", "ftp://example.org"),
        ("EL_MAPS_BASE_URL", "api.example.org/v4"),
        ("EL_MAPS_BASE_URL", "https:///v4"),
        ("EL_MAPS_BASE_URL", "https://example.org/v4?key=1"),
        ("EL_MAPS_BASE_URL", "https://example.org/v4#top"),
        ("EL_MAPS_BASE_URL", "https://example.org:99999/v4"),
        ("EL_MAPS_BASE_URL", "https://example.org/a b"),
        ("COMPAT_PREFIX", "casdk"),
        ("COMPAT_PREFIX", "/casdk//v1"),
        ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://a.example.org, null"),
        ("CORS_ORIGINS", "https://a.example.org/"),
    ],
)
def test_a_value_out_of_bounds_is_refused(variable: str, text: str) -> None:
    problems = problems_of(**{variable: text})

    assert len(problems) == 1
    assert problems[0].startswith(f"{variable} is {text!r}; it must be ")


def test_a_base_url_loses_its_closing_slash() -> None:
    settings = Settings.from_env({"EL_MAPS_BASE_URL": "http://localhost:8080/v3/"}, dotenv=None)

    assert settings.el_maps_base_url == "http://localhost:8080/v3"


def test_an_ipv6_address_is_bound_in_brackets() -> None:
    assert Settings.from_env({"HOST": "::1"}, dotenv=None).bind == "[::1]:5000"


def test_secrets_stay_out_of_problems_and_of_the_printed_settings() -> None:
    key_problem = problems_of(EL_MAPS_API_KEY="se cret")[0]
    redis_problem = problems_of(REDIS_URL="http://:secret@example.org")[0]
    url_problem = problems_of(EL_MAPS_BASE_URL="https://me:secret@example.org/v4")[0]
    signing_problem = problems_of(SECRET_KEY="a-secret-of-31-characters-only!")[0]
    text = repr(Settings(el_maps_api_key="secret", redis_url="redis://:secret@example.org", secret_key="secret" * 6))

    assert "cret" not in key_problem + url_problem + redis_problem + text
    assert key_problem.startswith("EL_MAPS_API_KEY must be ")
    assert signing_problem == "SECRET_KEY must be 32 to 512 printable ASCII characters without a space"


def test_a_database_of_redis_without_a_number_is_refused() -> None:
    assert problems_of(REDIS_URL="redis://localhost/abc")[0].startswith("REDIS_URL must be a redis://")


@pytest.mark.parametrize("option", ["foo=1", "socket_timeout=abc", "db=x"])
def test_an_option_that_the_client_of_redis_does_not_take_ends_the_start_and_tells_no_secret(option: str) -> None:
    settings = Settings.from_env({"REDIS_URL": f"redis://:secret@localhost/0?{option}"}, dotenv=None)

    with pytest.raises(SettingsError, match="REDIS_URL has an option") as error:
        build_redis(settings)

    assert "secret" not in str(error.value)


def test_a_dotenv_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(b"PORT=\xff\n")

    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.from_env({}, dotenv=dotenv)


def test_the_example_file_is_made_from_the_settings() -> None:
    """`make env-example` renews it."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_the_example_file_read_back_gives_the_defaults() -> None:
    assert Settings.from_env({}, dotenv=ROOT / ".env.example") == Settings()


@pytest.mark.parametrize("item", fields(Settings), ids=lambda item: item.name)
def test_every_default_meets_its_own_rule(item: object) -> None:
    name, default, rule = item.name, item.default, item.metadata["rule"]  # type: ignore[attr-defined]

    if default is None:
        others = (
            "prices_aws_api_base_url",
            "prices_aws_score_baskets",
            "prices_upcloud_currency",
            "redis_url",
            "database_url",
            "compat_prefix",
            "cors_origins",
            "sources",
            "overlay_dir",
            "secret_key",
            "webhook_allow",
        )
        assert name.endswith(("_api_key", "_token", "_user", "_password")) or name in others
    else:
        assert rule.parse(str(default).removesuffix(".0")) == default
