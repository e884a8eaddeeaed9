"""The importance of maps, over folds and for single images, and which maps are retained."""
