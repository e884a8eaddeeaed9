"""How well maps predict held-out judgments, and what that is to be compared with."""
