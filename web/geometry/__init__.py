"""Where things stand in a picture: scales, projections, places of marks, widths of text. Pure functions over values."""
