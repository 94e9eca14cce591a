"""The parts that several answers share: places, intensities, shares, windows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from api.render.numbers import percentage, rounded, stamp
from carbon.intensity import Provenance
from carbon.results import GridShares, Window
from catalog.model import Region

Json = dict[str, object]


def place(region: Region) -> Json:
    return {"region": region.region, "provider": region.provider, "zone": region.zone}


def site(region: Region) -> Json:
    """A region with what the catalog knows of it."""
    return {
        **place(region),
        "name": region.name,
        "city": region.city,
        "country": region.country,
        "latitude": region.latitude,
        "longitude": region.longitude,
        "iata": region.iata,
        "partition": region.partition,
        "region_status": region.status,
        "zone_published": region.zone_published,
    }


def provenance(origin: Provenance) -> Json:
    """What every intensity carries beside its value."""
    block: Json = {
        "is_estimate": origin.quality.is_estimate,
        "data_quality": origin.quality.value,
        "source": origin.source,
        "datetime": stamp(origin.starts_at),
        "age_seconds": origin.age_seconds,
    }
    if origin.fallback_reason is not None:
        block["fallback_reason"] = origin.fallback_reason
    if origin.baseline_from is not None:
        block["baseline_from"] = stamp(origin.baseline_from)
    return block


@lru_cache(maxsize=1024)
def grid_shares(shares: GridShares) -> Json:
    """A zone's shares; kept, since a zone's yearly figures never change. Read only."""
    return {
        "renewable_percentage": percentage(shares.renewable_share),
        "fossil_free_percentage": percentage(shares.fossil_free_share),
        "renewable_percentage_basis": shares.basis,
        "renewable_percentage_as_of": shares.as_of,
        "renewable_percentage_source": shares.source,
    }


def window(span: Window) -> Json:
    return {
        "start_time": stamp(span.starts_at),
        "end_time": stamp(span.ends_at),
        "avg_carbon_intensity": rounded(span.mean.gco2e_per_kwh),
        "duration_hours": rounded(span.duration_hours),
        **provenance(span.mean.provenance),
    }


def plain(fact: object) -> object:
    """A fact of a refusal as JSON has it."""
    if isinstance(fact, datetime):
        return stamp(fact)
    if isinstance(fact, float):
        return rounded(fact)
    if isinstance(fact, Mapping):
        return {str(name): plain(value) for name, value in fact.items()}
    if isinstance(fact, list | tuple):
        return [plain(value) for value in fact]
    return fact
