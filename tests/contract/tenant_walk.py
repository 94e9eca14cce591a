"""A question to every route of the service, with ids and words of one tenant; no route can be left out unseen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.edge.exchange import service_of
from api.edge.guard import is_api
from api.edge.roles import SAFE
from api.edge.signatures import Visit
from carbon.accounts import Account
from store.history.history import History
from store.ledger.accounts import Accounts
from tests.fakes.patience import eventually
from tests.fakes.service import NOW

MARK = "quagga"  # in every word of the tenant that must not be seen
DAY = "2026-02-10"
MACHINE = {"region": "aws:us-east-1", "instance_type": "m7g.large"}
ROW = {"start": f"{DAY}T08:00:00Z", "hours": 1, **MACHINE}
JOB = {"id": "one", "duration_hours": 4, "instance_type": "m7g.large", "home": "aws:us-east-1"}
CI_JOB = {"id": "build", "start": f"{DAY}T08:00:00Z", "seconds": 60, "runner": "ubuntu-latest"}
ACCOUNT = "111122223333"
OWN_TAGS = {"team": f"{MARK}-team", MARK: "x", "account": ACCOUNT}
SDK_TIME = {"startTime": f"{DAY}T08:00:00Z", "endTime": f"{DAY}T09:00:00Z"}

# Routes that are not asked, each with the reason why no data of a tenant can be in its answers.
NOT_ASKED = {
    "stream.stream": "an answer without an end; tells what changes in zones, which belongs to no tenant",
    "stream.ws": "the same over a WebSocket, which the test client cannot open",
    "stream.no_ws": "says that the path takes a WebSocket",
}
# Operations that need `write` for some of what they are asked: that which is stored.
STORE_SOMETIMES = frozenset({"optimizePlacement", "scheduleJob", "planJobs", "reportPipeline"})
# What the parts of a path are, where their name does not say it.
PARTS: Mapping[str, Mapping[str, str]] = {
    "docs.asset": {"name": "swagger-ui.css"},
    "guide.guide": {"name": "production"},
    "machine.machine": {"name": "aws:m7g.large"},
    "region.region": {"name": "aws:us-east-1"},
    "problem_pages.problem_type": {"name": "unknown-usage"},
    "page_files.file": {"name": "style.css"},
}
QUERIES: Mapping[str, str] = {
    "graph.graphql": "query={__typename}",
    "usage.list_usage": f"from={DAY}&to={DAY}",
    "usage.report_usage": f"from={DAY}&to={DAY}&by=team",
    "decisions.list_decisions": "from=2026-01-01",
    "savings.report_savings": "from=2026-01-01&by=team",
    "savings_page.savings": "from=2026-01-01&by=team",
    "usage_page.usage": f"from={DAY}&to={DAY}&by=team",
    "usage_picture.usage_svg": f"from={DAY}&to={DAY}",
    "usage_picture.usage_png": f"from={DAY}&to={DAY}",
    "plan_page.plan": "plan={plan_id}",
    "plan_picture.plan_svg": "plan={plan_id}",
    "plan_picture.plan_png": "plan={plan_id}",
    "forecast_picture.forecast_svg": "region=us-east-1",
    "forecast_picture.forecast_png": "region=us-east-1",
    "history_picture.history_svg": "region=us-east-1",
    "history_picture.history_png": "region=us-east-1",
    "pareto_picture.pareto_svg": "workload=general",
    "pareto_picture.pareto_png": "workload=general",
    "keda.replicas": "thresholds=100:10",
    "carbon_aware_sdk.average": f"location=us-east-1&startTime={DAY}T08:00:00Z&endTime={DAY}T09:00:00Z",
    "carbon_aware_sdk.emissions_by_location": "location=us-east-1",
    "carbon_aware_sdk.emissions_by_locations": "location=us-east-1",
    "carbon_aware_sdk.best_emissions": "location=us-east-1",
    "carbon_aware_sdk.current_forecasts": "location=us-east-1",
}
PODS = {"Pod": {"metadata": {}}, "Nodes": {"items": [{"metadata": {"name": "n"}}]}}
# What is sent to each route that takes a body. {plan_id} and the like stand for ids of the tenant that has something.
BODIES: Mapping[str, Any] = {
    "calculate.calculate": MACHINE,
    "compare.compare": {"options": [MACHINE]},
    "forecast.forecast": {"region": "us-east-1"},
    "optimize.optimize": {"workload": "general", "priority": "carbon", "record": True},
    "plan.plan": {"jobs": [JOB], "background": True},
    "schedule.schedule": {"region": "us-east-1", "duration_hours": 2, "record": True},
    "schedule_batch.schedule_batch": {"jobs": [{"region": "us-east-1", "duration_hours": 2}]},
    "ci.report_pipeline": {
        "provider": "github",
        "pipeline": f"{MARK}/shop/Test",
        "run_id": "8",
        "jobs": [{**CI_JOB, "start": f"{DAY}T09:00:00Z"}],
    },
    "usage.add_usage": {"rows": [{**ROW, "id": "{usage_id}", "count": 2}]},
    "webhooks.create_webhook": {"url": "https://other.example.org/hook", "zone": "DE"},
    "webhooks.test_webhook": None,
    "webhooks.replay_delivery": None,
    "graph.graphql": {"query": "{ __typename }"},
    "kubernetes.filter_nodes": PODS,
    "kubernetes.prioritize": PODS,
    "carbon_aware_sdk.averages": [{"location": "us-east-1", **SDK_TIME}],
    "carbon_aware_sdk.issued_forecasts": [{"location": "us-east-1", "requestedAt": f"{DAY}T08:00:00Z"}],
    "carbonaware.schedule": {},
    "plan_page.send": {"question": orjson.dumps({"jobs": [JOB], "background": True}).decode()},
    "plan_page.cancel": {"plan": "{plan_id}"},
    "sign_in.sign_in": {"key": "{key}"},
    "sign_in.sign_out": {},
    "usage.delete_usage": None,
    "webhooks.delete_webhook": None,
    "plans.cancel_plan": None,
    "decisions.delete_decision": None,
    "budgets.put_budget": {"period": "month", "limit_kg": 1},
    "budgets.delete_budget": None,
}
IDS = ("usage_id", "webhook_id", "delivery_id", "plan_id", "decision_id", "budget_name")  # parts of paths
IDEMPOTENCY_KEY = f"{MARK}-once"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """rule, endpoint: of the route. body: JSON, or the fields of a form."""

    rule: str
    endpoint: str
    method: str
    path: str
    body: Any = None

    @property
    def text(self) -> str:
        """All that it says."""
        return f"{self.path} {orjson.dumps(self.body).decode()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody with a key."""

    client: FlaskClient
    key: str

    def ask(self, question: Question) -> TestResponse:
        """The answer; forms are sent as by a browser to which they were shown."""
        headers = {"X-API-Key": self.key, "Idempotency-Key": IDEMPOTENCY_KEY}
        if question.method in SAFE or is_api(question.path.partition("?")[0]):
            return self.client.open(question.path, method=question.method, json=question.body, headers=headers)
        signatures = service_of(self.client.application).signatures
        visit = Visit(id="x", key_id=None, expires_at=int(NOW.timestamp()) + 60)
        headers["Cookie"] = f"cao_visit={signatures.cookie(visit)}"
        form = {**question.body, "form_token": signatures.form_token(visit)}
        return self.client.open(question.path, method=question.method, data=form, headers=headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """The JSON of an answer that must be a success."""
        response = self.client.post(path, json=body, headers={"X-API-Key": self.key, **headers})
        assert response.status_code < 300, response.text
        return response.get_json()

    def get(self, path: str) -> Any:
        """The JSON of an answer that must be a success, without what differs by request."""
        response = self.client.get(path, headers={"X-API-Key": self.key})
        assert response.status_code == 200, response.text
        return {name: value for name, value in response.get_json().items() if name != "request_id"}


def seeded(owner: Caller) -> dict[str, str]:
    """Give a tenant one of everything; the ids of it, and other words that are its own, by name."""
    owner.post("/api/v1/usage", {"rows": [{**ROW, "id": f"{MARK}-1", "tags": OWN_TAGS}]})
    body = {"provider": "github", "pipeline": f"{MARK}/shop/Test", "run_id": "7", "jobs": [CI_JOB]}
    report = owner.post("/api/v1/ci/report", {**body, "tags": {"team": f"{MARK}-ci"}})
    hook = {"url": f"https://{MARK}.example.org/hook", "zone": "DE"}
    webhook = owner.post("/api/v1/webhooks", hook, **{"Idempotency-Key": IDEMPOTENCY_KEY})
    delivery = owner.post(f"/api/v1/webhooks/{webhook['id']}/test", None)
    plan = owner.post("/api/v1/plan", {"jobs": [{**JOB, "id": f"{MARK}-job"}], "background": True})
    assert eventually(lambda: owner.get(plan["url"])["status"] == "done")
    decision = {"record": True, "tags": {"team": f"{MARK}-team"}, "duration_hours": 1, **MACHINE}
    decision_id = owner.post("/api/v1/schedule", decision)["decision_id"]
    budget = {"tags": {"team": f"{MARK}-team"}, "period": "month", "limit_kg": 2}
    headers = {"X-API-Key": owner.key}
    assert owner.client.put(f"/api/v1/budgets/{MARK}-budget", json=budget, headers=headers).status_code == 201
    return {
        "usage_id": f"{MARK}-1",
        "budget_name": f"{MARK}-budget",
        "decision_id": decision_id,
        "ci_row": report["usage"][0]["id"],
        "webhook_id": webhook["id"],
        "secret": webhook["secret"],
        "delivery_id": delivery["id"],
        "plan_id": plan["id"],
    }


def named_account(app: Flask, tenant: str) -> None:
    """As `flask accounts refresh` does."""
    settings = service_of(app).settings
    account = Account(id=ACCOUNT, name=f"{MARK}-account", status="ACTIVE", ou=f"{MARK}/unit", tags={"owner": MARK})
    Accounts(History(settings.data_dir)).put(tenant, [account])


def owned(owner: Caller, ids: Mapping[str, str]) -> list[Any]:
    """All that the service says of what a tenant has."""
    webhook = f"/api/v1/webhooks/{ids['webhook_id']}"
    paths = ("/api/v1/webhooks", f"{webhook}/deliveries", f"/api/v1/plans/{ids['plan_id']}")
    decisions = ("/api/v1/decisions", f"/api/v1/decisions/{ids['decision_id']}", "/api/v1/savings")
    usage = (f"/api/v1/usage?{QUERIES['usage.list_usage']}", f"/api/v1/usage/{ids['usage_id']}")
    budgets = ("/api/v1/budgets", f"/api/v1/budgets/{ids['budget_name']}")
    return [owner.get(path) for path in (*paths, *usage, *decisions, *budgets)]


def questions(app: Flask, ids: Mapping[str, str]) -> Iterator[Question]:
    """One to each method of each route, with these ids. Raises KeyError for a route that has none and no reason."""
    names = {**ids, "region": "us-east-1", "zone": "DE", "id": "aws", "countryCode": "SE", "iata": "ARN"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint in NOT_ASKED:
            continue
        parts = {name: {**names, **PARTS.get(rule.endpoint, {})}[name] for name in rule.arguments}
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, parts)
        if rule.rule.endswith("/") and not path.endswith("/"):
            path += "/"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if method in SAFE:
                query = _filled(QUERIES.get(rule.endpoint, ""), names)
                yield Question(
                    rule=rule.rule, endpoint=rule.endpoint, method=method, path=f"{path}?{query}" if query else path
                )
            else:
                body = _filled(BODIES[rule.endpoint], names)
                yield Question(rule=rule.rule, endpoint=rule.endpoint, method=method, path=path, body=body)


def _filled(value: Any, names: Mapping[str, str]) -> Any:
    """With {name} replaced by the word of that name."""
    if isinstance(value, Mapping):
        return {name: _filled(one, names) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, names) for one in value]
    if isinstance(value, str):
        for name, word in names.items():
            value = value.replace(f"{{{name}}}", word)
    return value
