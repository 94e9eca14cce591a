"""The closed sets of words in questions and answers; each is a component of the OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypeAliasType

from api.edge.problem_types import TYPES
from carbon.history import Step

_PROBLEM_TYPES = sorted(TYPES.values(), key=lambda kind: kind.name)
ProblemType = TypeAliasType(
    "ProblemType",
    Annotated[
        str,
        WithJsonSchema(
            {
                "type": "string",
                "enum": [*(kind.uri for kind in _PROBLEM_TYPES), "about:blank"],
                # Generators name the members so. From a path they would make a number.
                "x-enum-varnames": [*(kind.name.replace("-", "_").upper() for kind in _PROBLEM_TYPES), "ABOUT_BLANK"],
                "description": "The kind of problem, for programs. A path leads to its explanation; about:blank means "
                "that the status says it all.",
            }
        ),
    ],
)
DataQuality = TypeAliasType(
    "DataQuality",
    Annotated[
        Literal["measured", "estimated", "forecast", "baseline"],
        Field(description="How an intensity was obtained, best first; a mean has the worst quality of its hours."),
    ],
)
Basis = TypeAliasType(
    "Basis",
    Annotated[
        Literal["location", "market"],
        Field(description="Of the grid where the electricity is used, or of a power contract or a residual mix."),
    ],
)
FactNoteKind = TypeAliasType(
    "FactNoteKind",
    Annotated[
        Literal["basis", "policy"],
        Field(description="Figures of the grid and of contracts are in one order, or a rule of the operator applies."),
    ],
)
RefreshOutcome = TypeAliasType(
    "RefreshOutcome",
    Annotated[
        Literal["replaced", "unchanged", "refused", "skipped", "untried"],
        Field(description="What became of the last attempt to refresh prices from a list."),
    ],
)
HistoryStep = TypeAliasType(
    "HistoryStep",
    Annotated[
        Step,
        WithJsonSchema(
            {
                "type": "string",
                "enum": [step.value for step in Step],
                "x-enum-varnames": [step.name for step in Step],
                "description": "What a point of a history stands for: minutes, an hour, a UTC day, a month in UTC.",
            }
        ),
    ],
)
UsageChangeReason = TypeAliasType(
    "UsageChangeReason",
    Annotated[
        Literal["readings", "replaced"],
        Field(description="readings: better ones of its hours came; replaced: another row with its id was sent."),
    ],
)
CostBasis = TypeAliasType(
    "CostBasis",
    Annotated[
        Literal["billed", "list_price"], Field(description="billed: as sent; list_price: by today's price list.")
    ],
)
DecisionKindName = TypeAliasType(
    "DecisionKindName",
    Annotated[Literal["optimize", "schedule", "plan"], Field(description="The question that was answered.")],
)
CiService = TypeAliasType(
    "CiService",
    Annotated[
        Literal["github", "gitlab", "own"], Field(description="GitHub Actions, GitLab CI, or runners of your own.")
    ],
)
RunnerPlan = TypeAliasType(
    "RunnerPlan",
    Annotated[Literal["public", "private"], Field(description="Hosted runners of public repositories are larger.")],
)
RunnerConfidence = TypeAliasType(
    "RunnerConfidence",
    Annotated[
        Literal["documented", "indicative"],
        Field(description="documented: by the service itself; indicative: by others, or not in so many words."),
    ],
)
Arch = TypeAliasType(
    "Arch", Annotated[Literal["arm64", "x86_64"], Field(description="Instruction set of the machine's CPU.")]
)
Partition = TypeAliasType(
    "Partition",
    Annotated[
        Literal["commercial", "gov", "china", "sovereign"],
        Field(description="Part of a cloud that a region belongs to; each part has its own customers."),
    ],
)
PartitionScope = TypeAliasType(
    "PartitionScope",
    Annotated[
        Literal["commercial", "gov", "china", "sovereign", "all"],
        Field(description="Regions of this part of their cloud; all: of every part."),
    ],
)
RegionStatus = TypeAliasType(
    "RegionStatus",
    Annotated[
        Literal["available", "limited", "listed", "announced", "retired"],
        Field(
            description="available: open to any customer; limited: on request; listed: named by the provider, but "
            "not confirmed as open; announced: not yet open; retired: closed."
        ),
    ],
)
Estimates = TypeAliasType(
    "Estimates",
    Annotated[
        Literal["include", "exclude"],
        Field(description="include: intensities of any quality; exclude: measured ones only."),
    ],
)
MixBasis = TypeAliasType(
    "MixBasis", Annotated[Literal["annual", "live"], Field(description="annual: mean of a year; live: now.")]
)
ProfileBasis = TypeAliasType(
    "ProfileBasis",
    Annotated[
        Literal["history", "modelled", "flat"],
        Field(
            description="history: measured hours of past years; modelled: shape from a model; flat: the same all year."
        ),
    ],
)
LevelStatus = TypeAliasType(
    "LevelStatus",
    Annotated[
        Literal["uncontested", "corrected", "doubtful", "none"],
        Field(
            description="Whether other figures contradict a zone's annual level. corrected: they do, and a better one "
            "is used; doubtful: they do, but no better one exists (the note gives both); none: there is no level."
        ),
    ],
)
PerformanceBasis = TypeAliasType(
    "PerformanceBasis",
    Annotated[
        Literal["published", "recalled", "derived", "estimate"],
        Field(
            description="How the performance index is known, best first; recalled: published, but not looked up again."
        ),
    ],
)
Purchase = TypeAliasType(
    "Purchase", Annotated[Literal["on-demand", "spot"], Field(description="How the machine is paid for.")]
)
AdviceKind = TypeAliasType(
    "AdviceKind",
    Annotated[
        Literal["architecture", "region", "time", "utilization", "idle_hours", "spot"],
        Field(description="What a hint proposes to change."),
    ],
)
BaselineBasis = TypeAliasType(
    "BaselineBasis",
    Annotated[
        Literal["current", "requested region", "median region"],
        Field(
            description="What savings are compared with: what runs today, the requested region, or the median region "
            "if the request names neither."
        ),
    ],
)
SizeBasis = TypeAliasType(
    "SizeBasis",
    Annotated[
        Literal["requirements", "current", "workload", "instance types"],
        Field(
            description="What says how big a machine must be: the requirements, the machine that runs today, the "
            "workload's reference machine, or the instance types that the request names."
        ),
    ],
)
AdvicePeriod = TypeAliasType(
    "AdvicePeriod",
    Annotated[
        Literal["job", "month"],
        Field(description="job: the whole duration; month: 730 hours of a service without an end."),
    ],
)
SpotScoreSource = TypeAliasType(
    "SpotScoreSource",
    Annotated[
        Literal["aws-advisor-estimate"],
        Field(
            description="aws-advisor-estimate: from the band of monthly interruptions that AWS publishes; an estimate, "
            "not AWS' placement score."
        ),
    ],
)
SourceCondition = TypeAliasType(
    "SourceCondition",
    Annotated[
        Literal["ok", "degraded", "unconfigured", "untried", "off"],
        Field(
            description="How a source of live data is doing; unconfigured: it lacks a key or another setting; untried: "
            "no call was answered yet, or, without a key, it was never reached; off: the settings switch it off."
        ),
    ],
)
Scope = TypeAliasType(
    "Scope",
    Annotated[
        Literal["service", "machine", "worker"],
        Field(description="Which workers share: those of all machines, those of one machine, or each worker alone."),
    ],
)
StoreErrorPolicy = TypeAliasType(
    "StoreErrorPolicy",
    Annotated[
        Literal["local", "open", "closed"],
        Field(
            description="If the shared counters fail: each worker counts alone, no limit applies, or every "
            "request is refused."
        ),
    ],
)
StreamEventName = TypeAliasType(
    "StreamEventName",
    Annotated[
        Literal["current", "intensity", "forecast", "crossing"],
        Field(
            description="current: the value when the stream began; intensity: the value has changed; forecast: it was "
            "renewed; crossing: the value has crossed a limit."
        ),
    ],
)
StreamNoteName = TypeAliasType(
    "StreamNoteName",
    Annotated[
        Literal["gap", "end"],
        Field(
            description="gap: events were missed that are not stored any more, the present values follow; end: the "
            "stream ends, come back after retry_after_seconds."
        ),
    ],
)
FollowedEvent = TypeAliasType(
    "FollowedEvent",
    Annotated[Literal["intensity", "forecast", "crossing"], Field(description="A kind of event that can be followed.")],
)
LimitSide = TypeAliasType(
    "LimitSide", Annotated[Literal["below", "above"], Field(description="A side of a limit of the intensity.")]
)
CrossingState = TypeAliasType(
    "CrossingState",
    Annotated[
        Literal["entered", "left"],
        Field(description="entered: the value is on that side of the limit now; left: not any more."),
    ],
)
SubscribedEvent = TypeAliasType(
    "SubscribedEvent",
    Annotated[
        Literal["intensity", "forecast", "crossing", "budget"],
        Field(description="What a webhook may be sent."),
    ],
)
DeliveredEvent = TypeAliasType(
    "DeliveredEvent",
    Annotated[
        Literal["intensity", "forecast", "crossing", "budget", "test"],
        Field(description="What a delivery tells."),
    ],
)
