"""Saliency maps, and how far heatmaps lie where pictures are salient."""
