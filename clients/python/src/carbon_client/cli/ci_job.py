"""The job of GitHub Actions or GitLab CI in which a command runs, as its environment says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from carbon_client.durations import moment

# What GitHub calls a runner by system and processor; which of its sizes it is stays open.
GITHUB_LABELS = {
    ("Linux", "X64"): "ubuntu-latest",
    ("Linux", "ARM64"): "ubuntu-24.04-arm",
    ("Windows", "X64"): "windows-latest",
    ("macOS", "ARM64"): "macos-latest",
}
_GITLAB_LABEL = re.compile(r"saas-[a-z]+-[a-z0-9-]+")


@dataclass(frozen=True, kw_only=True)
class CiJob:
    """None: the environment does not say. plan: "public" or "private", of the repository."""

    provider: Literal["github", "gitlab", "own"]
    pipeline: str | None = None
    run: str | None = None
    job: str | None = None
    start: datetime | None = None
    runner: str | None = None
    plan: Literal["public", "private"] | None = None


def job_of(environ: Mapping[str, str]) -> CiJob:
    """The job of this environment; outside of GitHub and GitLab one of which nothing is said."""
    if environ.get("GITLAB_CI") == "true":
        return _gitlab(environ)
    if environ.get("GITHUB_ACTIONS") == "true":
        return _github(environ)
    return CiJob(provider="own")


def _github(environ: Mapping[str, str]) -> CiJob:
    run, attempt = environ.get("GITHUB_RUN_ID"), environ.get("GITHUB_RUN_ATTEMPT", "1")
    is_hosted = environ.get("RUNNER_ENVIRONMENT") != "self-hosted"
    event = Path(environ.get("GITHUB_EVENT_PATH", ""))
    return CiJob(
        provider="github",
        pipeline=_joined(environ.get("GITHUB_REPOSITORY"), environ.get("GITHUB_WORKFLOW")),
        run=f"{run}.{attempt}" if run and attempt != "1" else run,
        job=environ.get("GITHUB_JOB"),
        start=_written_at(event),
        runner=GITHUB_LABELS.get((environ.get("RUNNER_OS", ""), environ.get("RUNNER_ARCH", ""))) if is_hosted else None,
        plan=_plan(event),
    )


def _joined(*parts: str | None) -> str | None:
    return "/".join(part for part in parts if part) or None


def _written_at(event: Path) -> datetime | None:
    """When the runner wrote the event of the job, which it does as it begins: no variable says that."""
    try:
        return datetime.fromtimestamp(event.stat().st_mtime, UTC) if event.is_file() else None
    except OSError:
        return None


def _plan(event: Path) -> Literal["public", "private"] | None:
    """Whether the repository of the event is private."""
    try:
        private = json.loads(event.read_text(encoding="utf-8"))["repository"]["private"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None if not isinstance(private, bool) else "private" if private else "public"


def _gitlab(environ: Mapping[str, str]) -> CiJob:
    started = environ.get("CI_JOB_STARTED_AT")
    words = environ.get("CI_RUNNER_TAGS", ""), environ.get("CI_RUNNER_DESCRIPTION", "")
    labels = [match[0] for match in map(_GITLAB_LABEL.search, words) if match]
    return CiJob(
        provider="gitlab",
        pipeline=environ.get("CI_PROJECT_PATH"),
        run=environ.get("CI_PIPELINE_ID"),
        job=environ.get("CI_JOB_NAME"),
        start=moment(started) if started else None,
        runner=next(iter(labels), None),
    )
