"""Figures of agreement and stability: of few and of many cohorts, models and empty results."""

import matplotlib.pyplot as plt
import numpy as np
import plot_activity
import plot_agreement
import plot_cohort_agreement
import plot_stability
import plot_stable_maps
import pytest
from test_figures import DESIGNS, STYLE, names

from alignment.importance.activity import COLUMNS as ACTIVITY_COLUMNS
from alignment.importance.activity import summarize_activity
from alignment.comparison.models import COLUMNS, summarize_agreement
from alignment.figures.charts import save, use_style
from alignment.artifacts.errors import InputError
from alignment.comparison.stability import (
    compare_fold_pairs,
    describe_maps,
    summarize_stability,
)


@pytest.fixture(autouse=True)
def style():
    use_style(STYLE)
    yield
    plt.close("all")


def columns(rows):
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def agreement_of(models, n=12, empty=()):
    rng = np.random.default_rng(0)
    rows = []
    for a in range(len(models)):
        for b in range(a):
            for k in range(n):
                r = np.nan if k in empty else rng.random()
                values = [str(k), models[b], models[a], r, 0.5, *rng.random(2), k in empty, False]
                rows.append(dict(zip(COLUMNS, values, strict=True)))
    return columns(rows)


@pytest.mark.parametrize(("n_cohorts", "n_models"), [(1, 2), (3, 2), (6, 2), (2, 4)])
def test_agreement_says_how_it_goes_with_entropy_and_what_is_empty(tmp_path, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    tables = {cohort: agreement_of(models) for cohort in cohorts}
    tables[cohorts[0]] = agreement_of(models, empty=[2, 5])
    summary = columns(summarize_agreement(tables))
    figure = plot_agreement.draw(tables, summary, cohorts)
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert [title.splitlines()[0] for title in titles] == cohorts
    n_pairs = n_models * (n_models - 1) // 2
    assert titles[0].count("n = 10, 2 empty") == n_pairs
    for title in titles[1:]:
        assert title.count("n = 12") == n_pairs
        assert "empty" not in title
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")


def test_agreement_without_class_probabilities_or_heatmaps_is_drawn(tmp_path):
    table = agreement_of(["a", "b"], empty=range(12))
    table["entropy_a"][:] = np.nan
    summary = columns(summarize_agreement({"c": table}))
    figure = plot_agreement.draw({"c": table}, summary, ["c"])
    assert "no relation to entropy defined, 12 empty" in figure.axes[0].get_title()
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")


def test_agreement_of_one_model_is_refused():
    summary = {name: np.array([]) for name in ("cohort", "model_a", "model_b")}
    with pytest.raises(InputError, match="agreement is between models; name a second one"):
        plot_agreement.draw({"c": summary}, summary, ["c"])


@DESIGNS
def test_activity_says_where_the_most_active_map_ranks(tmp_path, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    rows = [
        dict(zip(ACTIVITY_COLUMNS, values, strict=True))
        for model in models
        for values in [
            ("1", model, 50, 20, 0.2, 0.1, 9, 1, 1.0),
            ("2", model, 50, 20, -0.2, 0.1, 9, 1, 50.0),
            ("3", model, 50, 20, 0.1, 0.1, 9, 1, 2.0),
            ("4", model, 50, 0, np.nan, np.nan, 0, 0, np.nan),
        ]
    ]
    tables = dict.fromkeys(cohorts, columns(rows))
    summary = columns(summarize_activity(tables))
    figure = plot_activity.draw(tables, summary, cohorts, models)
    said = [text.get_text() for text in figure.axes[1].texts]
    assert said == ["67 %", "33 %"] * (n_cohorts * n_models)
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")


def cohort_table(designs):
    names = ("dataset", "model", "cohort_a", "cohort_b", "correlation", "rank_correlation")
    rows = [
        dict(zip(names, (d, m, a, b, r, r / 10), strict=True))
        for d, m in designs
        for a, b, r in [("x", "y", 0.5), ("x", "z", -0.8), ("y", "z", np.nan)]
    ]
    return columns(rows)


def test_the_matrix_has_ranks_below_a_blank_diagonal():
    cohorts, values = plot_cohort_agreement.matrix(cohort_table([("d", "m")]))
    assert cohorts == ["x", "y", "z"]
    expected = [[np.nan, 0.5, -0.8], [0.05, np.nan, np.nan], [-0.08, np.nan, np.nan]]
    np.testing.assert_allclose(values, expected)


@pytest.mark.parametrize("n_designs", [1, 2, 5])
def test_matrices_show_every_number_in_colours_centred_on_zero(tmp_path, n_designs):
    designs = [("d", f"m{k}") for k in range(n_designs - 1)] + [("e", "m0")]
    figure = plot_cohort_agreement.draw(cohort_table(designs))
    panels = [axes for axes in figure.axes if axes.images]
    assert len(panels) == n_designs
    for panel in panels:
        assert panel.images[0].get_clim() == (-1, 1)
        said = sorted(text.get_text() for text in panel.texts)
        assert said == sorted(["0.50", "-0.80", "0.05", "-0.08", "undefined", "undefined"])
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")


def test_a_matrix_of_single_cohorts_is_refused():
    empty = {name: np.array([], dtype=str) for name in ("dataset", "model", "cohort_a")}
    with pytest.raises(InputError, match="no dataset has two cohorts that could agree"):
        plot_cohort_agreement.draw(empty)


@pytest.mark.parametrize("seeds", [[1, 1, 2, 2], [1, 1, 1, 1]], ids=["seeds", "one seed"])
@DESIGNS
def test_stability_says_how_many_maps_are_stable(tmp_path, n_cohorts, n_models, seeds):
    cohorts, models = names(n_cohorts, n_models)
    rng = np.random.default_rng(0)
    scores = rng.normal(size=(4, 30))
    retained = rng.random((4, 30)) < 0.2
    retained[:, :3] = True
    maps = describe_maps(scores, retained)
    pairs = compare_fold_pairs(scores, retained, np.array(seeds))
    halves = {name: np.array([0.1]) for name in ("rank_correlation", "overlap", "overlap_random")}
    one = summarize_stability(maps, pairs, halves, retained.sum(axis=1), 1)
    designs = [(cohort, model) for cohort in cohorts for model in models]
    summary = columns([{"cohort": c, "model": m, **one} for c, m in designs])
    shares = dict.fromkeys(designs, maps["share_retained"])
    n_stable = int(retained.all(axis=0).sum())
    figure = plot_stability.draw(
        summary, dict.fromkeys(designs, pairs), shares, cohorts, models, share=1
    )
    said = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert said == [f"{n_stable} stable maps"] * len(designs)
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")


@pytest.mark.parametrize("framing", ["stretch", "crop", "pad"])
def test_stable_maps_are_outlined_in_their_pictures(tmp_path, framing):
    activity = np.zeros((7, 7))
    activity[2:5, 2:5] = 1
    pictures = [np.full((20, 30, 3), 200, np.uint8), np.full((40, 40, 3), 9, np.uint8)]
    figure = plot_stable_maps.draw(
        "title", ["map 3", "map 5"], [pictures, pictures[:1]], [[activity] * 2, [activity]], framing
    )
    (panel,) = figure.axes
    assert [text.get_text() for text in panel.texts] == ["map 3", "map 5"]
    assert len(panel.collections) == 3
    # The second picture lies in the second cell, and the outline around its centre.
    (outline,) = panel.collections[1].get_paths()
    assert outline.vertices.mean(axis=0) == pytest.approx([1.5, 0.5], abs=0.05)
    assert len(panel.images) == 3
    assert panel.images[0].get_array().shape == (20, 30, 3)
    left, right, bottom, top = panel.images[1].get_extent()
    assert (left + right) / 2 == pytest.approx(1.5)
    assert right - left == pytest.approx(bottom - top)
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")


def test_a_model_without_a_stable_map_says_so(tmp_path):
    figure = plot_stable_maps.draw("no map is retained", [], [], [], "stretch")
    assert [text.get_text() for text in figure.texts] == ["no map is retained"]
    assert not figure.axes
    save(figure, tmp_path / "a.png", tmp_path / "a.pdf")
