"""Keeps the facts of each process up to date while it serves."""
