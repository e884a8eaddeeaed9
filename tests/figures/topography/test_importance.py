"""Maps of importance over the sheet, centred on zero."""

import numpy as np
import pytest
from designs import columns

from alignment.figures.topography.importance import draw

CELLS = [("control", 0.0), ("WS", 0.3), ("WS", 1.0), ("AS", 0.3), ("AS", 1.0)]
SEEDS = (1, 2, 3)


@pytest.mark.parametrize(
    ("fit", "symbol", "words"),
    [
        ("r2", "$R^2$", "explained variance $R^2$"),
        ("pearson", "$r$", "correlation $r$"),
        ("spearman", "$\\rho$", "rank correlation $\\rho$"),
    ],
)
def test_maps_of_importance_are_centred_on_zero(fit, symbol, words):
    names = ("condition", "lambda", "seed", "row", "column", "ais")
    rng = np.random.default_rng(0)
    networks = [(*cell, seed) for cell in CELLS for seed in SEEDS]
    units = [
        (*network, *divmod(unit, 11), rng.normal() / 1000)
        for network in networks
        for unit in range(121)
    ]
    rows = [(*network, 0.05, -0.1, 0.2) for network in networks]
    told_names = ("condition", "lambda", "seed", "fit", "morans_i", "p")
    told = columns([dict(zip(told_names, row, strict=True)) for row in rows])
    figure = draw(columns([dict(zip(names, row, strict=True)) for row in units]), told, fit)
    drawn = [image for axes in figure.axes for image in axes.get_images()]
    assert len(drawn) >= 9
    for image in drawn[:9]:
        low, high = image.get_clim()
        assert low == -high
    titles = [axes.get_title().splitlines() for axes in figure.axes if axes.get_title()]
    # Columns are seeds, and say so above the first row.
    assert [title[0] for title in titles[:3]] == ["seed 1", "seed 2", "seed 3"]
    assert [len(title) for title in titles] == [3] * 3 + [2] * 6
    assert all(title[-2] == f"{symbol} = 0.050" for title in titles)
    assert figure.get_supxlabel() == f"AIS of each unit, in thousandths of {words}"
    assert all(title[-1] == "$I$ = \N{MINUS SIGN}0.10, p = 0.200" for title in titles)
