"""The country codes of Energy-Charts, with our zones: first the country itself where we have it, then its parts."""

from __future__ import annotations

from collections.abc import Mapping

COUNTRIES: Mapping[str, tuple[str, ...]] = {
    "at": ("AT",),
    "ba": ("BA",),
    "be": ("BE",),
    "ch": ("CH",),
    "cy": ("CY",),
    "cz": ("CZ",),
    "de": ("DE",),
    "dk": ("DK", "DK-DK1", "DK-DK2"),
    "ee": ("EE",),
    "es": ("ES",),
    "fi": ("FI",),
    "fr": ("FR",),
    "ge": ("GE",),
    "gr": ("GR",),
    "hr": ("HR",),
    "hu": ("HU",),
    "ie": ("IE",),
    "it": ("IT", "IT-CNO", "IT-CSO", "IT-NO", "IT-SAR", "IT-SIC", "IT-SO"),
    "lt": ("LT",),
    "lu": ("LU",),
    "lv": ("LV",),
    "md": ("MD",),
    "me": ("ME",),
    "mk": ("MK",),
    "nl": ("NL",),
    "no": ("NO", "NO-NO1", "NO-NO2", "NO-NO3", "NO-NO4", "NO-NO5"),
    "pl": ("PL",),
    "pt": ("PT",),
    "ro": ("RO",),
    "rs": ("RS",),
    "se": ("SE", "SE-SE1", "SE-SE2", "SE-SE3", "SE-SE4"),
    "sk": ("SK",),
    "ua": ("UA",),
    "xk": ("XK",),
}
# The names of neighbours in flows; some clients have seen others for the same country.
NEIGHBOURS: Mapping[str, str] = {
    "albania": "AL", "austria": "AT", "belgium": "BE", "bosnia and herzegovina": "BA", "bosnia-herzegovina": "BA",
    "bulgaria": "BG", "croatia": "HR", "czech republic": "CZ", "czechia": "CZ", "denmark": "DK", "estonia": "EE",
    "finland": "FI", "france": "FR", "germany": "DE", "great britain": "GB", "greece": "GR", "hungary": "HU",
    "ireland": "IE", "italy": "IT", "kosovo": "XK", "latvia": "LV", "lithuania": "LT", "luxembourg": "LU",
    "malta": "MT", "moldova": "MD", "montenegro": "ME", "morocco": "MA", "netherlands": "NL", "north macedonia": "MK",
    "norway": "NO", "poland": "PL", "portugal": "PT", "romania": "RO", "serbia": "RS", "slovakia": "SK",
    "slovenia": "SI", "spain": "ES", "sweden": "SE", "switzerland": "CH", "turkey": "TR", "ukraine": "UA",
    "united kingdom": "GB",
}  # fmt: skip
COUNTRY_OF: Mapping[str, str] = {zone: country for country, zones in COUNTRIES.items() for zone in zones}
