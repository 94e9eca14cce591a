"""What the parameters in paths are: a description and an example of each."""

from __future__ import annotations

PATH_PARAMETERS = {
    "region": ("A region's id, or provider:region.", "ca-central-1"),
    "zone": ("A grid zone, as Electricity Maps names it.", "CA-QC"),
    "id": ("A provider, in upper or lower case.", "aws"),
    "countryCode": ("An ISO 3166 alpha-2 code, in upper or lower case; UK means GB.", "SE"),
    "name": ("The last part of a problem's type.", "invalid-request"),
    "webhook_id": ("The id of a webhook.", "wh_5f0c2d9be6a14a7c8f3e1b20"),
    "delivery_id": ("The id of a delivery.", "dlv_1d6b2c9e0f3a4b5c6d7e8f90"),
    "decision_id": ("The id of a recorded decision.", "dec_6f1c0f7f2f0e4c58a9d1d5b3c7e80a42"),
    "usage_id": ("Your name of a row of usage.", "build-4711"),
    "budget_name": ("The name of a budget.", "search"),
    "plan_id": ("The id of a plan in the background.", "6f1c0f7f2f0e4c58a9d1d5b3c7e80a42"),
    "iata": ("IATA code of an airport or of a metropolitan area such as LON, in upper or lower case.", "ARN"),
}
