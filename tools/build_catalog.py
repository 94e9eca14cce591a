"""Makes the catalog's tables of providers, regions, CPUs, accelerators and instance types.

python -m tools.build_catalog SOURCE_DIR AWS_SERVICES_JSON          write the tables
python -m tools.build_catalog --check SOURCE_DIR AWS_SERVICES_JSON  compare with them; exit 1 on a difference

SOURCE_DIR holds `regions/`, `instances/`, `prices/` and `update-2026-11/`; AWS_SERVICES_JSON is prowler's table of AWS
services by region. The same input gives the same bytes. services.csv and service_sizes.csv are kept by hand.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tools import catalog_facts as facts
from tools import catalog_rules as rules
from tools import catalog_updates, price_types, survey_update

DATA = Path(__file__).resolve().parent.parent / "catalog" / "data"
INSTANCE_FILES = {"aws": "aws", "azure": "azure", "gcp": "gcp", "scaleway": "other"}
PRICE_FILES = {"aws": "aws", "azure": "azure", "gcp": "gcp", "scaleway": "eu_others"}
# Availability zones that a price list names where the catalog has the region.
REGION_OF_PRICE_ROW = {("scaleway", "fr-par-1"): "fr-par"}

Cells = dict[str, str]
Sightings = dict[str, dict[str, tuple[str, str]]]  # type -> region -> (newest date seen, by whom)


def read(path: Path) -> list[Cells]:
    """The rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """CSV text with exactly these columns."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="raise")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def regions(source: Path) -> Iterator[tuple[str, str]]:
    """(path, text) of every provider's regions.csv."""
    by_provider: dict[str, dict[str, Cells]] = defaultdict(dict)
    for cells in read(source / "regions" / "regions.csv"):
        by_provider[cells["provider"]][cells["region"]] = facts.region_row(cells)
    for provider, survey in by_provider.items():
        rows = survey | catalog_updates.regions(source, provider)
        yield f"{provider}/regions.csv", table(facts.REGION_COLUMNS, (rows[region] for region in sorted(rows)))


def cpus(source: Path, hosts: Mapping[str, str]) -> str:
    """cpus.csv: power from cpu_models.csv, work from performance.csv, the usual host from the instance lists."""
    work = {row["name"]: row for row in read(source / "instances" / "performance.csv") if row["kind"] == "cpu"}
    rows = read(source / "instances" / "cpu_models.csv")
    described = [facts.cpu_row(row, work[row["cpu_model"]], hosts) for row in rows]
    return table(facts.CPU_COLUMNS, described + survey_update.read(source, "cpus_add.csv"))


def microarchitectures(source: Path, hosts: Mapping[str, str]) -> str:
    """microarchitectures.csv: the fallback where an instance's CPU model is not known."""
    rows = read(source / "instances" / "power_coefficients.csv")
    return table(facts.MICROARCHITECTURE_COLUMNS, (facts.microarchitecture_row(row, hosts) for row in rows))


def accelerators(source: Path) -> str:
    """accelerators.csv: power from accelerators.csv, throughput from performance.csv."""
    work = {row["name"]: row for row in read(source / "instances" / "performance.csv") if row["kind"] == "accelerator"}
    rows = read(source / "instances" / "accelerators.csv")
    return table(facts.ACCELERATOR_COLUMNS, (facts.accelerator_row(row, work[row["accelerator"]]) for row in rows))


def usual_hosts(source: Path) -> dict[str, str]:
    """CPU model, microarchitecture or arch -> "vCPUs sockets" of the host most of its instances name."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name in INSTANCE_FILES.values():
        for row in read(source / "instances" / f"{name}.csv"):
            for key in {row["cpu_model"], row["microarchitecture"], row["arch"]} - {""}:
                counts[key][f"{row['host_vcpus']} {row['host_sockets']}"] += 1
    return {key: min(found, key=lambda host: (-found[host], host)) for key, found in counts.items()}


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
    seen: Sightings = defaultdict(dict)
    for row in read(source / "prices" / f"{PRICE_FILES[provider]}.csv"):
        if row["provider"] != provider:
            continue
        region = REGION_OF_PRICE_ROW.get((provider, row["region"]), row["region"])
        name = rules.canonical_name(provider, row["instance_type"])
        instance_type = spellings.get((provider, name), name)
        dated = [(row["as_of"], row["source"]), (row.get("spot_as_of", ""), row.get("spot_source", ""))]
        newest = max((date, by.split(" (")[0]) for date, by in dated)
        seen[instance_type][region] = max(newest, seen[instance_type].get(region, ("", "")))
    return seen


def instances(source: Path, provider: str, seen: Sightings) -> str:
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
    for name, by_region in seen.items():
        if name not in rows:
            undescribed = facts.undescribed_row(provider, name, *max(by_region.values()))
            rows[name] = price_types.sized(undescribed, price_types.documented(provider, name))
    return table(facts.INSTANCE_COLUMNS, (rows[name] for name in sorted(rows)))


def service_regions(path: Path, known: set[str]) -> str:
    """aws/service_regions.csv: the regions of Lambda and Fargate among those of the catalog."""
    services = json.loads(path.read_text(encoding="utf-8"))["services"]
    rows = []
    for service in ("fargate", "lambda"):
        listed = {region for regions in services[service]["regions"].values() for region in regions}
        rows.append(
            {
                "service": service,
                "regions": " ".join(sorted(listed & known)),
                "source": "prowler 5.46.0",
                "as_of": "2026-10",
            }
        )
    return table(("service", "regions", "source", "as_of"), rows)


def tables(source: Path, aws_services: Path) -> Iterator[tuple[str, str]]:
    """(path below catalog/data, text) of every table."""
    yield "providers.csv", table(facts.PROVIDER_COLUMNS, catalog_updates.providers(source))
    yield "region_pue.csv", table(catalog_updates.PUE_COLUMNS, catalog_updates.region_pues(source))
    yield from regions(source)
    hosts = usual_hosts(source)
    yield "cpus.csv", cpus(source, hosts)
    yield "microarchitectures.csv", microarchitectures(source, hosts)
    yield "accelerators.csv", accelerators(source)
    for provider in INSTANCE_FILES:
        seen = sightings(source, provider)
        yield f"{provider}/instances.csv", instances(source, provider, seen)
    yield "type_aliases.csv", table(survey_update.ALIAS_COLUMNS, aliases(source))
    retired = survey_update.retirement_rows(source, azure_names(source))
    yield "retirements.csv", table(survey_update.RETIREMENT_COLUMNS, retired)
    aws = {row["region"] for row in read(source / "regions" / "regions.csv") if row["provider"] == "aws"}
    yield "aws/service_regions.csv", service_regions(aws_services, aws)


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the catalog's tables.")
    parser.add_argument("source_dir", type=Path)
    parser.add_argument("aws_services_json", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files")
    arguments = parser.parse_args()
    stale = 0
    for name, text in tables(arguments.source_dir, arguments.aws_services_json):
        path = DATA / name
        if arguments.check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                print(f"differs: {name}")
                stale = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{name}: {text.count(chr(10)) - 1} rows, {len(text.encode()):,} bytes")
    return stale


if __name__ == "__main__":
    sys.exit(main())
