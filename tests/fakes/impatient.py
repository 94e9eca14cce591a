"""The service under workers that wait for a body one second."""

from __future__ import annotations

from app import app as app
from serve import worker

worker.BODY_SECONDS = 1.0
