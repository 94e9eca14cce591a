"""What an answer read of the grid and of the solver: recorded, stored as JSON, and read again."""
