"""What lies between feature maps and embedding, with maps switched on and off."""
