"""What a pipeline of continuous integration may say of its jobs."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, ValidationInfo, field_validator

from api.openapi.enumerations import CiService, RunnerPlan
from api.questions import names
from api.questions.fields import Body, MachineParts, Name, ProviderKey, RegionBesideProvider
from api.questions.usage import MOST_HOURS, MOST_TAGS, PastMoment, Tag, TagName, check_end
from carbon.ci import CiJob, CiQuery, Runner
from carbon.workload import OwnMachine
from mapping import CloudMap
from planning.ledger.ci import JOB_TAG, PIPELINE_TAG

MOST_JOBS = 1000
OWN_TAGS = (PIPELINE_TAG, JOB_TAG)


class CiJobFields(Body):
    """A job that ran: when, on what, and where."""

    id: str = Field(
        min_length=1,
        max_length=80,
        pattern=r"^[^\x00-\x1f/]+$",
        description="Name of the job, the same in every run: the runs of the last week are compared by it.",
        examples=["build"],
    )
    start: PastMoment = Field(description="When it began, ISO 8601 with offset.", examples=["2026-02-11T08:00:00Z"])
    end: PastMoment | None = Field(None, description="When it ended; or give seconds.")
    seconds: float | None = Field(
        None, gt=0, le=MOST_HOURS * 3600, description="How long it ran, in place of end.", validate_default=True
    )
    provider: ProviderKey | None = Field(None, description="The provider of the region.")
    region: RegionBesideProvider | None = Field(
        None,
        description="Where it ran, as id or provider:region. Default: that of the runner; where its service promises "
        "none, the median region of its cloud, marked as assumed. Required for all other machines.",
        examples=["azure:eastus2"],
    )
    plan: RunnerPlan | None = Field(
        None, description="Whose repository, for hosted runners. Default: the documented, larger machine."
    )
    machine: MachineParts | None = Field(None, description="A machine by its parts, in place of runner.")
    instance_type: Name | None = Field(
        None, description="An instance type of the region's provider, in place of runner.", examples=["m7g.large"]
    )
    runner: Name | None = Field(
        None,
        description="Label of a hosted runner, in place of machine and instance_type.",
        examples=["ubuntu-latest"],
        validate_default=True,
    )

    @field_validator("seconds")
    @classmethod
    def _one_end(cls, seconds: float | None, info: ValidationInfo) -> float | None:
        check_end(None if seconds is None else timedelta(seconds=seconds), "seconds", info)
        return seconds

    @field_validator("instance_type")
    @classmethod
    def _instance_type(cls, value: str | None, info: ValidationInfo) -> str | None:
        return None if value is None else names.type_in_region(value, info)

    @field_validator("runner")
    @classmethod
    def _one_machine_somewhere(cls, label: str | None, info: ValidationInfo) -> str | None:
        data = info.data
        if not {"machine", "instance_type", "region", "plan"} <= data.keys():
            return label  # which have errors of their own
        machines = [one for one in (data["machine"], data["instance_type"], label) if one is not None]
        if not machines:
            raise names.refusal("missing", "is required, or machine or instance_type in its place")
        if len(machines) > 1:
            raise names.refusal("one_machine", "send one of runner, machine and instance_type")
        if label is None:
            if data["region"] is None:
                raise names.refusal("region_missing", "without a runner's label the job needs region")
            return None
        runners = names.facts(info).mapping.catalog.ci_runners
        runner = runners.runner(label, data["plan"])
        if runner is None:
            detail = f"{label!r} is no hosted runner that is known here: describe it with machine and region"
            raise names.refusal("unknown_runner", detail, lambda: runners.nearest(label))
        if data["region"] is None and runner.cloud is None:
            raise names.refusal("region_missing", f"nothing says in which cloud {runner.label} runs: send region")
        return label

    def job(self, mapping: CloudMap) -> CiJob:
        """The job as the engine takes it."""
        end = self.end or self.start + timedelta(seconds=self.seconds or 0.0)  # one of both is there: see _one_end
        return CiJob(
            id=self.id,
            start=self.start,
            end=end,
            region=self.region,
            runner=self._runner(mapping),
            instance_type=self.instance_type,
            machine=None if self.machine is None else OwnMachine(**self.machine.model_dump()),
        )

    def _runner(self, mapping: CloudMap) -> Runner | None:
        return None if self.runner is None else mapping.catalog.ci_runners.runner(self.runner, self.plan)


class CiReportRequest(Body):
    """The jobs of one run of a pipeline."""

    provider: CiService = Field(description="Whose CI it is.")
    pipeline: str = Field(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f]+$",
        description="Name of the pipeline, the same in every run.",
        examples=["acme/shop/Test"],
    )
    run_id: str = Field(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="Number of the run.", examples=["9876543210"])
    jobs: list[CiJobFields] = Field(min_length=1, max_length=MOST_JOBS, description="Jobs with different ids.")
    tags: dict[TagName, Tag] = Field(
        default={},
        max_length=MOST_TAGS - len(OWN_TAGS),
        description=f"Tags of the rows of usage, beside {' and '.join(OWN_TAGS)}.",
        examples=[{"team": "search"}],
    )
    store: bool = Field(True, description="Whether the jobs become rows of usage; sent again they change nothing.")

    @field_validator("jobs")
    @classmethod
    def _different(cls, jobs: list[CiJobFields]) -> list[CiJobFields]:
        if len({job.id for job in jobs}) < len(jobs):
            raise names.refusal("repeated_id", "the jobs must have different ids")
        return jobs

    @field_validator("tags")
    @classmethod
    def _not_own(cls, tags: dict[str, str]) -> dict[str, str]:
        if own := [name for name in OWN_TAGS if name in tags]:
            raise names.refusal("reserved", f"{own[0]} is set by the report itself")
        return tags

    def is_costly(self, facts: names.Facts) -> bool:
        """More than a few jobs."""
        return len(self.jobs) > 50

    def query(self, mapping: CloudMap) -> CiQuery:
        """The question as the engine takes it."""
        return CiQuery(
            service=self.provider,
            pipeline=self.pipeline,
            run=self.run_id,
            jobs=tuple(job.job(mapping) for job in self.jobs),
            tags=self.tags,
        )
