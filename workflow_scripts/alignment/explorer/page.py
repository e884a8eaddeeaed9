"""The page: template, style and scripts joined into one file, and what it holds beside them."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from alignment.artifacts.files import replacing

HERE = Path(__file__).parent
LARGEST = 15_000_000  # characters of a page that holds everything itself
# In this order: each uses only what stands above it until the page has loaded.
SCRIPTS = (
    *("arrays", "state", "maps", "pictures", "elements"),
    *("grid", "picture", "pairs", "pair", "arrangement", "numbers", "feature_map", "methods"),
    "page",
)


def as_script(contents: Any) -> str:
    """Return contents as JSON that can stand inside a script element.

    Names may hold ``</script>`` or ``<!--``, which end or change the element, and U+2028, which
    older browsers take for the end of a line.
    """
    text = json.dumps(contents, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def render(title: str, contents: Mapping[str, Any], packs: Mapping[str, Any]) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    title : str
    contents : dict
        What the page needs before anything is shown; JSON without NaN.
    packs : dict of str to JSON
        What a view needs when it is opened, by name, in the page itself.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined
    )
    scripts = [HERE.joinpath("scripts", f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    return environment.get_template("page.html").render(
        title=title,
        style=HERE.joinpath("page.css").read_text("utf-8"),
        script="\n".join(scripts),
        contents=as_script(contents),
        packs=[(name, as_script(pack)) for name, pack in packs.items()],
    )


def write_page(
    path: str | Path, data: str | Path, contents: Mapping[str, Any], packs: Mapping[str, Any]
) -> int:
    """Write the page, and what would make it too large beside it.

    Parameters
    ----------
    path : path
        Of the page.
    data : path
        Of a folder below the page's own, made anew: empty where the page holds everything, else
        with one script for each pack, which a page that was opened as a file can load as well.
    contents, packs : dict
        See :func:`render`.

    Returns
    -------
    int
        Size of the page in bytes.
    """
    data = Path(data)
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    title = contents["dataset"]["label"]
    text = render(title, {**contents, "data": None}, packs)
    if len(text) > LARGEST:
        for name, pack in packs.items():
            with replacing(data / f"{pack_file(name)}.js") as partial:
                script = f"receive({as_script(name)},{as_script(pack)});\n"
                partial.write_text(script, encoding="utf-8")
        beside = data.relative_to(Path(path).parent).as_posix() + "/"
        text = render(title, {**contents, "data": beside}, {})
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")
    return Path(path).stat().st_size


def write_json(path: str | Path, content: Any) -> None:
    """Write contents, such as packs, for a page to be made of them later."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(content, allow_nan=False), encoding="utf-8")


def read_json(path: str | Path) -> Any:
    """Read what :func:`write_json` wrote."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def pack_file(name: str) -> str:
    """Return the file name of a pack: its name with `~` between the parts."""
    return name.replace("/", "~")
