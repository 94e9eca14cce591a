"""What the operator allows or forbids to everybody: providers, regions and types, each with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

import numpy as np

from catalog.columns import BoolArray, TypeColumns
from catalog.memo import table_cache
from catalog.model import InstanceType, Region
from catalog.offers import Offers


class Subject(StrEnum):
    """What a rule is about."""

    PROVIDER = "provider"
    REGION = "region"
    INSTANCE_TYPE = "instance_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRule:
    """One rule. name: of the provider, as provider:region, or of the type, as provider:type or alone; "*" stands for
    any text in names of regions and types. reason: as answers repeat it. source: the file.
    """

    allowed: bool
    subject: Subject
    name: str
    reason: str
    source: str

    @property
    def in_words(self) -> str:
        """The rule as a sentence."""
        what = self.subject.value.replace("_", " ")
        rule = f"only {what} {self.name} is allowed" if self.allowed else f"{what} {self.name} is forbidden"
        return f"{rule}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules, in the order of the file.

    What a rule forbids is forbidden. Where rules allow providers, regions or types, all others of that kind are
    forbidden, with the reason of the first such rule.
    """

    rules: tuple[PolicyRule, ...] = ()

    def of_region(self, region: Region) -> PolicyRule | None:
        """The rule that forbids the region; None where none does."""
        return self._refusal(Subject.PROVIDER, [region.provider]) or self._refusal(Subject.REGION, [region.key])

    def of_type(self, instance: InstanceType) -> PolicyRule | None:
        """The rule that forbids the type; None where none does."""
        name = instance.instance_type.casefold()
        return self._refusal(Subject.INSTANCE_TYPE, [name, f"{instance.provider}:{name}"])

    def _refusal(self, subject: Subject, names: Sequence[str]) -> PolicyRule | None:
        rules = [rule for rule in self.rules if rule.subject is subject]
        matching = [rule for rule in rules if any(fnmatchcase(name.casefold(), rule.name.casefold()) for name in names)]
        forbidden = next((rule for rule in matching if not rule.allowed), None)
        allowing = [rule for rule in rules if rule.allowed]
        if forbidden is None and allowing and not any(rule.allowed for rule in matching):
            return allowing[0]
        return forbidden


NO_POLICY = Policy()


@table_cache(4)
def allowed_regions(offers: Offers, policy: Policy) -> BoolArray:
    """Which regions of the offers the policy allows. Read only."""
    return np.array([policy.of_region(region) is None for region in offers.regions], dtype=np.bool_)


@table_cache(4)
def allowed_types(columns: TypeColumns, policy: Policy) -> BoolArray:
    """Which types the policy allows. Read only."""
    if not any(rule.subject is Subject.INSTANCE_TYPE for rule in policy.rules):
        return np.ones(len(columns.types), dtype=np.bool_)
    return np.array([policy.of_type(instance) is None for instance in columns.types], dtype=np.bool_)
