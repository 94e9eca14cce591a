"""The pages: one file for each, which parses its address, asks the session and fills its template."""
