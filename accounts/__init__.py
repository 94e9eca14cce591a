"""What a provider knows of the caller's accounts: names, costs, and its own figures of emissions."""
