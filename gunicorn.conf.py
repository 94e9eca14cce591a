"""How gunicorn serves app:app; its command line and GUNICORN_CMD_ARGS win over what stands here."""

import ctypes
import os
import signal
from contextlib import suppress
from pathlib import Path

import gunicorn.util

from serve import master, metrics_folder

# The kernel keeps a signal without a handler from the first process of a container, and gunicorn sets its handlers only
# after it has loaded the application: until then SIGTERM would be lost, and the container killed after a long wait.
if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

_settings = master.settings_now()
os.umask(0o077)  # only the service's own user may read what it writes, the files of the metrics included

# gunicorn 26 and 27 wait in the worker's main loop, up to 2 s each, for clients that asked for `Connection: close`
# and do not hang up: five of them freeze a worker for 4 to 10 s, five hundredths of a second do no harm. There is
# no setting for it, so the defaults (timeout, max_drain) are replaced.
gunicorn.util.close_graceful.__defaults__ = (0.05, 65_536)

# glibc gives threads pools of memory of their own, up to eight a core, and rarely hands any back. Two pools cost no
# time that can be measured and save a worker of 16 threads about 20 MB. Other C libraries lack the call and the pools.
_M_ARENA_MAX = -8
with suppress(AttributeError, OSError, TypeError):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)

if _settings.metrics == "on":
    metrics_folder.prepare()


def when_ready(server):  # type: ignore[no-untyped-def]  # gunicorn has no types
    """No worker is forked yet."""
    master.share(server)


def on_reload(server):  # type: ignore[no-untyped-def]
    """HUP: the new workers get an application of the settings as they are now."""
    master.renew(server, _settings)


def child_exit(server, worker):  # type: ignore[no-untyped-def]
    """A worker has ended."""
    metrics_folder.forget(worker.pid)


def on_exit(server):  # type: ignore[no-untyped-def]
    """The master ends."""
    metrics_folder.remove()


bind = _settings.bind
worker_class = "serve.worker.Worker"
logger_class = "serve.worker.Log"
workers = _settings.workers
threads = _settings.threads
worker_connections = 1000  # well above threads, or idle keep-alive clients starve the others
preload_app = True  # the catalog is read once and shared by all workers
timeout = 30
graceful_timeout = 30
keepalive = 75  # longer than the idle time of usual load balancers, so that they hang up first
max_requests = 0
control_socket_disable = True  # nothing here is controlled at run time; no socket file is left behind
forwarder_headers = ""  # a header SCRIPT_NAME or PATH_INFO would change the path behind a proxy's back
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
    "filters": {"request_id": {"()": "api.edge.logs.RequestIdFilter"}},
    "formatters": {"lines": {"()": "api.edge.logs.formatter"}},
}
