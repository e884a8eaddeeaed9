"""The page: template, style and scripts joined into one file, and what it holds beside them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

HERE = Path(__file__).parent
LARGEST = 15_000_000  # characters of a page that holds everything itself
# In this order: each uses only what stands above it until the page has loaded.
SCRIPTS = (
    *("arrays", "state", "maps", "pictures", "elements"),
    *("grid", "picture", "pairs", "pair", "arrangement", "numbers", "feature_map", "methods"),
    *("saving", "page"),
)


def as_script(content: Any) -> str:
    """Return content as JSON that can stand inside a script element.

    Names may hold ``</script>`` or ``<!--``, which end or change the element, and U+2028, which
    older browsers take for the end of a line.
    """
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
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
    files = jinja2.FileSystemLoader(HERE)
    environment = jinja2.Environment(
        loader=files, autoescape=True, undefined=jinja2.StrictUndefined
    )

    def source(name):  # as it is: braces in a style or a script mean nothing to the template
        return files.get_source(environment, name)[0]

    return environment.get_template("page.html").render(
        title=title,
        style=source("page.css"),
        script="\n".join(source(f"scripts/{name}.js") for name in SCRIPTS),
        contents=as_script(contents),
        packs=[(name, as_script(pack)) for name, pack in packs.items()],
    )


def page_of(
    contents: Mapping[str, Any], packs: Mapping[str, Any], data: str
) -> tuple[str, dict[str, str]]:
    """Return the page, and the scripts beside it that hold what would make it too large.

    Parameters
    ----------
    contents, packs : dict
        See :func:`render`.
    data : str
        The folder of the scripts as the page names it.

    Returns
    -------
    page : str
        HTML.
    scripts : dict of str to str
        By file name, one for each pack, which a page that was opened as a file can load as well;
        none where the page holds everything.
    """
    title = contents["dataset"]["label"]
    page = render(title, {**contents, "data": None}, packs)
    if len(page) <= LARGEST:
        return page, {}
    scripts = {
        f"{name.replace('/', '~')}.js": f"receive({as_script(name)},{as_script(pack)});\n"
        for name, pack in packs.items()
    }
    return render(title, {**contents, "data": f"{data}/"}, {}), scripts
