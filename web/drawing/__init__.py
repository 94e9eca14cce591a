"""SVG from geometry: as a file with presentation attributes, which carries its own colours. Pure functions."""
