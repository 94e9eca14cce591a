"""From direct carbon intensity, which counts combustion alone, to lifecycle carbon intensity."""

from __future__ import annotations

from dataclasses import dataclass

from carbon.ranges import Factors

# Sources of direct figures use other direct factors than the series behind the fits (gas 394 or 370, oil 935 or 406).
OTHER_FACTORS = 1.10


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleFit:
    """lifecycle = intercept + slope x direct, in one zone.

    error: 10th and 90th centile of actual over fitted lifecycle intensity, in hours held back from the fit.
    """

    intercept_gco2e_per_kwh: float
    slope: float
    error: Factors


def lifecycle_of(direct_gco2e_per_kwh: float, fit: LifecycleFit) -> tuple[float, Factors]:
    """Lifecycle gCO2e per kWh and its range as factors: the error of the fit, wider by OTHER_FACTORS on both sides.

    Never below the direct value, which is a part of it. Raises ValueError for a negative one.
    """
    if not direct_gco2e_per_kwh >= 0:
        raise ValueError(f"direct intensity must be 0 or more, not {direct_gco2e_per_kwh}")
    fitted = fit.intercept_gco2e_per_kwh + fit.slope * direct_gco2e_per_kwh
    error = Factors(low=fit.error.low / OTHER_FACTORS, high=fit.error.high * OTHER_FACTORS)
    return max(fitted, direct_gco2e_per_kwh), error
