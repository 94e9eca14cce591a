"""Every conversion factor and model constant the arithmetic uses, each with its source."""

WATTS_PER_KILOWATT = 1000.0
GRAMS_PER_KILOGRAM = 1000.0
SECONDS_PER_HOUR = 3600
HOURS_PER_YEAR = 8760

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
# Differences between families below about 30 % are not evidence that one is greener.
INDISTINGUISHABLE_RATIO = 1.30
