"""Prices from the providers' own lists."""
