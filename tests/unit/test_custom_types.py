"""Custom machine types of Google Cloud: any number of vCPUs and GB, at the shares of the family."""

from __future__ import annotations

import pytest

from carbon.errors import UnknownInstanceType
from carbon.power import PowerCurve
from catalog.model import InstanceType
from tests.fakes.clouds import cloud_map


def gcp(name: str) -> InstanceType:
    return cloud_map().instance_type("gcp", name)


@pytest.mark.parametrize(
    ("custom", "predefined"),
    [
        ("n2-custom-4-16384", "n2-standard-4"),
        ("n2-custom-8-65536", "n2-highmem-8"),
        ("n2-custom-8-65536-ext", "n2-highmem-8"),
        ("custom-4-15360", "n1-standard-4"),
        ("n1-custom-4-15360", "n1-standard-4"),
        ("n2d-custom-16-65536", "n2d-standard-16"),
        ("n4-custom-8-32768", "n4-standard-8"),
        ("n4a-custom-8-32768", "n4a-standard-8"),
        ("n4d-custom-8-32768", "n4d-standard-8"),
        ("e2-custom-4-16384", "e2-standard-4"),
    ],
)
def test_a_custom_type_of_the_size_of_a_predefined_one_draws_as_much(custom: str, predefined: str) -> None:
    own, other = gcp(custom), gcp(predefined)

    assert own.power is not None
    assert other.power is not None
    for load in (0.0, 0.5, 1.0):
        watts = other.power.draw(load, load, PowerCurve.CONCAVE).it_w
        assert own.power.draw(load, load, PowerCurve.CONCAVE).it_w == pytest.approx(watts)
    assert (own.vcpus, own.memory_gb, own.arch) == (other.vcpus, other.memory_gb, other.arch)
    assert own.performance_index == other.performance_index
    assert own.embodied_kgco2e == pytest.approx(other.embodied_kgco2e, rel=0.01)


def test_the_basis_says_that_the_size_is_a_custom_one() -> None:
    power = gcp("n2-custom-4-8192").power

    assert power is not None
    assert power.basis.endswith("custom size: vCPUs and GB at the shares of the n2 family")


@pytest.mark.parametrize(
    "name",
    [
        "n2-custom-3-8192",  # an odd number of vCPUs
        "n2-custom-4-8000",  # no multiple of 256 MB
        "n2-custom-256-8192",  # more vCPUs than the family has
        "n2-custom-4",
        "m7-custom-4-8192",
        "e2-custom-4-16384-ext",
    ],
)
def test_a_custom_size_that_is_not_sold_is_unknown(name: str) -> None:
    with pytest.raises(UnknownInstanceType):
        gcp(name)
