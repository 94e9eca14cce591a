"""Examples of every file of an overlay, all commented out, so that a folder of them changes nothing."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.overlay.files import DISCOUNTS, INSTANCES, NODES, POLICY, PRICES, REGIONS, ZONES

# A contract whose power comes from the sun by day.
_HOURS = " ".join(["120"] * 8 + ["60"] * 8 + ["180"] * 8)
_MONTHS = "".join(f"# OWN-DC2,DE,,market,{month},{_HOURS},,,power contract 4712,2026-01\n" for month in range(1, 13))

_ZONES = """\
# Emission factors of your own. Remove "# " before a line to use it.
# basis: location (the grid; default) or market (a power contract, or a residual mix).
# A zone of the catalog (DE) keeps its country and the shares of its grid; a new one (OWN-DC1) needs a country.
# A factor of your own replaces live values and the profile. It is the same at every hour unless there are twelve rows
# with month (1 to 12) and 24 figures by UTC hour. source: where you have it from; as_of: a year, month or day.
# zone,country,gco2e_per_kwh,basis,month,gco2e_per_kwh_by_utc_hour,renewable_share,fossil_free_share,source,as_of
# DE,,363,location,,,,,environment agency,2024
# OWN-DC1,DE,0,market,,,1,1,power contract 4711,2026-01
"""
_REGIONS = """\
# Data centres of your own, and other facts about regions of the clouds. Without a provider the row is of provider own.
# Of a region of the catalog give only what differs; a new one needs all but name, pue and provider.
# iata: code of the nearest large airport. pue: facility energy over IT energy; empty: 1.56, the industry's average.
# provider,region,name,city,country,latitude,longitude,iata,zone,pue,source,as_of
# ,dc1,Data centre 1,Frankfurt,DE,50.11,8.68,FRA,OWN-DC1,1.25,meter readings,2026-01
# aws,eu-central-1,,,,,,,,1.2,our auditor,2025
"""
_INSTANCES = """\
# Machines of your own: power measured at 0, 10, 50 and 100 % load, at the plug of the server, before PUE.
# cpu_model (or microarchitecture) says how much work a vCPU does; with it and without watts the power is modelled.
# regions: where it is on offer, separated by spaces; empty: all regions of a provider of your own.
# instance_type,vcpus,memory_gb,cpu_model,arch,watts_0,watts_10,watts_50,watts_100,embodied_kgco2e,regions,source,as_of
# rack1,64,256,AMD EPYC 7763,x86_64,105,160,245,330,1300,dc1,power meter,2026-02
"""
_PRICES = """\
# What you pay, in USD an hour, Linux, before tax; a row replaces the prices that it gives.
# provider,region,instance_type,on_demand_usd_per_hour,spot_usd_per_hour,source,as_of
# ,dc1,rack1,1.25,,accounting,2026-01
# aws,eu-central-1,m7g.large,0.0801,,negotiated price,2026-01-15
"""
_DISCOUNTS = """\
# Discounts on the prices above and on list prices. Of several rows that match, the last one counts.
# Empty region: all of the provider. instance_type: * stands for any text. purchase: on-demand, spot, empty for both.
# provider,region,instance_type,purchase,discount_percent,source,as_of
# aws,,,on-demand,8,enterprise agreement,2026-01
# aws,eu-central-1,m7g.*,on-demand,28,savings plan,2026-01
"""
_POLICY = """\
# What everybody may use. rule: allow or forbid. subject: provider, region (provider:region) or instance_type.
# Where a subject has rows with allow, everything else of it is forbidden. * stands for any text. Answers repeat reason.
# rule,subject,name,reason,source,as_of
# forbid,provider,alibaba,no contract,purchasing,2026-01
# forbid,region,aws:us-*,personal data stays in Europe,data protection,2026-01
# forbid,instance_type,p5.*,needs the approval of the board,finance,2026-01
"""
_NODES = """\
# In which region the nodes of a Kubernetes cluster are, for a scheduler that sends names alone (nodeCacheCapable).
# node: its name; * stands for any text. Of several rows that match, a name without * counts, else the last one.
# node,provider,region,source,as_of
# *.eu-central-1.compute.internal,aws,eu-central-1,platform team,2026-01
# rack-7,,dc1,platform team,2026-01
"""
TEMPLATES: Mapping[str, str] = {
    ZONES: _ZONES + _MONTHS,
    REGIONS: _REGIONS,
    INSTANCES: _INSTANCES,
    PRICES: _PRICES,
    DISCOUNTS: _DISCOUNTS,
    POLICY: _POLICY,
    NODES: _NODES,
}
