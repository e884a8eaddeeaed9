"""Intervals, corrections and chance levels that several stages need."""
