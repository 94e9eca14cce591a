"""Compares the answers of two versions of the service to the same several hundred questions."""
