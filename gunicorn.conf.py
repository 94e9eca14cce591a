"""How gunicorn serves app:app. Its command line and GUNICORN_CMD_ARGS override these settings."""

import os
import signal
from pathlib import Path

import memory
from serve import master, metrics_folder

# The kernel keeps a signal without a handler from the first process of a container, and gunicorn sets its handlers only
# after it has loaded the application: until then SIGTERM would be lost, and the container killed after a long wait.
if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

_settings = master.settings_now()
master.begin()
os.umask(0o077)  # only the service's own user may read its files, those of the metrics included

memory.limit()
if _settings.metrics == "on":
    metrics_folder.prepare()


def when_ready(server):  # type: ignore[no-untyped-def]  # gunicorn has no types
    """Called before the first worker is forked."""
    master.share(server)


def on_reload(server):  # type: ignore[no-untyped-def]
    """HUP: the new workers get an application that is built from the current settings."""
    master.renew(server, _settings)


def post_worker_init(worker):  # type: ignore[no-untyped-def]
    """A worker is ready."""
    master.follow(worker)


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
control_socket_disable = True  # nothing is controlled at run time, and no socket file is left behind
forwarder_headers = ""  # a header SCRIPT_NAME or PATH_INFO would change the path without the proxy noticing
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
if Path("/dev/shm").is_dir():  # noqa: S108  # nosec B108  # the heartbeat file: on a disk, writing it can block a worker
    worker_tmp_dir = "/dev/shm"  # noqa: S108  # nosec B108
logconfig_dict = {  # gunicorn's own lines have the form of all others; the service itself logs requests
    "root": {"level": _settings.log_level, "handlers": []},
    "loggers": {"gunicorn.error": {"level": _settings.log_level, "handlers": ["lines"], "propagate": False}},
    "handlers": {
        "lines": {"class": "logging.StreamHandler", "formatter": "lines", "filters": ["request_id"]},
    },
    "filters": {"request_id": {"()": "api.edge.logs.RequestIdFilter"}},
    "formatters": {"lines": {"()": "api.edge.logs.formatter"}},
}
