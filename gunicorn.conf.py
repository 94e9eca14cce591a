"""How gunicorn serves app:app; its command line and GUNICORN_CMD_ARGS win over what stands here."""

import ctypes
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path
from shutil import rmtree

import gunicorn.util

from settings import Settings, SettingsError

try:
    _settings = Settings.from_env()
except SettingsError as error:
    raise SystemExit(str(error)) from error

# gunicorn 26 and 27 wait in the worker's main loop, up to 2 s each, for clients that asked for `Connection: close`
# and do not hang up: five of them freeze a worker for 4 to 10 s, five hundredths of a second do no harm. There is
# no setting for it, so the defaults (timeout, max_drain) are replaced.
gunicorn.util.close_graceful.__defaults__ = (0.05, 65_536)

# glibc gives threads pools of memory of their own, up to eight a core, and rarely hands any back. Two pools cost no
# time that can be measured and save a worker of 16 threads about 20 MB. Other C libraries lack the call and the pools.
_M_ARENA_MAX = -8
with suppress(AttributeError, OSError, TypeError):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def _folder_for_metrics() -> None:
    """Where the workers count together, known to prometheus_client before it is imported; empty at each start.

    On a tmpfs where there is one, owned by this user alone, and named by the address, so that a start finds what the
    last one left. A reload and an upgrade of the running master (USR2) inherit the marker and keep the counts.
    """
    marker, variable = "CAO_METRICS_COUNTED", "PROMETHEUS_MULTIPROC_DIR"
    chosen = os.environ.get(variable)
    if _settings.metrics == "off" or (chosen and chosen == os.environ.get(marker)):
        return
    name = f"cao-metrics-{os.getuid()}-{re.sub('[^A-Za-z0-9]+', '-', _settings.bind)}"
    memory = Path("/dev/shm")  # noqa: S108  # nosec B108
    beneath = memory if memory.is_dir() else Path(tempfile.gettempdir())
    folder = Path(chosen or beneath / name)
    if folder.is_symlink():
        raise SystemExit(f"{folder} must not be a link")
    rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise SystemExit(f"{folder} belongs to somebody else; set PROMETHEUS_MULTIPROC_DIR")
    os.environ |= {variable: str(folder), marker: str(folder)}


_folder_for_metrics()


def child_exit(server, worker):  # type: ignore[no-untyped-def]  # gunicorn has no types
    """A worker has ended; its counts stay."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):  # without it the library raises
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


bind = _settings.bind
worker_class = "serving.Worker"
workers = _settings.workers
threads = _settings.threads
worker_connections = 1000  # well above threads, or idle keep-alive clients starve the others
preload_app = True  # the catalog is read once and shared by all workers
timeout = 30
graceful_timeout = 30
keepalive = 75  # longer than the idle time of usual load balancers, so that they hang up first
max_requests = 0
control_socket_disable = True  # nothing here is controlled at run time; no socket file is left behind
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
if Path("/dev/shm").is_dir():  # noqa: S108  # nosec B108  # the heartbeat file: on a disk it can block a worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108  # nosec B108
logconfig_dict = {  # gunicorn's own lines like all others; what a request was is logged by the service
    "root": {"level": _settings.log_level, "handlers": []},
    "loggers": {"gunicorn.error": {"level": _settings.log_level, "handlers": ["lines"], "propagate": False}},
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["request_id"]},
    },
    "filters": {"request_id": {"()": "api.logs.RequestIdFilter"}},
    "formatters": {"lines": {"()": "api.logs.formatter"}},
}
