"""What the words mean: values and arithmetic. Standard library only; no I/O, no clock."""
