"""The service as it starts without settings of the operator, but for a folder of its own."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from app import create_app
from settings import Settings


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """Of one application for all tests that only ask: it reads the whole catalog. It counts no requests."""
    settings = Settings(live="off", data_dir=tmp_path_factory.mktemp("started"), rate_limit="off")
    return create_app(settings).test_client()
