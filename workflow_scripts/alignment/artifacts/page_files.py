"""Pages for a browser, and the scripts beside them."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from alignment.artifacts.files import replacing


def write_page(path: str | Path, page: str, data: str | Path, scripts: Mapping[str, str]) -> None:
    """Write a page and the scripts that it loads.

    Parameters
    ----------
    path : path
    page : str
        HTML.
    data : path
        The folder of the scripts, made anew.
    scripts : dict of str to str
        By file name.
    """
    data = Path(data)
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    for name, script in scripts.items():
        with replacing(data / name) as partial:
            partial.write_text(script, encoding="utf-8")
    with replacing(path) as partial:
        partial.write_text(page, encoding="utf-8")
