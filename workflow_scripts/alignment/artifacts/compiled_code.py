"""Where numba looks for machine code that an earlier process made."""

from numba.core import config
from numba.core.caching import UserProvidedCacheLocator


class ByContent(UserProvidedCacheLocator):
    """The folder in numba's setting itself, so that copies of one source share what is compiled.

    numba's own locator adds a folder named by the path of the source: every checkout would compile
    the same code again, and leave it behind.
    """

    def get_cache_path(self) -> str:
        return config.CACHE_DIR
