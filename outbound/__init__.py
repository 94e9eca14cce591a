"""Requests to URLs that a caller named: only to public hosts, or to those that the operator allows."""
