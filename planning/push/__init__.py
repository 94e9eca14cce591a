"""What is worth telling of a look at many zones, and when a value crosses a limit. Values in, values out."""
