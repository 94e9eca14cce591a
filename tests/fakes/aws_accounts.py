"""A real HTTP server that speaks like AWS Organizations, Cost Explorer and the Sustainability API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.fakes.upstream import Answer, Call, FakeUpstream, Fault, reply

EMISSIONS = "v1/estimated-carbon-emissions"
ROOT, WORKLOADS, BATCH = "r-abcd", "ou-abcd-11111111", "ou-abcd-22222222"
MANAGEMENT, JOBS, OLD = "111122223333", "444455556666", "777788889999"


def account(account_id: str, name: str, state: str = "ACTIVE") -> dict[str, Any]:
    """As ListAccounts writes one."""
    arn = f"arn:aws:organizations::{MANAGEMENT}:account/o-exampleorgid/{account_id}"
    email = f"{name}@example.org"
    joined = {"JoinedMethod": "CREATED", "JoinedTimestamp": 1654041600.123}
    return {"Id": account_id, "Arn": arn, "Email": email, "Name": name, "Status": state, "State": state, **joined}


ACCOUNTS = {MANAGEMENT: account(MANAGEMENT, "management"), JOBS: account(JOBS, "batch")}
ACCOUNTS[OLD] = account(OLD, "old", "SUSPENDED")


def error(code: str, status: int = 400) -> Fault:
    """AWS's error of a code, which quotes an account."""
    body = {"__type": code, "Message": f"User: arn:aws:iam::{MANAGEMENT}:user/ci may not do this"}
    return lambda _call, _good: reply(body, status, x_amzn_ErrorType=code)


def action(call: Call) -> str:
    """The operation that is asked for."""
    return call.headers.get("x-amz-target", call.path).rpartition(".")[2]


def on(name: str, fault: Fault) -> Fault:
    """The fault of one operation; everything else is answered well."""
    return lambda call, good: fault(call, good) if action(call) == name else good


class FakeAws(FakeUpstream):
    """An organization of three accounts. emissions: pages of an answer, in order; costs: the same by the first day that
    is asked for and the granularity.

    Lists come in pages, of which the second has nothing but a token.
    """

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.emissions: list[list[dict[str, Any]]] = []
        self.costs: dict[tuple[str, str], list[list[dict[str, Any]]]] = {}
        self.names = {one["Id"]: one["Name"] for one in ACCOUNTS.values()}

    def good(self, call: Call) -> Answer:
        body = json.loads(call.body)
        if "Authorization".lower() not in call.headers:
            return reply({"__type": "MissingAuthenticationTokenException", "Message": ""}, 403)
        answers: Mapping[str, Callable[[dict[str, Any]], Any]] = {
            "ListAccounts": self._accounts,
            "ListRoots": lambda _: {"Roots": [{"Id": ROOT, "Name": "Root"}]},
            "ListAccountsForParent": self._children,
            "ListOrganizationalUnitsForParent": self._units,
            "ListTagsForResource": self._tags,
            "GetCostAndUsage": self._costs,
            EMISSIONS: self._emissions,
        }
        return reply(answers[action(call)](body))

    def asked(self, name: str) -> list[dict[str, Any]]:
        """The bodies of the calls of an operation."""
        return [json.loads(call.body) for call in self.calls if action(call) == name]

    def _accounts(self, body: dict[str, Any]) -> Any:
        first, *rest = [{**one, "Name": self.names[one["Id"]]} for one in ACCOUNTS.values()]
        pages = {
            None: {"Accounts": [first], "NextToken": "page2"},
            "page2": {"Accounts": [], "NextToken": "page3"},
            "page3": {"Accounts": rest},
        }
        return pages[body.get("NextToken")]

    def _children(self, body: dict[str, Any]) -> Any:
        if body["ParentId"] == ROOT and "NextToken" not in body:
            return {"Accounts": [], "NextToken": "more"}
        ids = {ROOT: [MANAGEMENT], WORKLOADS: [], BATCH: [JOBS, OLD]}[body["ParentId"]]
        return {"Accounts": [ACCOUNTS[one] for one in ids]}

    def _units(self, body: dict[str, Any]) -> Any:
        units = {ROOT: [(WORKLOADS, "Workloads")], WORKLOADS: [(BATCH, "Batch")], BATCH: []}[body["ParentId"]]
        return {"OrganizationalUnits": [{"Id": unit, "Name": name} for unit, name in units]}

    def _tags(self, body: dict[str, Any]) -> Any:
        return {"Tags": [{"Key": "team", "Value": "search"}] if body["ResourceId"] == JOBS else []}

    def _costs(self, body: dict[str, Any]) -> Any:
        number = int(body.get("NextPageToken", "0"))
        answers = self.costs.get((body["TimePeriod"]["Start"], body["Granularity"]), [[]])
        token = {} if number + 1 >= len(answers) else {"NextPageToken": str(number + 1)}
        return {"ResultsByTime": answers[number], **token}

    def _emissions(self, body: dict[str, Any]) -> Any:
        number = int(body.get("NextToken", "0"))
        token = {} if number + 1 >= len(self.emissions) else {"NextToken": str(number + 1)}
        return {"Results": self.emissions[number] if self.emissions else [], **token}
