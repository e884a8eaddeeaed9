"""The page in which people look at a dataset: what it holds, and how it is put together."""
