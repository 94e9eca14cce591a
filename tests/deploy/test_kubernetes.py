"""deploy/kubernetes: valid for Kubernetes 1.29 to 1.37, confined as the restricted profile asks, probes that exist."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from store.keys.table import FILE, KeyTable
from tests.deploy.tools import DEPLOY, ROOT, complaints, program
from tests.fakes.service import service

FILES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
DOCUMENTS: list[dict[str, Any]] = [item for file in FILES for item in yaml.safe_load_all(file.read_text())]


def one(kind: str) -> dict[str, Any]:
    (document,) = (document for document in DOCUMENTS if document["kind"] == kind)
    return document


def pod() -> dict[str, Any]:
    spec: dict[str, Any] = one("Deployment")["spec"]["template"]["spec"]
    return spec


CONTAINERS = [*pod()["initContainers"], *pod()["containers"]]


@pytest.mark.parametrize("version", ["1.29", "1.33", "1.37"])
def test_the_manifests_fit_the_strict_schemas_of_kubernetes(version: str) -> None:
    checker = program("kubernetes-validate", "kubernetes-validate")

    assert complaints(checker, "--strict", "--kubernetes-version", version, *FILES) == ""


def test_there_are_all_kinds_of_objects_that_the_service_needs() -> None:
    kinds = [document["kind"] for document in yaml.safe_load_all(FILES[1].read_text())]

    assert kinds == ["Namespace", "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"]


@pytest.mark.parametrize("container", CONTAINERS, ids=lambda container: container["name"])
def test_every_container_keeps_the_restricted_profile_and_a_root_nobody_writes_to(container: dict[str, Any]) -> None:
    context = container["securityContext"]

    assert context["allowPrivilegeEscalation"] is False
    assert context["readOnlyRootFilesystem"] is True
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"].keys() == {"requests", "limits"}


def test_the_pod_is_not_root_and_has_no_token_of_the_cluster() -> None:
    context = pod()["securityContext"]

    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] > 0
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod()["automountServiceAccountToken"] is False


def test_every_label_selector_finds_the_pods() -> None:
    labels = one("Deployment")["spec"]["template"]["metadata"]["labels"]

    assert one("Deployment")["spec"]["selector"]["matchLabels"] == labels
    assert one("Service")["spec"]["selector"] == labels
    assert one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == labels
    assert one("NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == labels


@pytest.mark.parametrize(
    ("probe", "path"), [("startupProbe", "/health"), ("livenessProbe", "/health"), ("readinessProbe", "/ready")]
)
def test_a_probe_asks_for_a_path_that_answers(probe: str, path: str) -> None:
    (container,) = pod()["containers"]

    assert container[probe]["httpGet"]["path"] == path
    assert service().test_client().get(path).status_code == 200


def test_a_pod_has_time_to_drain_before_it_is_killed() -> None:
    (container,) = pod()["containers"]
    waits = int(container["lifecycle"]["preStop"]["exec"]["command"][1])

    assert pod()["terminationGracePeriodSeconds"] > waits + 30  # graceful_timeout of gunicorn.conf.py


def test_secrets_come_from_a_secret() -> None:
    (container,) = pod()["containers"]
    environ = {item["name"]: item for item in container["env"]}

    assert environ["EL_MAPS_API_KEY"]["valueFrom"]["secretKeyRef"]["name"] == "carbon-optimizer"
    assert environ["REDIS_URL"]["valueFrom"]["secretKeyRef"]["name"] == "carbon-optimizer"
    assert environ["SECRET_KEY"]["valueFrom"]["secretKeyRef"]["name"] == "carbon-optimizer"


def test_the_file_of_keys_alone_which_the_pod_gets_as_a_secret_holds_every_key(tmp_path: Path) -> None:
    environ = {**os.environ, "DATA_DIR": str(tmp_path / "made")}
    command = [sys.executable, "-m", "flask", "--app", "app", "keys", "create", "ci"]
    subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=True, timeout=60)  # noqa: S603
    (tmp_path / "pod").mkdir()

    shutil.copy(tmp_path / "made" / FILE, tmp_path / "pod")

    assert [record.name for record in KeyTable(tmp_path / "pod", busy_seconds=1).records()] == ["ci"]
