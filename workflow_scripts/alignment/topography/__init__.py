"""Networks whose units lie on a grid, and what it does to them to train neighbours alike."""
