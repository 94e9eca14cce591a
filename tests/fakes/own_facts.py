"""Overlays for tests, laid over the shipped facts, which are read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from catalog.facts import Facts, load_facts
from catalog.overlay.files import OverlayFiles
from catalog.overlay.overlay import with_overlay
from mapping import CloudMap

ZONES = "zone,country,gco2e_per_kwh,basis,source,as_of\nOWN-DC1,DE,100,location,meter,2026\n"
REGIONS = (
    "region,city,country,latitude,longitude,iata,zone,pue,source,as_of\n"
    "dc1,Frankfurt,DE,50.1,8.7,FRA,OWN-DC1,1.25,meter,2026\n"
)
INSTANCES = (
    "instance_type,vcpus,memory_gb,cpu_model,arch,watts_0,watts_10,watts_50,watts_100,source,as_of\n"
    "rack1,64,256,EPYC 7763,x86_64,100,140,220,300,meter,2026\n"
)
PRICES = "region,instance_type,on_demand_usd_per_hour,source,as_of\ndc1,rack1,1.25,accounting,2026-01\n"
DATA_CENTRE = {"zones.csv": ZONES, "regions.csv": REGIONS, "instances.csv": INSTANCES, "prices.csv": PRICES}


@cache
def shipped() -> Facts:
    """The facts that ship with the project."""
    return load_facts()


def overlaid(**texts: str) -> CloudMap:
    """The map with an overlay of these files, named without .csv."""
    return CloudMap.of(overlaid_facts(**texts))


def overlaid_facts(**texts: str) -> Facts:
    """The facts of `overlaid`."""
    return with_overlay(shipped(), OverlayFiles({f"{name}.csv": text.encode() for name, text in texts.items()}))


def write(folder: Path, **texts: str) -> None:
    """Write these files, named without .csv, into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


HOURS = " ".join(str(hour) for hour in range(24))  # 0 to 23 g/kWh, mean 11.5


def monthly(hours: str = HOURS, months: range = range(1, 13), basis: str = "market") -> str:
    """zones.csv with a contract that has the same hours in each of these months."""
    header = "zone,country,basis,month,gco2e_per_kwh_by_utc_hour,source,as_of\n"
    return header + "".join(f"OWN-SUN,DE,{basis},{month},{hours},contract,2026\n" for month in months)
