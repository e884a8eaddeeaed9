"""What figures share: colours, labels, what is read off tables, and files that repeat."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from alignment.figures.charts import (
    ceilings_of,
    count,
    designs_of,
    labelled,
    lighter,
    looks,
    number,
    number_maps,
    places,
    save,
    source_label,
    spread,
    star,
    with_images,
)

KINDS = {"transalnet": "folder", "fine_grained": "bottom-up saliency", "gaussian": "baseline"}


def test_pictures_are_spread_over_the_cohort():
    assert spread(92, 8).tolist() == [0, 13, 26, 39, 52, 65, 78, 91]
    assert spread(3, 8).tolist() == [0, 1, 2]
    assert spread(1, 8).tolist() == [0]


def test_a_model_looks_the_same_whoever_else_is_drawn_after_it():
    models = [f"m{k}" for k in range(30)]
    known = looks(models)
    assert all(looks(models[:n]).items() <= known.items() for n in range(1, 30))
    assert len({(look.colour, look.marker) for look in known.values()}) == 30
    for part in ("colour", "marker", "line"):
        assert len({str(getattr(known[model], part)) for model in models[:5]}) == 5


def test_models_differ_in_grey_from_the_next():
    luma = [
        np.dot(to_rgb(look.colour), [0.299, 0.587, 0.114]) for look in looks("abcdefg").values()
    ]
    assert min(abs(np.diff(luma))) > 0.12


def test_numbers_have_a_minus_sign_and_counts_say_how_they_differ():
    assert number(-0.125) == "\N{MINUS SIGN}0.12"
    assert number(-0.001) == "0.00"
    assert number(3, 0) == "3"
    assert count([40, 40.0]) == "40"
    assert count([40, 38, 39]) == "38 to 40"
    assert (star(0.049), star(0.05), star(np.nan)) == ("*", "", "")


def test_places_stand_evenly_around_zero():
    assert places(1).tolist() == [0]
    assert places(4, 0.8).tolist() == pytest.approx([-0.3, -0.1, 0.1, 0.3])


def test_cohorts_are_told_with_their_number_of_images():
    table = {"cohort": np.array(["a", "b"]), "n_images": np.array([92, 48])}
    folds = {"unit": "images", "n_folds": 5}
    assert with_images(["b", "a"], table, folds) == ["b\nn = 48", "a\nn = 92"]
    folds["n_folds"] = 7
    assert with_images(["b", "a"], table, folds) == ["b\nn = 48 (6 a fold: few)", "a\nn = 92"]
    assert with_images(["b"], table, folds | {"unit": "pairs"}) == ["b\nn = 48"]


def test_numbers_of_maps_are_written_out():
    _, panel = plt.subplots()
    number_maps(panel, 1280)
    assert panel.get_xscale() == "log"
    assert [label.get_text() for label in panel.get_xticklabels()] == ["1", "10", "100", "1,000"]
    number_maps(panel, 1280, every=2)
    assert [label.get_text() for label in panel.get_xticklabels()] == ["1", "", "100", ""]
    number_maps(panel, 50, retained=105)
    assert [label.get_text() for label in panel.get_xticklabels()] == ["1", "10", "\nretained"]
    assert panel.get_xticks().tolist() == [1, 10, 105]


def test_a_lighter_colour_is_mixed_with_white():
    assert lighter("#000000", 0.25) == pytest.approx((0.25, 0.25, 0.25))
    assert lighter("#ff0000", 0.5) == pytest.approx((1, 0.5, 0.5))
    assert lighter("#123456", 1) == pytest.approx((1, 1, 1))


@pytest.mark.parametrize(("source", "kind"), KINDS.items())
def test_bottom_up_saliency_is_never_called_anything_else(source, kind):
    label = source_label(source, kind)
    assert ("bottom-up saliency" in label) == (kind == "bottom-up saliency")
    assert "gaze" not in label


def test_cohorts_and_models_are_those_of_the_table_in_its_order():
    table = {"cohort": np.array(["b", "b", "a", "a"]), "model": np.array(["n", "m", "n", "m"])}
    assert designs_of(table) == (["b", "a"], ["n", "m"])


def test_names_are_replaced_by_their_labels_where_they_have_one():
    table = {
        "cohort": np.array(["a", "b"]),
        "model_b": np.array(["m", "a"]),
        "image": np.array(["a", "m"]),
        "value": np.array([1.0, 2.0]),
    }
    labels = {"cohorts": {"a": "longer than before"}, "models": {"m": "M", "a": "A"}}
    found = labelled(table, labels)
    assert found["cohort"].tolist() == ["longer than before", "b"]
    assert found["model_b"].tolist() == ["M", "A"]
    assert found["image"].tolist() == ["a", "m"]
    assert found["value"] is table["value"]
    assert labelled(table, {}) == table


def test_dollars_of_a_label_begin_no_formula(tmp_path):
    table = labelled({"cohort": np.array(["a"])}, {"cohorts": {"a": "cheap ($1_$ items)"}})
    figure, panel = plt.subplots()
    panel.set_title(f"{table['cohort'][0]}, $R^2$")
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")  # fails where they do


def test_ceilings_are_told_by_cohort():
    table = {"cohort": np.array(["b", "a"]), "ceiling": np.array([0.5, np.nan])}
    found = ceilings_of(table)
    assert found["b"] == 0.5
    assert np.isnan(found["a"])


def test_equal_figures_are_equal_files(tmp_path):
    contents = []
    for name in "ab":
        figure, axes = plt.subplots()
        axes.plot([1, 2], [3, 1])
        paths = tmp_path / f"{name}.png", tmp_path / f"{name}.pdf"
        save(figure, *paths)
        contents.append([path.read_bytes() for path in paths])
        assert not plt.fignum_exists(figure.number)
    assert contents[0] == contents[1]


def test_words_in_a_pdf_are_type_that_journals_take(tmp_path):
    """TrueType, embedded: not the outlines that matplotlib writes by default."""
    figure, axes = plt.subplots()
    axes.set_title("words")
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content
