"""Networks and their weights, and where they are cut."""
