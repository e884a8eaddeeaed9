"""Where downloads are kept between runs, outside the results."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder of downloads.

    The environment variable ``ALIGNMENT_CACHE`` names it; by default it is ``alignment-importance``
    in the user's cache folder.
    """
    if folder := os.environ.get("ALIGNMENT_CACHE"):
        return Path(folder)
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(caches).expanduser() / "alignment-importance"
