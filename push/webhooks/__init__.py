"""Webhooks: managed at the desk, decided from the log of events, and sent by one process of all."""
