"""The figure of activity says where the most active map ranks."""

import numpy as np
import pytest
from designs import COLUMN, DESIGNS, MANY, columns, legend, marks, names, width

from alignment.figures.activity import draw, shares_of_tenths
from alignment.figures.charts import looks
from alignment.importance.activity import COLUMNS, summarize_activity

IMAGES = [
    ("1", 50, 20, 0.2, 0.1, 9, 1, 1.0),
    ("2", 50, 20, -0.2, 0.1, 9, 1, 50.0),
    ("3", 50, 20, 0.1, 0.1, 9, 1, 2.0),
    ("4", 50, 0, np.nan, np.nan, 0, 0, np.nan),
]


def activity_of(cohorts, models):
    return columns(
        [
            dict(zip(COLUMNS, (cohort, image, model, *values), strict=True))
            for cohort in cohorts
            for model in models
            for image, *values in IMAGES
        ]
    )


def test_many_models_with_long_names_have_room(saved):
    table = activity_of(["animals"], MANY)
    saved(draw(table, columns(summarize_activity(table))), COLUMN)


@DESIGNS
def test_ranks_are_counted_by_tenths_beside_what_chance_gives(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    table = activity_of(cohorts, models)
    figure = draw(table, columns(summarize_activity(table)))
    above, *below = figure.axes
    panels = [axes for axes in below if axes.get_title()]
    assert [panel.get_title() for panel in panels] == cohorts
    for panel in panels:
        (expected,) = [line for line in panel.lines if len(line.get_xdata()) == 2]
        assert list(expected.get_ydata()) == [10, 10]
        for look in looks(models).values():
            (line,) = marks(panel, look)
            assert line.get_ydata()[[0, -1]] == pytest.approx([200 / 3, 100 / 3])
            assert line.get_ydata()[1:-1].tolist() == [0] * 8
    points = [line for line in above.lines if len(line.get_ydata()) == len(IMAGES)]
    assert len(points) == n_cohorts * n_models
    for line in points:
        assert line.get_ydata() == pytest.approx([0.2, -0.2, 0.1, np.nan], nan_ok=True)
    ticks = [label.get_text() for label in above.get_xticklabels()]
    assert ticks == [f"{cohort}\nn = 4" for cohort in cohorts]
    saved(figure, width(n_cohorts, n_models))


def test_the_legend_says_why_a_network_has_no_point():
    rows = [
        dict(zip(COLUMNS, ("all", image, model, *values), strict=True))
        for model in ("dense", "sparse")
        for image, *values in (IMAGES if model == "sparse" else [IMAGES[-1]] * 2)
    ]
    table = columns(rows)
    said = legend(draw(table, columns(summarize_activity(table))))
    assert said[:2] == ["dense (all of its maps are equally active)", "sparse"]


def test_tenths_are_those_of_the_summary():
    ranks = np.array([1, 5, 5.5, 45.5, 46, 50, np.nan])
    table = {"most_active_rank": ranks, "n_maps": np.full(7, 50)}
    shares = shares_of_tenths(table)
    assert shares.tolist() == pytest.approx(np.array([2, 1, 0, 0, 0, 0, 0, 0, 1, 2]) / 6)
    assert np.isnan(shares_of_tenths({name: column[-1:] for name, column in table.items()})).all()
