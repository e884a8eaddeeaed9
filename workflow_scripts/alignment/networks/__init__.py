"""Networks and their weights: built by name, read and checked, run."""
