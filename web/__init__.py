"""What people look at: pictures of the grid. It asks the engine as the JSON endpoints do, and decides nothing."""
