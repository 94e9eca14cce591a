"""The service under workers that wait for a body one second."""

from __future__ import annotations

import serving
from app import app as app

serving.BODY_SECONDS = 1.0
