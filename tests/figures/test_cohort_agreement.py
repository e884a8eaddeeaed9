"""Matrices of agreement between cohorts, one per dataset and model."""

import numpy as np
import pytest
from designs import columns

from alignment.artifacts.errors import InputError
from alignment.figures.cohort_agreement import draw, matrix


def cohort_table(designs):
    names = ("dataset", "model", "cohort_a", "cohort_b", "correlation", "rank_correlation")
    rows = [
        dict(zip(names, (d, m, a, b, r, r / 10), strict=True))
        for d, m in designs
        for a, b, r in [("x", "y", 0.5), ("x", "z", -0.8), ("y", "z", np.nan)]
    ]
    return columns(rows)


def test_the_matrix_has_ranks_below_a_blank_diagonal():
    cohorts, values = matrix(cohort_table([("d", "m")]))
    assert cohorts == ["x", "y", "z"]
    expected = [[np.nan, 0.5, -0.8], [0.05, np.nan, np.nan], [-0.08, np.nan, np.nan]]
    np.testing.assert_allclose(values, expected)


@pytest.mark.parametrize("n_designs", [1, 2, 5])
def test_matrices_show_every_number_in_colours_centred_on_zero(saved, n_designs):
    designs = [("d", f"m{k}") for k in range(n_designs - 1)] + [("e", "m0")]
    figure = draw(cohort_table(designs))
    panels = [axes for axes in figure.axes if axes.get_title()]
    assert len(panels) == n_designs
    for panel in panels:
        (mesh,) = panel.collections
        assert mesh.get_clim() == (-1, 1)
        said = sorted(text for text in (t.get_text() for t in panel.texts) if text)
        assert said == sorted(["0.50", "-0.80", "0.05", "-0.08", "undefined", "undefined"])
    saved(figure)


def test_a_matrix_of_single_cohorts_is_refused():
    empty = {name: np.array([], dtype=str) for name in ("dataset", "model", "cohort_a")}
    with pytest.raises(InputError, match="no dataset has two cohorts that could agree"):
        draw(empty)
