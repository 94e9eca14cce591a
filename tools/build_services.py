"""Makes the prices of services: service_rates.csv and aws/rds_prices.csv.

python -m tools.build_services AWS_PRICE EC2_SHOP          write the tables below catalog/data
python -m tools.build_services --check AWS_PRICE EC2_SHOP  compare with them; exit 1 on a difference

AWS_PRICE and EC2_SHOP are checkouts of lamngockhuong/aws-price and yeo/ec2.shop, which hold files of AWS's pricing
pages. The rates of other clouds are in tools/service_rates.csv, kept by hand. A factor for a region without a published
price is that of price_sources.csv, so this runs after tools.build_prices. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from tools.tables import DATA, Cells, csv_text, read, write_or_compare

HAND_RATES = Path(__file__).resolve().parent / "service_rates.csv"
RATES, CLASSES = "service_rates.csv", "aws/rds_prices.csv"
RATE_COLUMNS = (
    "provider", "service", "arch", "usd_per_vcpu_hour", "usd_per_gb_hour", "regions", "source", "as_of",
)  # fmt: skip
CLASS_COLUMNS = ("instance_type", "usd_per_hour", "regions", "source", "as_of")
SECONDS_PER_HOUR = 3600
MICRO_USD = Decimal("0.000001")
# service, architecture, labels of AWS's file for a vCPU and for a GB, seconds in the unit of the price
AWS_RATES = (
    ("lambda", "x86_64", "", "Lambda Duration", SECONDS_PER_HOUR),
    ("lambda", "arm64", "", "Lambda Duration-ARM", SECONDS_PER_HOUR),
    ("fargate", "x86_64", "perCPU per hour", "perGB per hour", 1),
    ("fargate", "arm64", "ARM perCPU per hour", "ARM perGB per hour", 1),
)
FILE_OF = {"lambda": "lambda.json", "fargate": "ecs.json"}
RDS_FILE = re.compile(r"(?P<region>[a-z-]+-\d)-rds-postgresql-reservedinstance-single-az-1y\.json")
FACTOR = re.compile(r"us-east-1 price x (?P<factor>[\d.]+),")


def amount(value: Decimal) -> str:
    """The number without trailing zeros; empty where it is 0, which no price list means."""
    return f"{value.normalize():f}" if value else ""


def aws_rates(repository: Path) -> Iterator[Cells]:
    """A row for each pair of rates, with the regions that have it."""
    folder = repository / "lib" / "data"
    codes = {name: place["code"] for name, place in _json(folder / "locations.json").items()}
    for service, arch, vcpu_label, gb_label, seconds in AWS_RATES:
        file = _json(folder / "pricing" / FILE_OF[service])
        regions: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, prices in file["regions"].items():
            if name in codes and gb_label in prices:
                vcpu = Decimal(prices[vcpu_label]["price"]) if vcpu_label else Decimal(0)
                rates = amount(vcpu * seconds), amount(Decimal(prices[gb_label]["price"]) * seconds)
                regions[rates].append(codes[name])
        for rates, names in regions.items():
            yield _rate_row(("aws", service, arch), rates, names, f"aws-{service}", _published(file))


def hand_rates(rows: Iterable[Cells]) -> Iterator[Cells]:
    """The rates kept by hand, which are prices of a second."""
    for row in rows:
        rates = [amount(Decimal(row[f"usd_per_{part}_second"]) * SECONDS_PER_HOUR) for part in ("vcpu", "gb")]
        names = (row["provider"], row["service"], "")
        yield _rate_row(names, (rates[0], rates[1]), row["regions"].split(), row["source"], row["as_of"])


def _rate_row(
    names: tuple[str, str, str], rates: tuple[str, str], regions: list[str], source: str, as_of: str
) -> Cells:
    return dict(zip(RATE_COLUMNS, (*names, *rates, " ".join(sorted(regions)), source, as_of), strict=True))


def class_rows(repository: Path, sources: Iterable[Cells]) -> Iterator[Cells]:
    """Published prices of every database class; where a region has no price list, us-east-1's times its factor."""
    prices: dict[tuple[str, Decimal], list[str]] = defaultdict(list)
    dates, listed, base = set(), set(), {}
    for path in sorted((repository / "data" / "rds").iterdir()):
        name = RDS_FILE.fullmatch(path.name)
        text = path.read_text(encoding="utf-8")
        if name is None or not text.startswith("{"):  # zones beside a region; an error page: no list of that region
            continue
        file = json.loads(text)
        for place in file["regions"].values():
            for row in place.values():
                price = Decimal(row["OnDemand:PricePerUnit"])
                prices[row["Instance Type"], price].append(name["region"])
                listed.add(name["region"])
                dates.add(_published(file))
                if name["region"] == "us-east-1":
                    base[row["Instance Type"]] = price
    (as_of,) = dates
    for (instance_type, price), regions in prices.items():
        yield _class_row(instance_type, price, regions, "aws-rds", as_of)
    for region, factor in factors(sources).items():
        if region not in listed:
            for instance_type, price in base.items():
                estimate = (price * factor).quantize(MICRO_USD)
                yield _class_row(instance_type, estimate, [region], f"us-east-1-x-{region}", as_of)


def factors(sources: Iterable[Cells]) -> Mapping[str, Decimal]:
    """Region -> what it costs more than us-east-1, from the sources of estimates."""
    estimates = (row for row in sources if row["is_estimate"])
    factors = ((row["key"].removeprefix("us-east-1-x-"), FACTOR.match(row["what"])) for row in estimates)
    return {region: Decimal(match["factor"]) for region, match in factors if match}


def _class_row(instance_type: str, price: Decimal, regions: list[str], source: str, as_of: str) -> Cells:
    cells = (instance_type, amount(price), " ".join(sorted(set(regions))), source, as_of)
    return dict(zip(CLASS_COLUMNS, cells, strict=True))


def dated() -> Iterator[tuple[str, str]]:
    """Source and date of every row of both tables."""
    for name in (RATES, CLASSES):
        yield from ((row["source"], row["as_of"]) for row in read(DATA / name))


def _published(file: Mapping[str, Any]) -> str:
    return str(file["manifest"]["hawkFilePublicationDate"])[: len("2025-10-30")]


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def tables(aws_price: Path, ec2_shop: Path) -> Iterator[tuple[str, str]]:
    """(path below catalog/data, text) of both tables."""
    rates = sorted([*aws_rates(aws_price), *hand_rates(read(HAND_RATES))], key=lambda row: [*row.values()])
    yield RATES, csv_text(RATE_COLUMNS, rates)
    classes = class_rows(ec2_shop, read(DATA / "price_sources.csv"))
    yield CLASSES, csv_text(CLASS_COLUMNS, sorted(classes, key=lambda row: [*row.values()]))


def main() -> int:
    """Exit status: 0, or 1 where --check finds a difference."""
    parser = argparse.ArgumentParser(description="Make the tables of services' prices.")
    parser.add_argument("aws_price", type=Path)
    parser.add_argument("ec2_shop", type=Path)
    parser.add_argument("--check", action="store_true", help="compare with the existing files")
    arguments = parser.parse_args()
    texts = tables(arguments.aws_price, arguments.ec2_shop)
    return write_or_compare({DATA / name: text for name, text in texts}, check=arguments.check)


if __name__ == "__main__":
    sys.exit(main())
