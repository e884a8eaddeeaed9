"""The figures of topographic networks, one module each."""
