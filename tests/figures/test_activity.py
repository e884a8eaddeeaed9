"""The figure of activity says where the most active map ranks."""

import numpy as np
import pytest
from designs import DESIGNS, columns, names

from alignment.figures.activity import draw
from alignment.importance.activity import COLUMNS, summarize_activity

IMAGES = [
    ("1", 50, 20, 0.2, 0.1, 9, 1, 1.0),
    ("2", 50, 20, -0.2, 0.1, 9, 1, 50.0),
    ("3", 50, 20, 0.1, 0.1, 9, 1, 2.0),
    ("4", 50, 0, np.nan, np.nan, 0, 0, np.nan),
]


@DESIGNS
def test_the_shares_at_both_ends_are_said(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    table = columns(
        [
            dict(zip(COLUMNS, (cohort, image, model, *values), strict=True))
            for cohort in cohorts
            for model in models
            for image, *values in IMAGES
        ]
    )
    figure = draw(table, columns(summarize_activity(table)))
    left, right = figure.axes
    said = [text.get_text() for text in right.texts]
    assert said == ["67 %", "33 %"] * (n_cohorts * n_models)
    points = [line for line in left.lines if len(line.get_ydata()) == len(IMAGES)]
    assert len(points) == n_cohorts * n_models
    for line in points:
        assert line.get_ydata() == pytest.approx([0.2, -0.2, 0.1, np.nan], nan_ok=True)
    saved(figure)
