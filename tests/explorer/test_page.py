"""The page as a file: what is joined, escaped, asked for, and readable."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from alignment.explorer import page
from alignment.explorer.page import SCRIPTS, as_script, page_of, render

HERE = Path(page.__file__).parent
NASTY = {"</script>": ["<!--", "\u2028", '"', "猫", "a&b"], "n": [1, None]}
CONTENTS = {"dataset": {"id": "d", "label": "<i>label</i>"}}


class Scripts(HTMLParser):
    """Collects the scripts of a page as a browser would find them, and other tags' addresses."""

    def __init__(self, text):
        super().__init__()
        self.scripts, self.addresses, self.inside = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.addresses += [attributes[name] for name in ("src", "href") if name in attributes]
        if tag == "script":
            self.inside = [attributes, ""]

    def handle_endtag(self, tag):
        if tag == "script":
            self.scripts.append(self.inside)
            self.inside = None

    def handle_data(self, data):
        if self.inside is not None:
            self.inside[1] += data


def test_scripts_hold_anything_and_give_it_back():
    text = as_script(NASTY)
    assert "</" not in text
    assert "<!--" not in text
    assert json.loads(text) == NASTY
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_script(float("nan"))


def test_a_browser_finds_contents_packs_and_the_program():
    text = render("<b>&", CONTENTS | {"data": None, "odd": NASTY}, {'a/"b"': NASTY, "c": [1]})
    found = Scripts(text)
    contents, first, second, program = found.scripts
    assert contents[0]["id"] == "contents"
    assert json.loads(contents[1])["odd"] == NASTY
    assert first[0]["data-pack"] == 'a/"b"'
    assert json.loads(first[1]) == NASTY
    assert json.loads(second[1]) == [1]
    for name in SCRIPTS:
        assert (HERE / "scripts" / f"{name}.js").read_text("utf-8") in program[1]
    assert "<title>&lt;b&gt;&amp;</title>" in text


def test_every_script_is_joined():
    assert sorted(SCRIPTS) == sorted(file.stem for file in HERE.joinpath("scripts").glob("*.js"))


def test_nothing_is_asked_of_any_other_place():
    text = render("title", CONTENTS | {"data": None}, {})
    assert [a for a in Scripts(text).addresses if not a.startswith(("#", "data:"))] == []
    assert re.findall(r"https?://", text) == []
    assert "@import" not in text
    assert "url(" not in text


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_name_can_become_markup(name):
    script = (HERE / "scripts" / f"{name}.js").read_text("utf-8")
    for danger in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert danger not in script


def test_a_small_page_holds_everything():
    text, scripts = page_of(CONTENTS, {"a/b": [1]}, "data/d")
    assert scripts == {}
    assert 'data-pack="a/b"' in text


def test_a_large_page_keeps_its_packs_beside_it(monkeypatch):
    monkeypatch.setattr(page, "LARGEST", 0)
    text, scripts = page_of(CONTENTS, {"a/b": NASTY}, "data/d")
    assert 'data-pack="' not in text
    assert '"data":"data/d/"' in text
    assert scripts == {"a~b.js": f'receive("a/b",{as_script(NASTY)});\n'}


def luminance(colour):
    colour = colour.lstrip("#")
    if len(colour) == 3:
        colour = "".join(2 * digit for digit in colour)
    channels = [int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_text_stands_out_from_what_lies_behind_it(theme):
    style = (HERE / "page.css").read_text("utf-8")
    blocks = {"dark": r":root \{(.*?)\}", "light": r'\[data-theme="light"\] \{(.*?)\}'}
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", re.search(blocks[theme], style, re.S)[1]))
    pairs = [("on-accent", "accent")]
    pairs += [(text, on) for text in ("text", "muted") for on in ("ground", "panel", "raised")]
    for text, ground in pairs:
        low, high = sorted(luminance(colours[name]) for name in (text, ground))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, ground)
    for k in range(6):
        low, high = sorted(luminance(colours[name]) for name in (f"model-{k}", "ground"))
        assert (high + 0.05) / (low + 0.05) >= 3, f"marks of the network {k}"
