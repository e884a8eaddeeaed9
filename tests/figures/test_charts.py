"""What figures share: colours, labels, what is read off tables, and files that repeat."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from alignment.figures.charts import (
    ceilings_of,
    designs_of,
    lighter,
    model_colours,
    save,
    source_label,
    spread,
)

KINDS = {"transalnet": "folder", "fine_grained": "bottom-up saliency", "gaussian": "baseline"}


def test_pictures_are_spread_over_the_cohort():
    assert spread(92, 8).tolist() == [0, 13, 26, 39, 52, 65, 78, 91]
    assert spread(3, 8).tolist() == [0, 1, 2]
    assert spread(1, 8).tolist() == [0]


def test_a_model_has_the_same_colour_whoever_else_is_drawn_after_it():
    models = [f"m{k}" for k in range(9)]
    colours = model_colours(models)
    assert all(model_colours(models[:n]).items() <= colours.items() for n in range(1, 9))
    assert len(set(model_colours(models[:4]).values())) == 4


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
