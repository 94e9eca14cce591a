"""What a machine emits: the arithmetic of catalog/data/README.md by hand, on a grid whose figures are given."""

from __future__ import annotations

from datetime import UTC, datetime
from math import exp, log, sqrt

import pytest

from carbon.errors import PowerNotModelled, UnknownInstanceType
from carbon.intensity import Quality
from carbon.power import PowerCurve
from carbon.reading import ZoneReading
from carbon.workload import CalculateQuery, Load
from engine import Engine
from tests.fakes.clouds import cloud_map
from tests.fakes.grid import FakeReader, flat, known, observation

NOW = datetime(2026, 11, 18, 10, 20, tzinfo=UTC)
# us-east-1 and us-east-2 lie in US-MIDA-PJM.
VIRGINIA = "aws:us-east-1"


def engine(zones: dict[str, ZoneReading] | None = None, *, others: float = 400) -> Engine:
    return Engine(cloud_map(), FakeReader(zones, others=flat(NOW, others)))


def test_a_p4d_24xlarge_for_a_day_follows_the_formula_part_by_part() -> None:
    query = CalculateQuery(region=VIRGINIA, instance_type="p4d.24xlarge", duration_hours=24, include_embodied=True)

    emission = engine().at(NOW).calculate(query)

    # Half busy, 0.69 of the range. 96 threads of a Xeon 8275CL: 96 x (0.855 + 0.69 x 4.67) = 391.4208 W.
    # 1,152 GB less the 96 x 1.71 in the CPU's figure: 0.392 x 987.84 = 387.23328. Eight A100: 8 x (52 + 0.5 x 348) =
    # 1808. 8 TB of SSD: 9.6. In all 2596.25408 W; x 24 h x 1.15 = 71.6566126 kWh; x 400 g = 28,662.645 g.
    draw = emission.draw
    assert (draw.cpu_w, draw.memory_w, draw.accelerator_w, draw.storage_w) == pytest.approx(
        (391.4208, 387.23328, 1808, 9.6)
    )
    assert (emission.pue, emission.utilization, emission.accelerator_utilization) == (1.15, 0.5, 0.5)
    assert emission.utilization_defaulted
    assert emission.energy_kwh == pytest.approx(71.656612608)
    assert emission.operational_gco2e == pytest.approx(28662.6450432)
    # 4,299 kg over 35,040 h, for 24 of them.
    assert emission.embodied_gco2e == pytest.approx(2944.520548)
    assert emission.total_gco2e == pytest.approx(28662.6450432 + 2944.520548)
    # Nobody said how busy the GPUs are: from 0.1, 8 x 0.4 x 348 = 1113.6 W less, 0.571074 of it, to full load, 1.25 x
    # 4127.23328 W, 1.987110 times it. That is more than the factor of 1.4 for the model's own doubt.
    power, grid = emission.uncertainty.power, emission.uncertainty.grid
    assert (power.low, power.high) == pytest.approx((0.571074, 1.987110), rel=1e-5)
    # The grid's part is added in quadrature of the logarithms.
    assert grid is not None
    assert emission.uncertainty.high == pytest.approx(exp(sqrt(log(1.987110) ** 2 + log(grid.high) ** 2)), rel=1e-5)
    assert emission.uncertainty.low == pytest.approx(exp(-sqrt(log(0.571074) ** 2 + log(grid.low) ** 2)), rel=1e-5)
    assert emission.offered is True


def test_a_lambda_function_is_its_share_of_a_graviton2() -> None:
    emission = engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="lambda-arm64-1769mb"))

    # One thread: 0.495 + 0.69 x 2.104 = 1.94676 W; 0.392 x (1769/1024 - 1.07) = 0.2577553 W. Together x 1.15 x 400 g.
    assert emission.draw.cpu_w == pytest.approx(1.94676)
    assert emission.draw.memory_w == pytest.approx(0.2577553125)
    assert emission.energy_kwh == pytest.approx(0.00253519261)
    assert emission.operational_gco2e == pytest.approx(1.01407704)
    # The CPU's TDP is an estimate of 150 W, from 80 to 150: low is (1.94676 x 80/150 + 0.2577553) / 2.2045153 / 1.6.
    assert emission.uncertainty.power.low == pytest.approx(0.3674354, rel=1e-6)
    assert emission.uncertainty.power.high == pytest.approx(1.6)


