"""Whether heatmaps point at what matters: what keeping or deleting their top areas does."""
