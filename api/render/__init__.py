"""Results -> JSON: the names of fields and the rounding of numbers live here only."""
