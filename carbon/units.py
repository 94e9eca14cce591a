"""Every conversion factor and model constant the arithmetic uses, each with its source."""

from datetime import timedelta

WATTS_PER_KILOWATT = 1000.0
GRAMS_PER_KILOGRAM = 1000.0
GRAMS_PER_TONNE = 1e6
GRAMS_PER_POUND = 453.59237  # exact: the international pound of 1959
KWH_PER_MWH = 1000.0
MINUTE_SECONDS = 60.0
SECONDS_PER_HOUR = 3600
HOUR_SECONDS = float(SECONDS_PER_HOUR)  # for arithmetic with fractions of an hour
SECONDS_PER_DAY = 86_400
HOUR = timedelta(hours=1)

# Utilisation -> share of the idle-to-full range. Medians of Teads' RAPL measurements on six
# Intel bare-metal EC2 hosts (2021); with two threads a core, half-busy vCPUs keep most cores awake.
CONCAVE_CURVE = ((0.0, 0.0), (0.10, 0.22), (0.50, 0.69), (1.0, 1.0))
# What Cloud Carbon Footprint and Cloud Jewels use; offered to reproduce their figures.
LINEAR_CURVE = ((0.0, 0.0), (1.0, 1.0))

DEFAULT_UTILIZATION = 0.5  # LBNL 2016 projection for hyperscale servers, as in Cloud Carbon Footprint

MEMORY_W_PER_GB = 0.392  # Cloud Carbon Footprint 2021: mean of Crucial 0.375 and Micron 0.4083
SSD_W_PER_TB = 1.2  # LBNL 2016 through Cloud Carbon Footprint
HDD_W_PER_TB = 0.65  # same

SERVER_LIFETIME_HOURS = 35_040.0  # four years: Teads 2021, Cloud Carbon Footprint, Dell R740 LCA

# Established tools disagree by about 1.6 (median) on CPU instances at half load and by
# 1.3 to 1.5 on GPU instances (catalog/data/README.md, "Accuracy").
UNCERTAINTY_FACTOR = 1.6
UNCERTAINTY_FACTOR_ACCELERATED = 1.4
# Fans, switches and network cards of a host with accelerators, which the model leaves out: an 8 x H100 server was
# measured at up to 8.4 kW (Latif et al., IEEE Access 13 (2025) 61740), 1.24 times the model's 6,772 W at full load.
ACCELERATED_HOST_FACTOR = 1.25

# Embodied emissions of a server by part (Teads 2021; DRAM: Dell PowerEdge R740 LCA, 533 kg for 12 x 32 GB;
# SSD: between Teads and Tannu and Nair 2022). Base server: one socket, 16 GB, no disk.
EMBODIED_SERVER_KG = 1000.0
EMBODIED_EXTRA_SOCKET_KG = 100.0
EMBODIED_MEMORY_KG_PER_GB = 1.388
EMBODIED_SSD_KG_PER_TB = 50.0

# Work of one Cascade Lake hardware thread at full load: median of 78 published SPECpower_ssj2008 results.
# The performance index of a vCPU is its own ssj_ops over this.
REFERENCE_SSJ_OPS_PER_THREAD = 51_421.0
# Work of a core whose second thread is off, over that of the core with both threads busy. 0.605: with it an AWS m7a
# (Zen 4, second thread off) does 1.5 times the work of an m6a thread (Zen 3), which is AWS's "up to 50 %" (2023-08).
# Lowest: AWS's "up to 30 %" of m8a over m7a. Highest: an OpenSSL build that AWS measured on a c6i (0.63 of the speed a
# thread, so 1 / 1.26). Between them lie Microsoft's ACU (0.66) and CoreMark (0.70) figures: docs/work-index.md.
SMT_OFF_SHARE = 0.605
SMT_OFF_SHARE_LOW = 0.57
SMT_OFF_SHARE_HIGH = 0.80
# Range of an index over its central figure. Measured: half of the published results of a microarchitecture lie within
# 12 % of its median. Estimated: the chain of Arm CPUs over makers' "up to" claims is good to 30 % at best.
WORK_SPREAD_MEASURED = 1.12
WORK_SPREAD_ESTIMATED = 1.30
GIGABYTES_PER_TERABYTE = 1000.0

# Where the known hours end, the outlook is profile x (1 + (ratio - 1) x 2^(-hours / half-life)). Of 3, 6, 12, 24,
# 48, 96 h and no decay, 96 h has the least error over 72 h in 118 zones (docs/backtest.md, "Half-life").
RATIO_HALF_LIFE_HOURS = 96.0
# A profile scaled to a live value is called a forecast for so long, and a baseline after that.
FORECAST_HORIZON_HOURS = 72


def pounds_per_mwh(gco2e_per_kwh: float) -> float:
    """The intensity in pounds of CO2e per MWh, the unit of WattTime and CarbonAware: times 1000 / 453.59237."""
    return gco2e_per_kwh * KWH_PER_MWH / GRAMS_PER_POUND
