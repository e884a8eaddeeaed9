"""Matrices of agreement between cohorts, one per dataset and model."""

import numpy as np
import pytest
from designs import columns
from matplotlib.colors import to_rgb

from alignment.artifacts.errors import InputError
from alignment.figures.cohort_agreement import draw, matrix


def cohort_table(designs):
    names = ("dataset", "model", "cohort_a", "cohort_b", "correlation", "rank_correlation")
    names += ("n_shared", "n_images_a", "n_images_b", "influential_map", "correlation_without")
    sizes = {"x": 92, "y": 48, "z": 44}
    rows = [
        dict(zip(names, (d, m, a, b, r, r / 10, n, sizes[a], sizes[b], 605, r - 0.05), strict=True))
        for d, m in designs
        for a, b, r, n in [("x", "y", 0.5, 48), ("x", "z", -0.8, 44), ("y", "z", np.nan, 0)]
    ]
    return columns(rows)


@pytest.mark.parametrize(("column", "scale"), [("correlation", 1), ("rank_correlation", 0.1)])
def test_a_matrix_holds_one_coefficient(column, scale):
    cohorts, values = matrix(cohort_table([("d", "m")]), column)
    assert cohorts == ["x", "y", "z"]
    expected = [[np.nan, 0.5, -0.8], [0.5, np.nan, np.nan], [-0.8, np.nan, np.nan]]
    np.testing.assert_allclose(values, scale * np.array(expected))


@pytest.mark.parametrize("n_designs", [1, 2, 5])
def test_panels_show_one_coefficient_each_and_the_shared_images(saved, n_designs):
    designs = [("d", f"m{k}") for k in range(n_designs - 1)] + [("e", "m0")]
    figure = draw(cohort_table(designs))
    panels = np.reshape(figure.axes[:-1], (n_designs, 2))
    assert [panel.get_title() for panel in panels[0]] == ["Pearson (scores)", "Spearman (ranks)"]
    said = [panel.get_ylabel() for panel in panels[:, 0]]
    assert said == (["\n".join(design) for design in designs] if n_designs > 1 else ["m0"])
    minus = "\N{MINUS SIGN}"
    expected = {
        0: ["0.50\n48 shared", f"{minus}0.80\n44 shared", "undefined\n0 shared"],
        1: ["0.05\n48 shared", f"{minus}0.08\n44 shared", "undefined\n0 shared"],
    }
    for row in panels:
        for k, panel in enumerate(row):
            (mesh,) = panel.collections
            assert mesh.get_clim() == (-1, 1)
            assert [text.get_text() for text in panel.texts] == expected[k]
    rows = [label.get_text() for label in panels[0, 0].get_yticklabels()]
    across = [label.get_text() for label in panels[0, 0].get_xticklabels()]
    assert (across, rows) == (["x\nn = 92", "y\nn = 48"], ["y\nn = 48", "z\nn = 44"])
    saved(figure, width=1003)


def test_a_matrix_of_single_cohorts_is_refused():
    empty = {name: np.array([], dtype=str) for name in ("dataset", "model", "cohort_a")}
    with pytest.raises(InputError, match="no dataset has two cohorts that could agree"):
        draw(empty)


def test_a_correlation_that_a_single_map_makes_is_also_said_without_it():
    table = cohort_table([("d", "m")])
    table["correlation_without"][1] = 0.01
    first, second = draw(table).axes[:2]
    said = [text.get_text() for text in first.texts]
    assert said[1].endswith("44 shared\nwithout map\n605: 0.01")
    assert not any("without map" in text for text in [said[0], said[2]])
    assert not any("without map" in text.get_text() for text in second.texts)


def test_what_is_written_on_a_colour_can_be_read():
    """White on the darkest colours alone: on half of them black has more contrast."""
    first, _ = draw(cohort_table([("d", "m")])).axes[:2]
    colours = [to_rgb(text.get_color()) for text in first.texts]
    dark = (0.15,) * 3
    assert colours == [dark, (1, 1, 1), dark]  # 0.50, -0.80, undefined
