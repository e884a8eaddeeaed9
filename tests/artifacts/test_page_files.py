"""Pages: whole, and without what an earlier page left."""

from alignment.artifacts.page_files import write_page


def test_a_page_has_its_own_scripts_alone_beside_it(tmp_path):
    data = tmp_path / "data" / "d"
    data.mkdir(parents=True)
    (data / "left.js").write_text("of an earlier page")
    write_page(tmp_path / "d.html", "<p>é", data, {"a.js": "1"})
    assert (tmp_path / "d.html").read_text("utf-8") == "<p>é"
    assert [(file.name, file.read_text()) for file in data.iterdir()] == [("a.js", "1")]
