"""Where and when several jobs run."""