def test_everything_scales_with_the_count_and_the_hours() -> None:
    one = engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="m5.large"))
    many = (
        engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="m5.large", count=7, duration_hours=3))
    )

    assert many.energy_kwh == pytest.approx(21 * one.energy_kwh)
    assert many.operational_gco2e == pytest.approx(21 * one.operational_gco2e)


@pytest.mark.parametrize(
    ("utilization", "curve", "watts"),
    [
        # c6i.2xlarge at idle, a tenth, half and full load, as the method's worked example rounds them.
        (0.0, PowerCurve.CONCAVE, 10.5),
        (0.1, PowerCurve.CONCAVE, 18.4),
        (0.5, PowerCurve.CONCAVE, 35.2),
        (1.0, PowerCurve.CONCAVE, 46.3),
        (0.5, PowerCurve.LINEAR, 28.4),
    ],
)
def test_utilisation_moves_the_cpu_along_the_curve(utilization: float, curve: PowerCurve, watts: float) -> None:
    load = Load(utilization=utilization, curve=curve)

    emission = engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="c6i.2xlarge", load=load))

    assert emission.draw.it_w == pytest.approx(watts, abs=0.05)
    assert not emission.utilization_defaulted


def test_accelerators_follow_their_own_utilisation_else_the_cpu_s() -> None:
    def gpu_watts(load: Load) -> float:
        query = CalculateQuery(region=VIRGINIA, instance_type="g4dn.xlarge", load=load)
        return engine().at(NOW).calculate(query).draw.accelerator_w

    idle, full = gpu_watts(Load(utilization=0.0)), gpu_watts(Load(utilization=1.0))

    assert full == 70
    assert gpu_watts(Load(utilization=0.2)) == pytest.approx(idle + 0.2 * (full - idle))
    assert gpu_watts(Load(utilization=0.2, accelerator_utilization=0.9)) == pytest.approx(idle + 0.9 * (full - idle))
    assert gpu_watts(Load(accelerator_utilization=1.0)) == 70


def test_a_burstable_type_runs_at_its_baseline_unless_told_otherwise() -> None:
    query = CalculateQuery(region=VIRGINIA, instance_type="t3.large")
    loaded_query = CalculateQuery(region=VIRGINIA, instance_type="t3.large", load=Load(utilization=0.8))

    found, asked = engine().at(NOW).calculate(query), engine().at(NOW).calculate(loaded_query)

    # 0.3 of a Xeon 8175M: 0.22 + 0.47 x 0.2/0.4 = 0.455 of the range; 2 x (0.755 + 0.455 x 4.99) = 6.0509 W.
    assert (found.utilization, found.utilization_defaulted) == (0.3, True)
    assert found.draw.cpu_w == pytest.approx(6.0509)
    assert (asked.utilization, asked.utilization_defaulted) == (0.8, False)


def test_a_machine_without_accelerators_has_no_accelerator_utilisation() -> None:
    query = CalculateQuery(region=VIRGINIA, instance_type="m5.large", load=Load(accelerator_utilization=0.7))

    assert engine().at(NOW).calculate(query).accelerator_utilization is None


def test_the_intensity_used_is_the_mean_from_now_weighted_by_time() -> None:
    pjm = known(NOW, [300.0, 360.0, 480.0, 600.0])
    query = CalculateQuery(region=VIRGINIA, instance_type="m5.large", duration_hours=2.5)

    emission = engine({"US-MIDA-PJM": pjm}).at(NOW).calculate(query)

    # 10:20 to 12:50: 40 minutes of 300, 60 of 360, 50 of 480.
    mean = (40 * 300 + 60 * 360 + 50 * 480) / 150
    assert emission.used.gco2e_per_kwh == pytest.approx(mean)
    assert emission.now.gco2e_per_kwh == 300
    assert emission.operational_gco2e == pytest.approx(emission.energy_kwh * mean)
    assert (emission.now.provenance.quality, emission.used.provenance.quality) == (Quality.MEASURED, Quality.FORECAST)


