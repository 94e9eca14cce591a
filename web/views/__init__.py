"""The paths of the pictures: parse, ask the session, draw."""
