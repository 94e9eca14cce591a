"""Images without a registry: a base of Debian's packages, the service on it, and stand-ins for nginx and Redis.

The base stands for python:3.11-slim-bookworm: Debian 12 with Debian's Python 3.11, and a virtual environment with pip
at /usr/local, where that image has its Python. It takes the index and the certificates of this machine's pip.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.containers.engine import Engine
from tests.deploy.tools import ROOT, program

BASE = "localhost/base"
SERVICE = "carbon-optimizer"
CERTIFICATES = Path("etc/ssl/certs/ca-certificates.crt")
PIP_OPTIONS = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"}
STAND_IN = f"""\
FROM {BASE}
RUN apt-get update -qq && RUNLEVEL=1 DPKG_FORCE=unsafe-io DEBIAN_FRONTEND=noninteractive \\
    apt-get install -qq --no-install-recommends nginx-light redis-server wget
"""


def build_base(engine: Engine) -> None:
    """Debian and a Python, imported as an image."""
    root = engine.folder / "base"
    mirror = debian_mirror()
    packages = "--include=ca-certificates,python3-venv"
    bootstrap = (program("debootstrap", "debootstrap"), "--variant=minbase", packages, "bookworm", str(root))
    engine.run(*bootstrap, *([mirror] if mirror else []))
    engine.run(program("chroot", "coreutils"), str(root), "python3", "-m", "venv", "/usr/local")
    configure_pip(root)
    archive = engine.folder / "base.tar"
    engine.run("tar", "--create", "--exclude=./var/cache/apt/*", "--directory", str(root), "--file", str(archive), ".")
    engine.podman("import", "--change", "ENV PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", str(archive), BASE)
    archive.unlink()
    shutil.rmtree(root)


def debian_mirror() -> str | None:
    """Where this machine gets Debian from; None leaves the choice to debootstrap."""
    asked = ("indextargets", "--format", "$(ORIGIN) $(RELEASE) $(REPO_URI)", "Created-By: Packages")
    result = subprocess.run(  # noqa: S603
        (program("apt-get", "apt"), *asked), capture_output=True, text=True, check=False, timeout=60
    )
    targets = [line.split() for line in result.stdout.splitlines()]
    return next((uri for origin, release, uri in targets if (origin, release) == ("Debian", "bookworm")), None)


def configure_pip(root: Path) -> None:
    """Let the base's pip use the index and the certificates that this machine's pip uses."""
    result = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True, timeout=60
    )
    options: dict[str, str] = {}
    for line in sorted(result.stdout.splitlines(), reverse=True):  # `global.` first, `:env:.` wins
        name, _, quoted = line.partition("=")
        options[name.rpartition(".")[2]] = str(ast.literal_eval(quoted))
    certificates = Path(options.get("cert") or f"/{CERTIFICATES}")
    if certificates.is_file():
        shutil.copy(certificates, root / CERTIFICATES)
    lines = [f"{name} = {text}" for name, text in options.items() if name in PIP_OPTIONS and "file:" not in text]
    (root / "etc" / "pip.conf").write_text("\n".join(["[global]", f"cert = /{CERTIFICATES}", *lines, ""]))


def build_service(engine: Engine) -> None:
    """The image of the Dockerfile, as it stands."""
    engine.build(ROOT / "Dockerfile", ROOT, "--build-arg", f"PYTHON={BASE}", "--tag", SERVICE)


def build_stand_ins(engine: Engine) -> None:
    """Debian's nginx and Redis, by the names of the images that compose.yaml asks for."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    names = {service["image"] for service in services} - {SERVICE}
    folder = engine.folder / "stand-in"
    folder.mkdir()
    (folder / "Containerfile").write_text(STAND_IN)
    engine.build(folder / "Containerfile", folder, *(word for name in sorted(names) for word in ("--tag", name)))


def megabytes_above_the_base(engine: Engine) -> float:
    """The size of the service's image without its base, uncompressed."""
    sizes = [int(engine.podman("image", "inspect", "--format", "{{.Size}}", name)) for name in (SERVICE, BASE)]
    return (sizes[0] - sizes[1]) / 1e6
