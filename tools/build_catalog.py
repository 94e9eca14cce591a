"""Makes the catalog's tables of providers, regions, CPUs, accelerators and instance types.

python -m tools.build_catalog SOURCE_DIR AWS_SERVICES_JSON          write the tables
python -m tools.build_catalog --check SOURCE_DIR AWS_SERVICES_JSON  compare with them; exit 1 on a difference

SOURCE_DIR holds `regions/`, `instances/`, `prices/` and `update-2026-11/`; AWS_SERVICES_JSON is prowler's table of AWS
services by region. The same input gives the same bytes. services.csv and service_sizes.csv are kept by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools import catalog_facts as facts
from tools import catalog_rules as rules
from tools import catalog_updates, price_types, survey_update
from tools.tables import DATA, Cells, csv_text, read, write_or_compare

INSTANCE_FILES = {"aws": "aws", "azure": "azure", "gcp": "gcp", "scaleway": "other"}
PRICE_FILES = {"aws": "aws", "azure": "azure", "gcp": "gcp", "scaleway": "eu_others"}
# Availability zones that a price list names where the catalog has the region.
REGION_OF_PRICE_ROW = {("scaleway", "fr-par-1"): "fr-par"}

Sightings = dict[str, dict[str, tuple[str, str]]]  # type -> region -> (newest date seen, by whom)


def regions(source: Path) -> Iterator[tuple[str, str]]:
    """(path, text) of every provider's regions.csv."""
    by_provider: dict[str, dict[str, Cells]] = defaultdict(dict)
    for cells in read(source / "regions" / "regions.csv"):
        by_provider[cells["provider"]][cells["region"]] = facts.region_row(cells)
    for provider, survey in by_provider.items():
        rows = survey | catalog_updates.regions(source, provider)
        yield f"{provider}/regions.csv", csv_text(facts.REGION_COLUMNS, (rows[region] for region in sorted(rows)))


def cpus(source: Path, hosts: Mapping[str, str]) -> str:
    """cpus.csv: power from cpu_models.csv, work from performance.csv, the usual host from the instance lists."""
    work = {row["name"]: row for row in read(source / "instances" / "performance.csv") if row["kind"] == "cpu"}
    rows = read(source / "instances" / "cpu_models.csv")
    cpu_rows = [facts.cpu_row(row, work[row["cpu_model"]], hosts) for row in rows]
    return csv_text(facts.CPU_COLUMNS, cpu_rows + survey_update.read(source, "cpus_add.csv"))


def microarchitectures(source: Path, hosts: Mapping[str, str]) -> str:
    """microarchitectures.csv: the fallback where an instance's CPU model is not known."""
    rows = read(source / "instances" / "power_coefficients.csv")
    return csv_text(facts.MICROARCHITECTURE_COLUMNS, (facts.microarchitecture_row(row, hosts) for row in rows))


def accelerators(source: Path) -> str:
    """accelerators.csv: power from accelerators.csv, throughput from performance.csv."""
    work = {row["name"]: row for row in read(source / "instances" / "performance.csv") if row["kind"] == "accelerator"}
    rows = read(source / "instances" / "accelerators.csv")
    return csv_text(facts.ACCELERATOR_COLUMNS, (facts.accelerator_row(row, work[row["accelerator"]]) for row in rows))


def usual_hosts(source: Path) -> dict[str, str]:
    """CPU model, microarchitecture or arch -> "vCPUs sockets" of the host most of its instances name."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name in INSTANCE_FILES.values():
        for row in read(source / "instances" / f"{name}.csv"):
            for key in {row["cpu_model"], row["microarchitecture"], row["arch"]} - {""}:
                counts[key][f"{row['host_vcpus']} {row['host_sockets']}"] += 1
    return {key: min(hosts, key=lambda host: (-hosts[host], host)) for key, hosts in counts.items()}


def aliases(source: Path) -> list[Cells]:
    """The rows of type_aliases.csv: other spellings of Azure's types, in price lists and in the list of machines."""
    return list(survey_update.alias_rows(source, azure_names(source)))


