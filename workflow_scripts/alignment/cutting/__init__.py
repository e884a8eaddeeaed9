"""Where networks are cut: feature maps, embedding, and the head between the two."""
