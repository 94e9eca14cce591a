"""GET /api/v1/instances: the machines and sized services in the catalog."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response
from pydantic import Field

from api.edge.exchange import current
from api.edge.lists import Page, PageParameters, answered
from api.openapi.enumerations import Arch
from api.questions import names
from api.questions.fields import Category, GpuModel, Name, ProvidersParameter, RegionKey, scope_of
from api.shapes.catalog import InstanceRow, InstancesAnswer
from api.shapes.parts import Listed
from carbon.listings import InstancesQuery

bp = APIBlueprint("instances", __name__, tag="Catalog")
LIGHT_ROWS = 200


class InstancesParameters(PageParameters):
    """Which types; every filter given must hold."""

    provider: ProvidersParameter = Field([names.ALL], max_length=100, description="May be given several times.")
    q: Name | None = Field(None, description="Part of the type's name.", examples=["m7g"])
    category: Category | None = Field(None, description="What the family is made for.", examples=["general"])
    family: Name | None = Field(None, description="Family of types that differ only in size.", examples=["m7g"])
    arch: Arch | None = Field(None, description="Instruction set of the machine's CPU.")
    accelerator: GpuModel | None = Field(None, description="Part of the accelerator's name.", examples=["T4"])
    min_vcpus: float | None = Field(None, gt=0, le=1_000_000, description="Minimum number of vCPUs.")
    min_memory_gb: float | None = Field(None, gt=0, le=1_000_000, description="Minimum memory in GB.")
    region: RegionKey | None = Field(
        None, description="Only types offered in this region: a region's id, or provider:region."
    )
    power_modelled: bool | None = Field(None, description="true: only types that calculate supports.")
    limit: int = Field(100, ge=1, le=1000, description="Maximum number of rows.")

    def is_costly(self, facts: names.Facts) -> bool:
        """Many rows."""
        return self.limit > LIGHT_ROWS

    def query(self) -> InstancesQuery:
        return InstancesQuery(
            providers=scope_of(self.provider),
            name=self.q,
            category=self.category,
            family=self.family,
            arch=self.arch,
            accelerator=self.accelerator,
            min_vcpus=self.min_vcpus,
            min_memory_gb=self.min_memory_gb,
            region=self.region,
            power_modelled=self.power_modelled,
        )


@bp.get("/api/v1/instances")
@bp.input(InstancesParameters, location="query", arg_name="query")
@bp.output(InstancesAnswer)
@bp.doc(operation_id="listInstanceTypes")
def instances(query: InstancesParameters) -> Response:
    """List instance types by provider and name, those whose size is not known last.

    Other endpoints accept services of any size by name (lambda-arm64-512mb, fargate-x86_64-4vcpu-8gb, db.r6g.large);
    this list contains the sizes that optimize compares.
    """
    types = current().session.instances(query.query())
    rows = [InstanceRow.of(kind) for kind in types[query.offset :][: query.limit]]
    page = Page(total=len(types), limit=query.limit, offset=query.offset)
    return answered(InstancesAnswer.of(Listed(rows, page)), rows, InstanceRow, page)