def test_a_job_within_this_hour_uses_the_live_value_alone() -> None:
    reading = ZoneReading(latest=observation(NOW, 333.0, quality=Quality.ESTIMATED))
    query = CalculateQuery(region=VIRGINIA, instance_type="m5.large", duration_hours=0.5)

    emission = engine({"US-MIDA-PJM": reading}).at(NOW).calculate(query)

    assert emission.used.gco2e_per_kwh == pytest.approx(333)
    assert emission.used.provenance.quality is Quality.ESTIMATED


def test_a_year_is_answered_and_says_from_when_it_is_baseline() -> None:
    query = CalculateQuery(region=VIRGINIA, instance_type="m5.large", duration_hours=8760)

    emission = engine().at(NOW).calculate(query)

    assert emission.used.provenance.quality is Quality.BASELINE
    assert emission.used.provenance.baseline_from == datetime(2026, 11, 21, 10, tzinfo=UTC)


def test_a_type_is_calculated_where_it_is_not_sold_and_says_so() -> None:
    sold, unsold = "aws:us-east-1", "aws:ap-southeast-7"

    emission = engine().at(NOW).calculate(CalculateQuery(region=unsold, instance_type="p5.48xlarge"))

    assert emission.offered is False
    assert engine().at(NOW).calculate(CalculateQuery(region=sold, instance_type="p5.48xlarge")).offered is True


def test_a_service_over_a_machine_is_that_machine_sold_where_its_price_list_says() -> None:
    database = engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="db.r6g.large"))
    machine = engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="r6g.large"))

    assert database.instance_type == "db.r6g.large"
    assert database.energy_kwh == machine.energy_kwh
    assert database.offered is True


def test_a_known_type_that_cannot_be_modelled_names_the_nearest_that_can() -> None:
    modelled = {t.provider for t in cloud_map().catalog.types if t.power is not None}
    unmodelled = [t for t in cloud_map().catalog.types if t.power is None and t.provider in modelled]
    regions = {region.provider: region.key for region in cloud_map().regions.values()}

    for instance in unmodelled[::40]:
        query = CalculateQuery(region=regions[instance.provider], instance_type=instance.instance_type)
        with pytest.raises(PowerNotModelled) as error:
            engine().at(NOW).calculate(query)

        nearest = error.value.facts["nearest_modelled"]
        assert isinstance(nearest, tuple)
        assert len(nearest) == 5
        assert all(cloud_map().instance_type(instance.provider, name).power_modelled for name in nearest)


def test_the_reason_why_a_type_cannot_be_modelled_is_said_once() -> None:
    with pytest.raises(PowerNotModelled) as error:
        engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="c6gn.metal"))

    assert str(error.value) == ("the power of c6gn.metal cannot be modelled: no source at hand describes its hardware")


def test_an_unmodelled_general_type_is_not_answered_with_a_gpu() -> None:
    with pytest.raises(PowerNotModelled) as error:
        engine().at(NOW).calculate(CalculateQuery(region="azure:westeurope", instance_type="Basic_A0"))

    nearest = error.value.facts["nearest_modelled"]
    assert isinstance(nearest, tuple)
    assert {cloud_map().instance_type("azure", name).category for name in nearest} == {"general"}


def test_a_type_nobody_knows_is_an_unknown_name_with_the_nearest_known() -> None:
    with pytest.raises(UnknownInstanceType) as error:
        engine().at(NOW).calculate(CalculateQuery(region=VIRGINIA, instance_type="m5.lrge"))

    assert "m5.large" in error.value.nearest


@pytest.mark.parametrize("hours", [1e-4, 1e-9, 5e-324])
def test_a_moment_is_charged_at_the_intensity_of_now(hours: float) -> None:
    query = CalculateQuery(region=VIRGINIA, instance_type="m5.large", duration_hours=hours)

    emission = engine().at(NOW).calculate(query)

    assert emission.used.gco2e_per_kwh == pytest.approx(400)
    assert emission.used.provenance == emission.now.provenance
