"""How gunicorn serves app:app; its command line and GUNICORN_CMD_ARGS win over what stands here."""

import ctypes
import logging
import os
import signal
import tempfile
from contextlib import suppress
from pathlib import Path
from shutil import rmtree
from typing import Any

import gunicorn.util

import serving
from settings import Settings, SettingsError

# The kernel keeps a signal without a handler from the first process of a container, and gunicorn sets its handlers only
# after it has loaded the application: until then SIGTERM would be lost, and the container killed after a long wait.
if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))


def _settings_now() -> Settings:
    """At the start wrong ones end it; at a reload those before stay in force."""
    try:
        return Settings.from_env()
    except SettingsError as error:
        if serving.settings_in_force is None:
            raise SystemExit(str(error)) from error
        log = logging.getLogger("gunicorn.error")
        log.error("the settings were not reloaded, the earlier ones stay in force: %s", error)  # noqa: TRY400
        return serving.settings_in_force


_settings = serving.settings_in_force = _settings_now()

# gunicorn 26 and 27 wait in the worker's main loop, up to 2 s each, for clients that asked for `Connection: close`
# and do not hang up: five of them freeze a worker for 4 to 10 s, five hundredths of a second do no harm. There is
# no setting for it, so the defaults (timeout, max_drain) are replaced.
gunicorn.util.close_graceful.__defaults__ = (0.05, 65_536)

# glibc gives threads pools of memory of their own, up to eight a core, and rarely hands any back. Two pools cost no
# time that can be measured and save a worker of 16 threads about 20 MB. Other C libraries lack the call and the pools.
_M_ARENA_MAX = -8
with suppress(AttributeError, OSError, TypeError):
    ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


MARKER, VARIABLE, PREFIX = "CAO_METRICS_COUNTED", "PROMETHEUS_MULTIPROC_DIR", "cao-metrics-"


def _lives(pid: str) -> bool:
    """Whether there is such a process, or it cannot be told."""
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True
    return True


os.umask(0o077)  # what the service writes, the files of the metrics too, is for nobody else


def _folder_for_metrics() -> None:
    """Where the workers count together, known to prometheus_client before it is imported; empty at each start.

    The operator's, or one named by this process, on a tmpfs where there is one. The marker says for which process and
    folder this was done: a reload keeps the counts, and so does a master that takes over (USR2) an operator's folder.
    """
    chosen, done = os.environ.get(VARIABLE, ""), os.environ.get(MARKER, "")
    ours = Path(chosen).name.startswith(PREFIX)
    if _settings.metrics == "off" or done == f"{os.getpid()} {chosen}":
        return
    if ours or not chosen:
        memory = Path("/dev/shm")  # noqa: S108  # nosec B108
        beneath = memory if memory.is_dir() else Path(tempfile.gettempdir())
        for folder in beneath.glob(f"{PREFIX}*"):
            if not _lives(folder.name.removeprefix(PREFIX)):  # of a master that was killed
                rmtree(folder, ignore_errors=True)
        folder = beneath / f"{PREFIX}{os.getpid()}"
    else:
        folder = Path(chosen)
    if not done.endswith(f" {folder}"):
        if folder.is_symlink():
            raise SystemExit(f"{folder} must not be a symbolic link")
        rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
    os.environ |= {VARIABLE: str(folder), MARKER: f"{os.getpid()} {folder}"}


_folder_for_metrics()


def _served(server) -> Any:  # type: ignore[no-untyped-def]
    """The application, if the workers share it and it is ours."""
    served = server.app.wsgi() if server.cfg.preload_app else None
    return served if "carbon-optimizer" in getattr(served, "extensions", ()) else None


def when_ready(server):  # type: ignore[no-untyped-def]
    """No worker is forked yet: whatever is made now is shared by all of them."""
    served = _served(server)
    if served is not None:
        import preload

        preload.prepare(served)


def on_reload(server):  # type: ignore[no-untyped-def]
    """HUP: the new workers get an application of the settings as they are now, or, if that fails, the one before."""
    if _served(server) is None:
        return
    import app
    import preload

    try:
        server.app.callable = app.app = app.configured(_settings)
    except SystemExit as error:
        server.log.error("the settings were not reloaded, the earlier ones stay in force: %s", error)  # noqa: TRY400
    else:
        preload.prepare(app.app)


def child_exit(server, worker):  # type: ignore[no-untyped-def]  # gunicorn has no types
    """A worker has ended; its counts stay."""
    if os.environ.get(VARIABLE):  # without it the library raises
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server):  # type: ignore[no-untyped-def]
    """The master ends; the folder it made goes with it."""
    folder = Path(os.environ.get(VARIABLE, ""))
    if folder.name == f"{PREFIX}{os.getpid()}":
        rmtree(folder, ignore_errors=True)


bind = _settings.bind
worker_class = "serving.Worker"
logger_class = "serving.Log"
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
