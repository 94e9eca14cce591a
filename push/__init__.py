"""Tells others what changes: one publisher of all workers looks at the grid, and every worker follows what it saw."""
