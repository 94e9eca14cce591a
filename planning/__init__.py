"""How to choose: values in, values out; nothing fetched, no clock."""
