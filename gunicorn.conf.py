"""How gunicorn serves app:app; its command line and GUNICORN_CMD_ARGS win over what stands here."""

import ctypes
from contextlib import suppress
from pathlib import Path

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

bind = _settings.bind
worker_class = "gthread"
workers = _settings.web_concurrency
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
