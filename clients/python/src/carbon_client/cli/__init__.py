"""The command `carbon`: one module for each of its commands, which read words and write tables."""
