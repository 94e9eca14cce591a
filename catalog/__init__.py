"""What the clouds offer: facts as tables, read once at start."""
