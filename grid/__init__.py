"""Live carbon intensity: the sources, their calls, and the readings of many zones from all of them."""
