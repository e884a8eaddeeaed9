"""Pairs of images, their similarities, and the fit with judgments."""
