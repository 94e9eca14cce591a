"""The engine and the images, made once. Not part of `make test`: `make container-test` runs this folder."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.containers import engine as engines
from tests.containers import images, projects
from tests.containers.engine import Engine
from tests.containers.projects import Project


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """podman with the images that compose.yaml asks for and no container."""
    with engines.engine() as container_engine, ThreadPoolExecutor() as pool:
        images.build_base(container_engine)
        for built in [pool.submit(build, container_engine) for build in (images.build_service, images.build_stand_ins)]:
            built.result()
        yield container_engine


@pytest.fixture(scope="session")
def project(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """compose.yaml, started; a .env beside it sets a rate limit that no test reaches."""
    with projects.started(engine, tmp_path_factory.mktemp("project"), RATE_LIMIT="100000 per minute") as made:
        yield made
