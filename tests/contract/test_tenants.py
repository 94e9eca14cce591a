"""Two tenants on one service: whatever the one asks, it learns nothing of the other and changes nothing of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from api.edge.exchange import service_of
from api.edge.roles import SAFE, declared
from api.edge.signatures import Visit
from app import create_app
from carbon.roles import Role
from engine import Engine
from settings import Settings
from tests.contract.document import OPERATIONS
from tests.contract.tenant_walk import (
    ACCOUNT,
    BODIES,
    DAY,
    IDEMPOTENCY_KEY,
    IDS,
    MARK,
    NOT_ASKED,
    PARTS,
    QUERIES,
    ROW,
    STORE_SOMETIMES,
    Caller,
    Question,
    named_account,
    owned,
    questions,
    seeded,
)
from tests.fakes.access import access, record
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader
from tests.fakes.past import FakePast, readings
from tests.fakes.service import NOW, offline, service

ANSWERED = range(200, 400)
PAST = FakePast(
    {
        "US-MIDA-PJM": [
            readings(NOW.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=2), [400.0] * 48)
        ]
    }
)


class Town:
    """A service with two tenants. ids: of what the owner has, and other words of its own; the neighbour has nothing."""

    def __init__(self, folder: Path) -> None:
        keys = (
            record("cao_owner", name="owner", tenant="alpha"),
            record("cao_neighbour", name="neighbour", tenant="beta"),
            record("cao_reader", name="reader", tenant="alpha", role=Role.READ),
            record("cao_newcomer", name="newcomer", tenant="gamma"),
        )
        settings = Settings(data_dir=folder, secret_key="s" * 32, live="off")
        engine = Engine(cloud_map(), FakeReader(), PAST)
        self.app = create_app(settings, engine, rules=access(*keys), clock=lambda: NOW)
        client = self.app.test_client(use_cookies=False)
        names = ("owner", "neighbour", "reader", "newcomer")
        self.owner, self.neighbour, self.reader, self.newcomer = (
            Caller(client=client, key=f"cao_{name}") for name in names
        )
        self.ids = seeded(self.owner)
        named_account(self.app, "alpha")

    def questions(self, key: str, **ids: str) -> list[Question]:
        """Those that change nothing come first."""
        every = questions(self.app, {**self.ids, **ids, "key": key})
        return sorted(every, key=lambda one: (one.method not in SAFE, one.path))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def words_of_owner(answer: str, question: Question, ids: Mapping[str, str]) -> set[str]:
    """The words of the owner in an answer to somebody else, who may be told again what the question itself says."""
    sent = {word for word in (*ids.values(), f"{MARK}/shop/Test") if word in question.text}
    for word in sorted(sent, key=len, reverse=True):
        answer = answer.replace(word, "")
    return {word for word in (*ids.values(), MARK) if word in answer}


def shown(response: TestResponse) -> str:
    """All that a client sees of an answer, but for the id of the request, its new cookie and the token of a form."""
    head = "\n".join(f"{name}: {value}" for name, value in response.headers if name != "X-Request-ID")
    body = response.get_data().decode("latin-1")
    return re.sub(
        r'(carbon_req_|cao_visit=|name="form_token" value=")[\w.-]+', r"\1X", f"{response.status_code}\n{head}\n{body}"
    )


def test_a_question_to_every_route_of_another_tenant_is_answered_without_a_word_of_the_first(town: Town) -> None:
    """Not from a cache either: the owner asks first, and is answered. Nothing that the owner has is changed."""
    before = owned(town.owner, town.ids)
    assert all(word in str(before) for name, word in town.ids.items() if name != "secret")
    found, unanswered = [], []
    for question in town.questions(town.neighbour.key):
        if question.method in SAFE:
            own = town.owner.ask(question)
            unanswered += [(question, own.text)] if own.status_code not in ANSWERED else []
        answer = town.neighbour.ask(question)
        found += [(question, word) for word in words_of_owner(shown(answer), question, town.ids)]

    assert found == []
    assert unanswered == []  # or nothing would have been asked
    assert owned(town.owner, town.ids) == before


def test_an_id_of_another_tenant_is_answered_as_an_id_that_does_not_exist(town: Town) -> None:
    def neutral(text: str, ids: Mapping[str, str]) -> str:
        for name, word in ids.items():
            text = text.replace(word, f"<{name}>")
        return text

    absent = {name: f"{word[:-1]}{'1' if word[-1] == '0' else '0'}" for name, word in town.ids.items()}
    differ, count = [], 0
    unknown_of = {(one.rule, one.method): one for one in town.questions("x", **absent)}
    for question in town.questions("x"):
        unknown = unknown_of[question.rule, question.method]
        if question == unknown or question.endpoint == "usage.add_usage":
            continue
        count += 1
        answers = [
            neutral(shown(town.neighbour.ask(one)), ids) for one, ids in ((question, town.ids), (unknown, absent))
        ]
        differ += [(question.path, *answers)] if answers[0] != answers[1] else []

    assert differ == []
    # A plan: 2, the form that cancels it, its page and 2 pictures; a webhook: 5; a row of usage: 2.
    assert count >= 13


def test_what_a_tenant_does_not_see_is_not_in_its_pictures_either(town: Town) -> None:
    """Their bytes say nothing that a test can search: they are those of a tenant that has nothing."""
    callers = (town.owner, town.neighbour, town.newcomer)
    for path in ("/charts/usage.png", "/charts/usage.svg", "/usage", "/api/v1/usage/report?by=team"):
        question = Question(rule="", endpoint="", method="GET", path=path)
        own, others, of_nothing = (shown(caller.ask(question)) for caller in callers)
        assert others == of_nothing
        assert others != own


def test_the_last_week_of_a_pipeline_is_that_of_its_tenant(town: Town) -> None:
    body = BODIES["ci.report_pipeline"]

    weeks = [caller.post("/api/v1/ci/report", body)["last_week"] for caller in (town.neighbour, town.owner)]

    assert weeks[0] is None
    assert weeks[1]["runs"] == 1


def test_an_idempotency_key_and_an_id_of_usage_are_those_of_their_tenant(town: Town) -> None:
    """The owner has used both: a conflict, or a row that is replaced, would tell of it."""
    headers = {"Idempotency-Key": IDEMPOTENCY_KEY}
    body = {**BODIES["webhooks.create_webhook"], "zone": "FR"}
    row = {**ROW, "id": town.ids["usage_id"], "count": 5}

    created = town.neighbour.post("/api/v1/webhooks", body, **headers)
    written = town.neighbour.post("/api/v1/usage", {"rows": [row]})["written"]

    assert created["id"] != town.ids["webhook_id"]
    assert written == {"added": 1, "replaced": 0, "unchanged": 0}
    assert town.owner.get(f"/api/v1/usage/{town.ids['usage_id']}")["usage"]["count"] == 1


def test_an_account_of_the_same_number_has_its_name_in_its_tenant_alone(town: Town) -> None:
    town.neighbour.post("/api/v1/usage", {"rows": [{**ROW, "id": "theirs", "tags": {"account": ACCOUNT}}]})
    path = f"/api/v1/usage/report?from={DAY}&to={DAY}&by=account_name,ou,account:owner"

    own, others = town.owner.get(path), town.neighbour.get(path)

    assert [f"{MARK}-account", f"{MARK}/unit", MARK] in [row["group"] for row in own["report"]]
    assert [row["group"] for row in others["report"]] == [[None, None, None]]


def test_a_browser_sees_what_the_key_sees_that_it_signed_in_with(town: Town) -> None:
    visits = [Visit(id="x", key_id=name, expires_at=int(NOW.timestamp()) + 60) for name in ("owner", "neighbour")]
    cookies = [service_of(town.app).signatures.cookie(visit) for visit in visits]
    client = town.app.test_client(use_cookies=False)

    address = f"/usage?{QUERIES['usage_page.usage']}"
    pages = [client.get(address, headers={"Cookie": f"cao_visit={one}"}) for one in cookies]

    assert [(page.status_code, MARK in page.text) for page in pages] == [(200, True), (200, False)]


def test_a_key_that_only_reads_stores_and_removes_nothing_by_any_route(town: Town) -> None:
    before, rules = owned(town.owner, town.ids), town.app.view_functions
    allowed = set()
    for question in town.questions(town.reader.key):
        if question.method in SAFE:
            continue
        answer = town.reader.ask(question)
        role = declared(rules[question.endpoint])
        if role is not Role.READ:
            assert answer.status_code == 403, question
            assert f"needs a key with the role {role or Role.WRITE}" in answer.text
        elif answer.status_code == 403:
            allowed.add(question.endpoint)

    # These are asked what would be stored; asked otherwise, they answer.
    assert allowed == {"optimize.optimize", "schedule.schedule", "plan.plan", "ci.report_pipeline", "plan_page.send"}
    assert owned(town.owner, town.ids) == before


def test_whatever_changes_something_declares_the_role_that_it_needs() -> None:
    """And what is asked by GET needs none but `read`, since the answer cache is asked before."""
    app = offline()
    methods = {rule.endpoint: (rule.methods or set()) - set(SAFE) for rule in app.url_map.iter_rules()}

    assert [name for name, unsafe in methods.items() if unsafe and declared(app.view_functions[name]) is None] == []
    assert [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if set(SAFE) & ((rule.methods or set()) - {"OPTIONS"})
        and declared(app.view_functions[rule.endpoint]) not in (None, Role.READ)
    ] == []


def test_a_route_without_a_question_and_without_a_reason_fails_the_walk(tmp_path: Path) -> None:
    for path, method in (("/api/v1/new", "POST"), ("/api/v1/new/<new_id>", "GET")):
        app = service(data_dir=tmp_path)
        app.add_url_rule(path, "new", lambda: "", methods=[method])

        with pytest.raises(KeyError, match="new"):
            list(questions(app, dict.fromkeys((*IDS, "key"), "x")))


def test_reasons_are_given_for_routes_that_exist() -> None:
    endpoints = {rule.endpoint for rule in offline().url_map.iter_rules()}

    assert {*NOT_ASKED, *PARTS, *QUERIES, *BODIES} <= endpoints


def test_an_operation_that_a_role_may_keep_from_a_key_says_so_in_the_document() -> None:
    """Those whose view declares more than `read`, and those that store only some of what they are asked."""
    above = [view for view in offline().view_functions.values() if declared(view) not in (None, Role.READ)]
    names = {view._spec["operation_id"] for view in above if hasattr(view, "_spec")}

    documented = {operation["operationId"] for _, _, operation in OPERATIONS if "403" in operation["responses"]}

    assert documented == names | STORE_SOMETIMES
