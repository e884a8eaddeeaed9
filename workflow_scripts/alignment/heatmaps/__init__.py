"""Where in a picture it matters, as numbers and on the picture."""
