"""Answers of regions, one region, and zones."""

from __future__ import annotations

from collections.abc import Mapping

from api.render.numbers import percentage, rounded, stamp
from api.render.parts import Json, grid_shares, place, provenance, site
from carbon.intensity import Quality
from carbon.results import HourStep, RegionDetails, RegionList, RegionNow, ZoneDetails
from catalog.memo import table_cache
from catalog.model import Zone
from mapping import CloudMap


def region_rows(result: RegionList, mapping: CloudMap) -> list[Json]:
    sites = _sites(mapping)
    return [_row(row, sites[row.region]) for row in result.rows]


def region_details(result: RegionDetails, mapping: CloudMap, timestamp: str) -> Json:
    region = mapping.regions[result.now.region]
    return {
        "region_details": {
            **site(region),
            "note": region.note or None,
            "pue": rounded(mapping.providers[region.provider].pue),
            "current_carbon_intensity": rounded(result.now.intensity.gco2e_per_kwh),
            **provenance(result.now.intensity.provenance),
            **grid_shares(result.now.shares),
            "forecast_24h": {
                "average": rounded(result.average.gco2e_per_kwh),
                "minimum": rounded(result.minimum),
                "maximum": rounded(result.maximum),
                **provenance(result.average.provenance),
            },
            "optimal_hours_utc": list(result.optimal_hours_utc),
            "hourly_forecast": [_hour(step) for step in result.hours],
            "timestamp": timestamp,
        }
    }


def zone_details(result: ZoneDetails, zone: Zone, mapping: CloudMap) -> Json:
    return {
        "zone_details": {
            "zone": zone.zone,
            "country": zone.country,
            "current_carbon_intensity": rounded(result.intensity.gco2e_per_kwh),
            **provenance(result.intensity.provenance),
            **grid_shares(result.shares),
            "annual": {
                "carbon_intensity": rounded(zone.gco2e_per_kwh),
                "is_estimate": True,
                "data_quality": Quality.BASELINE.value,
                "datetime": None if zone.year is None else f"{zone.year}-01-01T00:00:00Z",
                "age_seconds": None,
                "renewable_percentage": percentage(zone.renewable_share),
                "fossil_free_percentage": percentage(zone.fossil_free_share),
                "year": zone.year,
                "method": zone.method,
                "source": zone.source,
                "as_of": zone.as_of,
            },
            "profile": {
                "basis": zone.profile_basis,
                "zone": zone.profile_zone,
                "years": zone.profile_years,
                "from_estimates": zone.profile_from_estimates,
                "weekend_factor": rounded(zone.weekend_factor),
            },
            "note": zone.note,
            "regions": [place(mapping.regions[key]) for key in result.regions],
        }
    }


@table_cache(None)
def _sites(mapping: CloudMap) -> Mapping[str, Json]:
    """The fixed part of each region's row, by provider:region."""
    return {key: site(region) for key, region in mapping.regions.items()}


def _row(row: RegionNow, fixed: Json) -> Json:
    return {
        **fixed,
        "carbon_intensity": rounded(row.intensity.gco2e_per_kwh),
        **provenance(row.intensity.provenance),
        **grid_shares(row.shares),
    }


def _hour(step: HourStep) -> Json:
    return {
        "starts_at": stamp(step.starts_at),
        "carbon_intensity": rounded(step.intensity.gco2e_per_kwh),
        **provenance(step.intensity.provenance),
    }
