"""Solves plans in a process of its own, so that no worker loads the solver or is held up by it."""
