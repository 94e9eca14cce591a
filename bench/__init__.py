"""Measures the service under gunicorn beside the smallest Flask JSON endpoint; never imported by the service."""
