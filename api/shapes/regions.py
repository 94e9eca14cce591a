"""Answers of regions, one region, and zones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from api.openapi.enumerations import DataQuality, LevelStatus, ProfileBasis
from api.shapes.parts import (
    UNSERVED,
    GridAnswer,
    GridMix,
    Listed,
    Origin,
    Place,
    PlacesAnswer,
    Site,
    grid_mix,
    of_intensity,
    of_origin,
    of_region,
    of_shares,
    sites,
)
from api.shapes.reading import At, Json, Reading
from api.shapes.shape import Shape
from api.shapes.sources import DISAGREEMENT, SourceReadingRow
from api.shapes.types import (
    CurrentGramsPerKwh,
    FossilFreeShare,
    GramsPerKwh,
    PueBasis,
    RenewableShare,
    Rounded,
    Timestamp,
)
from carbon.intensity import Quality
from carbon.results import Exclusion, HourStep, RegionDetails, RegionList, RegionNow, ZoneDetails
from catalog.model import Region, Zone

PERCENTILE = (
    "Where the marginal intensity of now stands among those of the zone: 0 is the cleanest, 100 the dirtiest. It does "
    "not compare places; absent if no source tells it."
)
of_exclusion = Reading(Exclusion)
of_row = Reading(RegionNow)
of_row.part(of_intensity, lambda row: row.intensity)
of_row.part(of_origin, lambda row: row.intensity.provenance)
of_row.cached(of_shares, lambda row: grid_mix(row.shares))
of_page = Reading(Listed[RegionList])
of_day = Reading(RegionDetails)
of_day.part(of_region, lambda day, at: at.mapping.regions[day.now.region])
of_day.part(of_intensity, lambda day: day.now.intensity)
of_day.part(of_origin, lambda day: day.now.intensity.provenance)
of_day.cached(of_shares, lambda day: grid_mix(day.now.shares))
of_zone = Reading(Zone)
of_day.part(of_zone, lambda day, at: at.mapping.zones[at.mapping.regions[day.now.region].zone])
of_average = Reading(RegionDetails)
of_average.part(of_intensity, lambda day: day.average)
of_average.part(of_origin, lambda day: day.average.provenance)
of_hour = Reading(HourStep)
of_hour.part(of_intensity, lambda hour: hour.intensity)
of_hour.part(of_origin, lambda hour: hour.intensity.provenance)
of_details = Reading(ZoneDetails)
of_details.part(of_zone, lambda details, at: at.mapping.zones[details.zone])
of_details.part(of_intensity, lambda details: details.intensity)
of_details.part(of_origin, lambda details: details.intensity.provenance)
of_details.cached(of_shares, lambda details: grid_mix(details.shares))


class RegionRow(GridMix, Origin, Site):
    """A region's grid now."""

    carbon_intensity: CurrentGramsPerKwh = of_row(read=lambda r: r.intensity.gco2e_per_kwh)


_live_half = RegionRow.half_of(of_row)


def region_rows(regions: Sequence[RegionNow], at: At) -> list[Json]:
    """RegionRow of each."""
    fixed = sites(at.mapping)
    return [_live_half(row, fixed[row.region]) for row in regions]


class ExcludedRegion(Shape):
    """A region that is left out, and why."""

    region: str = of_exclusion("provider:region.", examples=["aws:us-east-1"])
    reason: str = of_exclusion("Why its intensity is not known.", examples=["plan-percentile-only"])


class RegionsAnswer(PlacesAnswer):
    """Regions in the requested order."""

    total_regions: int = of_page("Number of matching regions, before limit and offset.", lambda p: p.result.total, ge=0)
    regions: list[RegionRow] = of_page.rendered("The regions from offset on, up to the limit.", lambda p: p.rows)
    countries_without_regions: list[str] = of_page(UNSERVED, lambda p: list(p.result.countries_without_regions))
    excluded: list[ExcludedRegion] = of_page.optional(
        "Regions without a known intensity, on all pages; present for signal=marginal. Otherwise they come last.",
        lambda p: None if p.result.excluded is None else list(p.result.excluded),
    )


class Forecast(Origin):
    """The next 24 hours; is_estimate to age_seconds describe the average."""

    average: GramsPerKwh | None = of_average("Mean from now on, in gCO2e/kWh.", lambda a: a.average.gco2e_per_kwh)
    minimum: GramsPerKwh | None = of_average("Lowest hourly value in gCO2e/kWh; null if unknown.")
    maximum: GramsPerKwh | None = of_average("Highest hourly value in gCO2e/kWh; null if unknown.")


class Hour(Origin):
    """One UTC hour; `datetime` belongs to the value, which for the current hour may be an earlier one."""

    starts_at: Timestamp = of_hour("Start of the hour.")
    carbon_intensity: GramsPerKwh | None = of_hour(
        "Mean of the hour in gCO2e/kWh; null if unknown.", lambda h: h.intensity.gco2e_per_kwh
    )