def azure_names(source: Path) -> list[str]:
    """Every name of a type in Azure's lists of prices and of machines."""
    names = {row["instance_type"] for row in read(source / "prices" / "azure.csv")}
    return sorted(names | {row["instance_type"] for row in read(source / "instances" / "azure.csv")})


def sightings(source: Path, provider: str) -> Sightings:
    """Where each type was seen for sale, and the newest price that shows it."""
    spellings = {(row["provider"], row["alias"]): row["canonical"] for row in aliases(source)}
    days_seen: Sightings = defaultdict(dict)
    for row in read(source / "prices" / f"{PRICE_FILES[provider]}.csv"):
        if row["provider"] != provider:
            continue
        region = REGION_OF_PRICE_ROW.get((provider, row["region"]), row["region"])
        name = rules.canonical_name(provider, row["instance_type"])
        instance_type = spellings.get((provider, name), name)
        dated = [(row["as_of"], row["source"]), (row.get("spot_as_of", ""), row.get("spot_source", ""))]
        newest = max((date, by.split(" (")[0]) for date, by in dated)
        days_seen[instance_type][region] = max(newest, days_seen[instance_type].get(region, ("", "")))
    return days_seen


def instances(source: Path, provider: str, sales: Sightings) -> str:
    """instances.csv: every described type, corrected, and every type that is for sale but nowhere described."""
    accelerator_kg = {
        row["accelerator"]: float(row["embodied_kgco2e"]) for row in read(source / "instances" / "accelerators.csv")
    }
    rows = {}
    for cells in read(source / "instances" / f"{INSTANCE_FILES[provider]}.csv"):
        row = rules.corrected(provider, facts.instance_row(provider, cells), accelerator_kg)
        rows[row["instance_type"]] = row
    for row in survey_update.added_types(source, provider):
        rows.setdefault(row["instance_type"], row)
    for name, by_region in sales.items():
        if name not in rows:
            undescribed = facts.undescribed_row(provider, name, *max(by_region.values()))
            rows[name] = price_types.sized(undescribed, price_types.documented(provider, name))
    return csv_text(facts.INSTANCE_COLUMNS, (rows[name] for name in sorted(rows)))


def service_regions(path: Path, catalog_regions: set[str]) -> str:
    """aws/service_regions.csv: the regions of Lambda and Fargate among those of the catalog."""
    services = json.loads(path.read_text(encoding="utf-8"))["services"]
    rows = []
    for service in ("fargate", "lambda"):
        regions_of_service = {region for regions in services[service]["regions"].values() for region in regions}
        rows.append(
            {
                "service": service,
                "regions": " ".join(sorted(regions_of_service & catalog_regions)),
                "source": "prowler 5.46.0",
                "as_of": "2026-10",
            }
        )
    return csv_text(("service", "regions", "source", "as_of"), rows)


def tables(source: Path, aws_services: Path) -> Iterator[tuple[str, str]]:
    """(path below catalog/data, text) of every table."""
    yield "providers.csv", csv_text(facts.PROVIDER_COLUMNS, catalog_updates.providers(source))
    yield "region_pue.csv", csv_text(catalog_updates.PUE_COLUMNS, catalog_updates.region_pues(source))
    yield from regions(source)
    hosts = usual_hosts(source)
    yield "cpus.csv", cpus(source, hosts)
    yield "microarchitectures.csv", microarchitectures(source, hosts)
    yield "accelerators.csv", accelerators(source)
    for provider in INSTANCE_FILES:
        sales = sightings(source, provider)
        yield f"{provider}/instances.csv", instances(source, provider, sales)
    yield "type_aliases.csv", csv_text(survey_update.ALIAS_COLUMNS, aliases(source))
    retired = survey_update.retirement_rows(source, azure_names(source))
    yield "retirements.csv", csv_text(survey_update.RETIREMENT_COLUMNS, retired)
    aws = {row["region"] for row in read(source / "regions" / "regions.csv") if row["provider"] == "aws"}
    yield "aws/service_regions.csv", service_regions(aws_services, aws)


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the catalog's tables.")
    parser.add_argument("source_dir", type=Path)
    parser.add_argument("aws_services_json", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files")
    arguments = parser.parse_args()
    texts = tables(arguments.source_dir, arguments.aws_services_json)
    return write_or_compare({DATA / name: text for name, text in texts}, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
