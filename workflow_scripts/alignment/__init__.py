"""Alignment importance of feature maps: arrays in, arrays out.

The library behind the workflow's scripts.  Nothing in it knows Snakemake, and importing a module
that does not deal with networks never imports torch.

Source of the method: Truong, Pesenti & Hasson, "Explaining Human Comparisons Using
Alignment-Importance Heatmaps", arXiv 2409.16292.
"""