class RegionFacts(Site, Origin, GridMix):
    """One region now and over the next 24 hours; is_estimate to age_seconds describe the value now."""

    note: str | None = of_region(
        "Remark about the region, such as a doubt about its grid zone.", lambda r: r.note or None
    )
    zone_level_status: LevelStatus = of_zone(read=lambda z: z.level_status)
    zone_note: str | None = of_zone(
        "Remark about the grid zone, such as a correction of its level.", lambda z: z.note or None
    )
    pue: Rounded = of_region("Power usage effectiveness of the region, or of its provider.", ge=1)
    pue_basis: PueBasis = of_region(examples=["region figure 2024"])
    current_carbon_intensity: CurrentGramsPerKwh = of_day(read=lambda d: d.now.intensity.gco2e_per_kwh)
    forecast_24h: Forecast = of_day(read=lambda d: d)
    optimal_hours_utc: list[int] = of_day(
        "The nine lowest of the next 24 hours, in order of time; empty if they differ by less than 2 %."
    )
    hourly_forecast: list[Hour] = of_day("All of the next 24 hours, including the current one.", lambda d: d.hours)
    sources: list[SourceReadingRow] = of_day(
        "Every source that covers the zone, the most trusted first.",
        lambda d: [] if d.sources is None else list(d.sources.sources),
    )
    disagreement: Rounded | None = of_day(DISAGREEMENT, lambda d: d.sources and d.sources.disagreement, ge=0)
    timestamp: Timestamp = of_day(read=lambda _, at: at.now)
    percentile: Rounded = of_day.optional(PERCENTILE, ge=0, le=100)


class RegionAnswer(GridAnswer):
    """One region's grid."""

    region_details: RegionFacts = of_day(read=lambda d: d)


class Annual(Shape):
    """A zone's yearly figures."""

    carbon_intensity: GramsPerKwh | None = of_zone(
        "Annual mean in gCO2e/kWh; null if none is published.", lambda z: z.gco2e_per_kwh
    )
    published_carbon_intensity: GramsPerKwh | None = of_zone(
        "The publisher's own annual mean, where carbon_intensity is corrected; otherwise null.",
        lambda z: z.published_gco2e_per_kwh,
    )
    level_status: LevelStatus = of_zone()
    is_estimate: bool = of_zone("Always true: a yearly mean is not a measured value.", lambda _: True)
    data_quality: DataQuality = of_zone(read=lambda _: Quality.BASELINE.value)
    datetime: Timestamp | None = of_zone("Start of the year; null if none is published.", lambda z: _start_of(z.year))
    age_seconds: int | None = of_zone("Always null: a yearly mean belongs to no point in time.", lambda _: None)
    renewable_percentage: RenewableShare = of_zone(read=lambda z: z.renewable_share)
    fossil_free_percentage: FossilFreeShare = of_zone(read=lambda z: z.fossil_free_share)
    year: int | None = of_zone("The year the figures are of; null if unknown.")
    method: str = of_zone("How the figure was obtained.", examples=["em_published"])
    source: str = of_zone("Source of the figures.")
    as_of: str = of_zone("Date of the source.")


def _start_of(year: int | None) -> datetime | None:
    return None if year is None else datetime(year, 1, 1, tzinfo=UTC)


class Profile(Shape):
    """The profile by time of year and hour that is used when there is no live value."""

    basis: ProfileBasis = of_zone(read=lambda z: z.profile_basis)
    zone: str = of_zone("The zone whose shape is used.", lambda z: z.profile_zone)
    years: str = of_zone("The years from which it was made.", lambda z: z.profile_years, examples=["2021-2025"])
    from_estimates: bool = of_zone(
        "True if the hours from which it was made were themselves estimates.", lambda z: z.profile_from_estimates
    )
    weekend_factor: Rounded = of_zone(
        "Mean weekend intensity divided by mean weekday intensity; 1 if the profile has no weekend factor."
    )


def _regions(details: ZoneDetails, at: At) -> list[Region]:
    return [at.mapping.regions[key] for key in details.regions]


class ZoneFacts(Origin, GridMix):
    """Current and yearly figures of a grid zone."""

    zone: str = of_zone("The zone, as Electricity Maps names it.", examples=["CA-QC"])
    country: str = of_zone("ISO 3166 code.", examples=["CA"])
    current_carbon_intensity: CurrentGramsPerKwh = of_details(read=lambda d: d.intensity.gco2e_per_kwh)
    annual: Annual = of_zone(read=lambda z: z)
    profile: Profile = of_zone(read=lambda z: z)
    note: str = of_zone("Remark about the zone; often empty.")
    regions: list[Place] = of_details("The cloud regions in it.", _regions)
    percentile: Rounded = of_details.optional(PERCENTILE, ge=0, le=100)


class ZoneAnswer(GridAnswer):
    """One grid zone."""

    zone_details: ZoneFacts = of_details(read=lambda d: d)
