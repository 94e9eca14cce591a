"""All settings with their names, defaults, ranges and meanings; the only module that reads the environment."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from carbon.errors import CarbonError
from interface_settings import InterfaceSettings
from price_settings import PriceSettings
from setting_rules import (
    AUTO,
    BASE_URL,
    CALLS,
    DATABASE_URL,
    FOLDER,
    HOST_NAME,
    LOGIN_NAME,
    NAMES,
    ORIGINS,
    PASSWORD,
    PLACE,
    RATE,
    REDIS_URL,
    SECRET,
    TOKEN,
    WORKERS,
    Rule,
    one_of,
    seconds,
    whole,
)
from setting_rules import setting as _setting

VERSION = "1.0.0"
DOTENV = Path(".env")


class SettingsError(CarbonError):
    """The configuration cannot be used; `problems` names every wrong setting."""

    def __init__(self, problems: list[str]) -> None:
        count = "1 setting is" if len(problems) == 1 else f"{len(problems)} settings are"
        super().__init__("\n".join([f"{count} wrong:", *(f"  {problem}" for problem in problems)]))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(InterfaceSettings):
    """The configuration of one process. A setting's variable is its name in capitals."""

    app_env: str = _setting(
        "production",
        one_of("production", "development"),
        "development: a 500 shows the exception. production: it shows only a request id.",
    )
    host: str = _setting("127.0.0.1", HOST_NAME, "Address to listen on; 0.0.0.0 means every interface.")
    port: int = _setting(5000, whole(1, 65535), "Port to listen on.")
    web_concurrency: str = _setting("1", WORKERS, "Number of worker processes. auto: one for each CPU, at most 4.")
    threads: int = _setting(16, whole(1, 512), "Threads of each worker, each of which handles one request at a time.")
    log_level: str = _setting(
        "INFO",
        one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        "Least severe level that is written to the log.",
    )
    access_log: str = _setting("on", one_of("on", "off"), "Write one log line of level INFO for each request.")
    dashboard: str = _setting("on", one_of("on", "off"), "Serve pages for people. off: / leads to /docs.")
    metrics: str = _setting("on", one_of("on", "off"), "Serve metrics for Prometheus at /metrics.")
    tracing: str = _setting(
        "off", one_of("on", "off"), "Send OpenTelemetry traces. Needs requirements-tracing.txt and OTEL_* variables."
    )
    cors_origins: str | None = _setting(None, ORIGINS, "Web pages that may call the API from a browser. Empty: none.")
    data_dir: Path = _setting(  # noqa: RUF009  # a path never changes
        Path("var"), FOLDER, "Folder for the state of the service, such as API keys."
    )
    overlay_dir: Path | None = _setting(  # noqa: RUF009  # a path never changes
        None, PLACE, "Folder with figures of your own, see docs/own-figures.md. Empty: overlay in DATA_DIR."
    )
    secret_key: str | None = _setting(
        None,
        SECRET,
        "Secret that signs cookies and forms of the pages; several machines need the same. Empty: made in DATA_DIR.",
        secret=True,
    )
    rate_limit: str = _setting(
        "60 per minute",
        RATE,
        "Requests to pages, pictures and the API allowed for each API key, and for each address without a valid key.",
    )
    rate_limit_on_store_error: str = _setting(
        "local",
        one_of("local", "open", "closed"),
        "If the shared counters fail. local: each worker counts alone; open: no limit; closed: all requests get a 503.",
    )
    redis_url: str | None = _setting(
        None,
        REDIS_URL,
        "Redis shared by several machines. Empty: the workers of one machine share files in DATA_DIR.",
        secret=True,
    )
    database_url: str | None = _setting(
        None, DATABASE_URL, "PostgreSQL for the history (requirements-postgres.txt). Empty: DATA_DIR.", secret=True
    )
    history_days: int = _setting(
        400, whole(0, 36_500), "How long readings and forecasts are kept; beyond 30 days as hourly means. 0: none are."
    )
    trusted_proxies: int = _setting(
        0, whole(0, 10), "Number of proxies in front that each add to X-Forwarded-For. 0: the header is ignored."
    )
    live: str = _setting(
        "on", one_of("on", "off"), "Call sources of live data. off: none is called, Electricity Maps included."
    )
    sources: str | None = _setting(
        None,
        NAMES,
        "Sources of live data that are used, the most trusted first. Empty: all, in the order of docs/live-sources.md.",
    )
    el_maps_api_key: str | None = _setting(
        None, TOKEN, "Electricity Maps key. Empty: only sources without a key are live.", secret=True
    )
    el_maps_base_url: str = _setting(
        "https://api.electricitymaps.com/v4", BASE_URL, "URL of the Electricity Maps API, including its version."
    )
    el_maps_calls_per_hour: str = _setting(
        "auto",
        CALLS,
        "Calls to Electricity Maps in an hour, for all workers together. auto: 50 if the key covers one zone, otherwise"
        " unlimited until it answers 429; off: no limit.",
    )
    uk_carbon_base_url: str = _setting(
        "https://api.carbonintensity.org.uk", BASE_URL, "URL of the Carbon Intensity API of Great Britain."
    )
    elexon_base_url: str = _setting(
        "https://data.elexon.co.uk/bmrs/api/v1", BASE_URL, "URL of Elexon's API (Great Britain), including its version."
    )
    energi_data_base_url: str = _setting(
        "https://api.energidataservice.dk", BASE_URL, "URL of Energi Data Service (Denmark)."
    )
    aemo_base_url: str = _setting(
        "https://visualisations.aemo.com.au/aemo/apps/api", BASE_URL, "URL of AEMO's reports (eastern Australia)."
    )
    energy_charts_base_url: str = _setting(
        "https://api.energy-charts.info", BASE_URL, "URL of Energy-Charts (European countries)."
    )
    entsoe_token: str | None = _setting(
        None, TOKEN, "Security token of the ENTSO-E Transparency Platform (free): European bidding zones.", secret=True
    )
    entsoe_base_url: str = _setting(
        "https://web-api.tp.entsoe.eu/api", BASE_URL, "URL of the ENTSO-E Transparency Platform."
    )
    eia_api_key: str | None = _setting(
        None, TOKEN, "Key of EIA's open data (free): areas of the United States.", secret=True
    )
    eia_base_url: str = _setting("https://api.eia.gov/v2", BASE_URL, "URL of EIA's open data, including its version.")
    watttime_user: str | None = _setting(
        None, LOGIN_NAME, "Name of a WattTime account: marginal intensities, for signal=marginal.", secret=True
    )
    watttime_password: str | None = _setting(None, PASSWORD, "Password of the WattTime account.", secret=True)
    watttime_base_url: str = _setting("https://api.watttime.org", BASE_URL, "URL of WattTime.")
    fingrid_api_key: str | None = _setting(None, TOKEN, "Key of Fingrid's open data (free): Finland.", secret=True)
    fingrid_base_url: str = _setting("https://data.fingrid.fi/api", BASE_URL, "URL of Fingrid's open data.")
    ned_api_key: str | None = _setting(
        None, TOKEN, "Key of the National Energy Dashboard (free): the Netherlands.", secret=True
    )
    ned_base_url: str = _setting(
        "https://api.ned.nl/v1", BASE_URL, "URL of the National Energy Dashboard, including its version."
    )
    openelectricity_api_key: str | None = _setting(
        None, TOKEN, "Key of Open Electricity (free): Australia. Not used unless the next setting is on.", secret=True
    )
    openelectricity_non_commercial: str = _setting(
        "off",
        one_of("on", "off"),
        "on: this service is not used commercially, as the licence of Open Electricity's data (CC BY-NC 4.0) demands.",
    )
    openelectricity_base_url: str = _setting(
        "https://api.openelectricity.org.au/v4", BASE_URL, "URL of Open Electricity, including its version."
    )
    upstream_connect_timeout_seconds: float = _setting(
        2.0, seconds(0.1, 60), "Longest wait for a connection to a source."
    )
    upstream_read_timeout_seconds: float = _setting(
        5.0, seconds(0.1, 60), "Longest time for one complete reply of a source, including headers."
    )
    upstream_total_seconds: float = _setting(
        10.0, seconds(0.1, 300), "Longest time for one call to a source, including its retries."
    )
    upstream_retries: int = _setting(2, whole(0, 10), "Retries after a 429, a 5xx or a broken connection.")
    upstream_deadline_seconds: float = _setting(
        3.0, seconds(0.05, 60), "Longest time a request waits for live data before it is answered from a fallback."
    )
    upstream_concurrency: int = _setting(8, whole(1, 64), "Calls to a source that each worker makes at the same time.")
    intensity_ttl_seconds: float = _setting(
        300.0, seconds(1, 86_400), "How long a live intensity is used before it is fetched again."
    )
    forecast_ttl_seconds: float = _setting(
        1800.0, seconds(1, 86_400), "How long a forecast is used before it is fetched again."
    )
    failure_ttl_seconds: float = _setting(
        30.0, seconds(0, 3600), "How long to wait after a failed call before it is tried again."
    )
    max_age_minutes: int = _setting(
        60, whole(0, 1440), "Highest age of a live intensity in an answer, in minutes after the end of its interval."
    )
    plan_seconds: float = _setting(
        10.0,
        seconds(0.5, 300),
        "Longest time for a direct answer about a plan, the wait for other plans included; then the best plan so far.",
    )
    plan_background_seconds: float = _setting(
        120.0, seconds(1, 3600), "Longest time to make one plan in the background, see docs/plan.md."
    )
    max_body_bytes: int = _setting(1_048_576, whole(1024, 67_108_864), "Largest request body, in bytes.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, dotenv: Path | None = DOTENV) -> Settings:
        """Settings from the environment and, for what it lacks, from a .env file.

        environ: None for the process environment. dotenv: not read if None or missing.
        An empty value means the default; other variables are ignored.
        Raises SettingsError with all problems at once.
        """
        texts = {**_read(dotenv), **(os.environ if environ is None else environ)}
        values: dict[str, Any] = {}
        problems: list[str] = []
        for name, variable, rule, secret in _rules():
            text = texts.get(variable, "").strip()
            if not text:
                continue
            try:
                values[name] = rule.parse(text)
            except ValueError:
                value_text = "" if secret or "@" in text else f" is {text!r}; it"  # a URL may hold a password
                problems.append(f"{variable}{value_text} must be {rule.allowed}")
        if problems:
            raise SettingsError(problems)
        return cls(**values)

    @property
    def workers(self) -> int:
        """How many worker processes to start."""
        if self.web_concurrency != AUTO:
            return int(self.web_concurrency)
        usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1)
        return min(len(usable), 4)

    @property
    def bind(self) -> str:
        """host:port as a server takes it; an IPv6 address stands in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def env_example() -> str:
    """The text of .env.example: every setting with its meaning, its allowed values and its default."""
    lines = [
        "# Copy to .env, change what you need. Environment variables override .env; an empty value means the default."
    ]
    for item in _listed():
        rule: Rule = item.metadata["rule"]
        default = "" if item.default is None else str(item.default)
        value = default.removesuffix(".0") if isinstance(item.default, float) else default
        lines += ["", f"# {item.metadata['comment']} Allowed: {rule.allowed}.", f"{item.name.upper()}={value}"]
    return "\n".join(lines) + "\n"


def _listed() -> Iterator[Field[Any]]:
    """The settings in the order of .env.example: those of the service, of accounts, of other interfaces, of prices."""
    interfaces, prices = ({item.name for item in fields(kind)} for kind in (InterfaceSettings, PriceSettings))
    yield from sorted(fields(Settings), key=lambda item: (item.name in interfaces) + (item.name in prices))


def _rules() -> Iterator[tuple[str, str, Rule, bool]]:
    for item in fields(Settings):
        yield item.name, item.name.upper(), item.metadata["rule"], item.metadata["secret"]


def _read(dotenv: Path | None) -> dict[str, str]:
    if dotenv is None:
        return {}
    try:
        return {name: text or "" for name, text in dotenv_values(dotenv, interpolate=False).items()}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{dotenv} cannot be read: {error}"]) from error
