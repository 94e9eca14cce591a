"""The operator's own facts: CSV files laid over the tables that ship with the project."""
