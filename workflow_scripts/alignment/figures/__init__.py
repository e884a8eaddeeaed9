"""One module for each figure: tables and arrays in, a figure out."""
