"""Pages and what is gathered for them: whole, and without what an earlier page left."""

import pytest

from alignment.artifacts.page_files import read_json, write_json, write_page


def test_what_is_gathered_is_read_as_it_was_written(tmp_path):
    content = {"a": ["猫", None, 1.5], "b": "</script>"}
    write_json(tmp_path / "new" / "packs.json", content)
    assert read_json(tmp_path / "new" / "packs.json") == content


def test_what_json_has_no_word_for_is_refused_and_nothing_is_left(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(tmp_path / "packs.json", [float("nan")])
    assert list(tmp_path.iterdir()) == []


def test_a_page_has_its_own_scripts_alone_beside_it(tmp_path):
    data = tmp_path / "data" / "d"
    data.mkdir(parents=True)
    (data / "left.js").write_text("of an earlier page")
    write_page(tmp_path / "d.html", "<p>é", data, {"a.js": "1"})
    assert (tmp_path / "d.html").read_text("utf-8") == "<p>é"
    assert [(file.name, file.read_text()) for file in data.iterdir()] == [("a.js", "1")]
