"""podman and buildah with a storage, networks and settings of their own, which end with the tests."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deploy.tools import program

# Debian's crun refuses machines that mix both versions of control groups; runc takes either.
SETTINGS = """\
[containers]
default_ulimits = ["nofile={files}:{files}", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime = "runc"
tmp_dir = "{folder}/run"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
"""
STORAGE = """\
[storage]
driver = ""
graphroot = "{folder}/storage"
runroot = "{folder}/run"
"""
PROGRAMS = {
    "podman": "podman",
    "buildah": "buildah",
    "runc": "runc",
    "debootstrap": "debootstrap",
    "iptables": "iptables",
    "ip": "iproute2",
    "podman-compose": "podman-compose",
}
# What a container is made of, each part tried by itself.
PARTS = (
    ("unshare", "--mount", "--pid", "--fork", "--ipc", "--uts", "--net", "true"),
    ("unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"),
    ("unshare", "--net", "ip", "link", "add", "name", "bridge0", "type", "bridge"),
    ("unshare", "--net", "ip", "link", "add", "veth0", "type", "veth", "peer", "name", "veth1"),
    ("unshare", "--net", "iptables", "--table", "nat", "--list-rules"),
    ("unshare", "--mount", "test", "-w", "/sys/fs/cgroup"),
)
LONGEST_SECONDS = 240


def kernel_refusal() -> str:
    """The first part of a container that the kernel refuses, and its words; "" when it allows all."""
    for part in PARTS:
        result = subprocess.run(part, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603
        if result.returncode:
            return f"{' '.join(part)}: {result.stderr.strip() or f'exit code {result.returncode}'}"
    return ""


class Engine:
    """Commands of podman, buildah and podman-compose. folder: everything that they keep."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
        (folder / "containers.conf").write_text(SETTINGS.format(folder=folder, files=min(files, 65_536)))
        (folder / "storage.conf").write_text(STORAGE.format(folder=folder))
        self._environ = {
            **os.environ,
            "PATH": os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin")),
            "DPKG_FORCE": "unsafe-io",  # what it installs need not survive a power cut
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
        }

    def podman(self, *arguments: str) -> str:
        """What a command prints on standard output."""
        return self.run(program("podman", "podman"), *arguments)

    def succeeds(self, *arguments: str) -> bool:
        """Whether a command of podman ends with 0."""
        command = (program("podman", "podman"), *arguments)
        result = subprocess.run(command, env=self._environ, capture_output=True, check=False, timeout=60)  # noqa: S603
        return result.returncode == 0

    def build(self, containerfile: Path, context: Path, *options: str) -> None:
        """Build an image; nothing is asked of a registry of images."""
        build = (program("buildah", "buildah"), "bud", "--isolation", "chroot", "--network", "host")
        self.run(*build, "--format", "docker", "--pull-never", *options, "--file", str(containerfile), str(context))

    def compose(self, project: Path, *arguments: str, **environ: str) -> str:
        """What a command prints for the compose.yaml of this folder."""
        return self.run(program("podman-compose", "podman-compose"), *arguments, cwd=project, environ=environ)

    def run(self, *command: str, cwd: Path | None = None, environ: Mapping[str, str] | None = None) -> str:
        """What a program prints on standard output; the test fails with all it says when it fails."""
        result = subprocess.run(  # noqa: S603
            command,
            cwd=cwd,
            env={**self._environ, **(environ or {})},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
        if result.returncode:
            pytest.fail(
                f"{' '.join(command)}: exit code {result.returncode}\n{result.stdout}{result.stderr}", pytrace=False
            )
        return result.stdout.strip()


@contextmanager
def engine() -> Iterator[Engine]:
    """An engine that holds nothing; afterwards its containers, networks and images are gone."""
    for name, package in PROGRAMS.items():
        program(name, package)
    if refusal := kernel_refusal():
        pytest.skip(f"The kernel refuses containers: {refusal}")
    folder = Path(tempfile.mkdtemp(prefix="containers-", dir="/var/tmp"))
    made = Engine(folder)
    try:
        yield made
    finally:
        made.podman("rm", "--all", "--force", "--time", "0", "--volumes")
        made.podman("network", "prune", "--force")
        made.podman("rmi", "--all", "--force")
        shutil.rmtree(folder)
