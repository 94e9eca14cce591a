"""policy.csv of an overlay: what everybody may use and what nobody may, with reasons."""

from __future__ import annotations

from dataclasses import replace

from catalog.facts import Facts
from catalog.overlay.files import POLICY, OverlayFiles
from catalog.policy import Policy, PolicyRule, Subject
from catalog.tables import Row

COLUMNS = ("rule", "subject", "name", "reason", "source", "as_of")
RULES = {"allow": True, "forbid": False}
LONGEST_REASON = 300
TABLE = "overlay/policy"


def with_policy(facts: Facts, files: OverlayFiles) -> Facts:
    """The facts with the rules of policy.csv. Raises CatalogError, also for a rule that is about nothing."""
    rows = files.rows(POLICY, COLUMNS, COLUMNS)
    if not rows:
        return facts
    rules = tuple(_rule(row, facts) for row in rows)
    tables = {**facts.tables, TABLE: (len(rows), max(row.text("as_of") for row in rows))}
    return replace(facts, policy=Policy(rules=rules), tables=tables)


def _rule(row: Row, facts: Facts) -> PolicyRule:
    subjects = [subject.value for subject in Subject]
    if row.text("rule") not in RULES:
        raise row.error(f"rule is neither allow nor forbid: {row.text('rule')!r}")
    if row.text("subject") not in subjects:
        raise row.error(f"subject is not one of {', '.join(subjects)}: {row.text('subject')!r}")
    if len(row.text("reason")) > LONGEST_REASON or not row.text("reason").isprintable():
        raise row.error(f"reason is longer than {LONGEST_REASON} characters, or has some that cannot be printed")
    rule = PolicyRule(
        allowed=RULES[row.text("rule")],
        subject=Subject(row.text("subject")),
        name=row.required("name"),
        reason=row.required("reason"),
        source=row.table,
    )
    if not _is_about_something(replace(rule, allowed=False), facts):
        raise row.error(f"name matches no {rule.subject.value} of the catalog: {rule.name!r}")
    return rule


def _is_about_something(forbidding: PolicyRule, facts: Facts) -> bool:
    policy, catalog = Policy(rules=(forbidding,)), facts.catalog
    if forbidding.subject is not Subject.INSTANCE_TYPE:
        providers = set(catalog.providers)
        if forbidding.subject is Subject.PROVIDER and forbidding.name.casefold() in providers:
            return True
        return any(policy.of_region(region) for region in catalog.regions)
    if any(policy.of_type(instance) for instance in catalog.types):
        return True
    sellers = [(provider, forbidding.name.removeprefix(f"{provider}:")) for provider in catalog.providers]
    return any(catalog.services.sells_like(provider, name) for provider, name in sellers)
