"""Recent hours of a grid zone and its usual pattern -> the hours to come, with a range. Pure functions over arrays."""
