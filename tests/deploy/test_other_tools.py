"""deploy/kubernetes: what asks the service from a cluster: a scheduler, KEDA and a job that waits for a clean grid."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from cloudcoil.models.keda.v1alpha1 import ScaledObject, TriggerAuthentication
from werkzeug.serving import make_server

from tests.deploy.tools import DEPLOY
from tests.fakes.service import offline, service

FOLDER = DEPLOY / "kubernetes"
# Fields of an extender in kubescheduler.config.k8s.io/v1, with their types.
EXTENDER = {
    "urlPrefix": str,
    "filterVerb": str,
    "prioritizeVerb": str,
    "preemptVerb": str,
    "bindVerb": str,
    "weight": int,
    "enableHTTPS": bool,
    "httpTimeout": str,
    "nodeCacheCapable": bool,
    "ignorable": bool,
}


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((FOLDER / name).read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = make_server("127.0.0.1", 0, offline(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


def best_start() -> dict[str, Any]:
    """The container that waits."""
    (job,) = documents("nightly-job.yaml")
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["initContainers"]
    return dict(container)


def run(**environ: str) -> str:
    container = best_start()
    fixed = {one["name"]: one["value"] for one in container["env"] if "value" in one}
    command = [sys.executable, *container["command"][1:]]
    result = subprocess.run(  # noqa: S603
        command, env={**fixed, **environ}, capture_output=True, text=True, check=True, timeout=60
    )
    return result.stdout


def test_the_manifests_of_keda_fit_its_schemas_and_have_no_field_that_those_lack() -> None:
    authentication, scaled = documents("keda/scaled-object.yaml")

    for kind, document in ((TriggerAuthentication, authentication), (ScaledObject, scaled)):
        accepted = kind.model_validate(document).model_dump(by_alias=True, exclude_none=True, mode="json")
        assert {name: accepted[name] for name in ("kind", "spec")} == {
            name: document[name] for name in ("kind", "spec")
        }


def test_the_address_of_the_scaled_object_is_answered_where_it_looks_for_the_number() -> None:
    _, scaled = documents("keda/scaled-object.yaml")
    (trigger,) = scaled["spec"]["triggers"]
    url = urlsplit(trigger["metadata"]["url"])

    answer = service().test_client().get(f"{url.path}?{url.query}").get_json()

    number = answer[trigger["metadata"]["valueLocation"]]
    assert isinstance(number, int)
    assert scaled["spec"]["minReplicaCount"] <= number <= scaled["spec"]["maxReplicaCount"]


def test_the_extender_has_fields_of_the_scheduler_alone_and_verbs_that_are_answered() -> None:
    (config_map,) = documents("scheduler-config.yaml")
    config = yaml.safe_load(config_map["data"]["config.yaml"])
    (extender,) = config["extenders"]

    assert (config["apiVersion"], config["kind"]) == ("kubescheduler.config.k8s.io/v1", "KubeSchedulerConfiguration")
    assert {name: type(value) for name, value in extender.items()} == {name: EXTENDER[name] for name in extender}
    assert extender["ignorable"] is True
    path = f"{urlsplit(extender['urlPrefix']).path}/{extender['prioritizeVerb']}"
    assert service().test_client().post(path, json={"NodeNames": ["a"]}).get_json() == [{"Host": "a", "Score": 5}]


def test_the_job_asks_for_the_best_start(address: str) -> None:
    """The clock of the service stands in the past, so that the start it names is over and nothing is waited for."""
    assert run(SERVICE=address).startswith("the best start is 2026-02-1")


def test_the_job_starts_at_once_if_the_service_does_not_answer() -> None:
    assert run(SERVICE="http://127.0.0.1:9").startswith("no answer, starting at once")


def test_the_pod_of_the_job_keeps_the_restricted_profile() -> None:
    (job,) = documents("nightly-job.yaml")
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    for container in (*pod["initContainers"], *pod["containers"]):
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
