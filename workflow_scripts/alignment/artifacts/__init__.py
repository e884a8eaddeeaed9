"""Files of the workflow: what is written, read back, and checked on the way."""
