"""The figure of controls says what its tables say, for every control of the registry."""

import numpy as np
import pytest
from designs import DESIGNS, FOLDS, MANY, PAGE, ceilings, columns, legend, marks, names
from scipy import stats

from alignment.figures.charts import looks
from alignment.figures.controls import LABELS, draw
from alignment.prediction.controls import CONTROLS, compare_controls


def tables_of(cohorts, models, without=()):
    """Tests of the workflow over ten folds: random sets are far worse, the others are not."""
    rng = np.random.default_rng(0)
    designs = [(cohort, model) for cohort in cohorts for model in models]
    n = 10 * len(designs)
    folds = {
        "cohort": np.repeat([cohort for cohort, _ in designs], 10),
        "model": np.repeat([model for _, model in designs], 10),
        "n_train": np.full(n, 32),
        "n_test": np.full(n, 8),
        "retained": 0.8 + 0.02 * rng.normal(size=n),
    }
    for control in CONTROLS:
        worse = 0.3 if control.name == "random" else 0.0
        measured = folds["retained"] - worse + 0.02 * rng.normal(size=n)
        folds[control.column] = np.full(n, np.nan) if control.name in without else measured
    summary = [
        {"cohort": c, "model": m, "test_full": 0.1 * k, "test_retained": fit, "n_folds": 10}
        for k, ((c, m), fit) in enumerate(
            zip(designs, folds["retained"].reshape(-1, 10).mean(axis=1), strict=True)
        )
    ]
    return compared(folds), columns(summary)


def compared(folds):
    nothing = {name: np.array([]) for name in ("cohort", "model", "control")}
    return columns(rows) if (rows := compare_controls(folds)) else nothing


def panels_of(figure, n_cohorts):
    """The panels of fits and those of differences, a row per cohort."""
    return np.array(figure.axes).reshape(n_cohorts, 2)


@DESIGNS
def test_every_mean_interval_star_and_ceiling_is_shown(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    tests, summary = tables_of(cohorts, models, without=["activity"])
    figure = draw(tests, summary, ceilings(cohorts), "r2", FOLDS)
    panels = panels_of(figure, n_cohorts)
    titles = [f"{cohort}, n = {40 + k}" for k, cohort in enumerate(cohorts)]
    assert [axes.get_title() for axes in panels[:, 0]] == titles
    rows = [label.get_text() for label in panels[0, 0].get_yticklabels()]
    assert rows == ["retained maps", "all maps", "random sets", "reweighted"]
    for (left, right), cohort in zip(panels, cohorts, strict=True):
        for model, look in looks(models).items():
            own = (tests["cohort"] == cohort) & (tests["model"] == model)
            of_summary = (summary["cohort"] == cohort) & (summary["model"] == model)
            expected = [*summary["test_retained"][of_summary], *tests["test_control"][own]]
            found = [line.get_xdata()[0] for line in marks(left, look)]
            assert found == pytest.approx(expected)
            (hollow,) = marks(left, look, hollow=True)
            assert hollow.get_xdata() == pytest.approx(summary["test_full"][of_summary])
            found = [line.get_xdata()[0] for line in marks(right, look)]
            assert found == pytest.approx(tests["difference"][own])
        assert [text.get_text() for text in right.texts] == ["*"] * n_models
        assert not left.texts
    assert ("ceiling set by the judgments" in legend(figure)) == (n_cohorts > 1)
    assert "over 10 folds" in figure.get_supxlabel()
    assert "95 % intervals, each uncorrected" in figure.get_supxlabel()
    assert "* p < .05, two-sided, after Holm's correction" in figure.get_supxlabel()
    saved(figure, PAGE)


def test_bars_are_95_percent_intervals_of_the_difference_and_stars_say_what_the_tests_found():
    tests, summary = tables_of(["a", "b"], ["m", "n"])
    figure = draw(tests, summary, ceilings(["a", "b"]), "r2", FOLDS)
    found = set()
    for panel, cohort in zip(panels_of(figure, 2)[:, 1], "ab", strict=True):
        starred = {round(star.xy[1], 6) for star in panel.texts}
        for bars in panel.containers:
            (low, y), (high, _) = bars.lines[2][0].get_segments()[0]
            model = {"o": "m", "s": "n"}[bars.lines[0].get_marker()]
            (test,) = np.flatnonzero(
                (tests["cohort"] == cohort)
                & (tests["model"] == model)
                & np.isclose(tests["difference"], bars.lines[0].get_xdata()[0])
            )
            width = stats.t.ppf(0.975, 9) * tests["corrected_se"][test]
            assert (high - low) / 2 == pytest.approx(width)
            assert (round(y, 6) in starred) == (tests["p_holm"][test] < 0.05)
            found.add((low <= 0 <= high, round(y, 6) in starred))
    assert {(True, False), (False, True)} <= found


@pytest.mark.parametrize("n_models", [4, 7])
def test_many_models_with_long_names_have_room(saved, n_models):
    tests, summary = tables_of(["animals"], MANY[:n_models])
    saved(draw(tests, summary, ceilings(["animals"]), "r2", FOLDS), PAGE)


def test_every_control_of_the_registry_has_a_row():
    figure = draw(*tables_of(["a"], ["m"]), ceilings(["a"]), "r2", FOLDS)
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert rows[2:] == list(LABELS.values()) == [control.label for control in CONTROLS]


def test_without_controls_there_are_the_maps_alone(saved):
    tests, summary = tables_of(["a"], ["m"], without=LABELS)
    saved(draw(tests, summary, ceilings(["a"]), "r2", FOLDS), PAGE)
