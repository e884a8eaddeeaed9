"""The figure of distributions says where models differ."""

import numpy as np
from designs import DESIGNS, columns, names, texts

from alignment.figures.distributions import LABELS, draw


def tables_of(cohorts, models):
    rng = np.random.default_rng(0)
    rows = [
        {"cohort": c, "model": m, "statistic": s, "index": k, "value": value}
        for c in cohorts
        for m in models
        for s in LABELS
        for k, value in enumerate(rng.random(40))
    ]
    pairs = [(a, b) for k, b in enumerate(models) for a in models[:k]]
    tests = [
        {"cohort": c, "statistic": s, "p_holm": 0.01 if s == "log_mean" else 1.0}
        for c in cohorts
        for s in LABELS
        for _ in pairs
    ]
    nothing = {name: np.array([]) for name in ("cohort", "statistic", "p_holm")}
    return columns(rows), columns(tests) if tests else nothing


@DESIGNS
def test_stars_say_where_models_differ(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    figure = draw(*tables_of(cohorts, models))
    n_pairs = n_models * (n_models - 1) // 2
    star = {0: "", 1: "*"}.get(n_pairs, f"* {n_pairs} of {n_pairs} pairs")
    shown = texts(figure)
    assert shown[:n_cohorts] == [star] * n_cohorts
    assert set(shown[n_cohorts:]) == ({"n.s."} if n_pairs else {""})
    # Many cohorts make it wider than a page.
    assert round(300 * figure.get_figwidth()) == max(2100, 420 * n_cohorts)
    if (n_cohorts, n_models) == (1, 1):
        saved(figure)


def test_statistics_without_values_leave_an_empty_panel(saved):
    distributions, tests = tables_of(["a"], ["m", "n"])
    here = distributions["statistic"] == "map_variance"
    distributions["value"][here] = 0  # maps that are silent everywhere have no variance
    distributions["value"][distributions["statistic"] == "image_entropy"] = np.nan
    saved(draw(distributions, tests))
