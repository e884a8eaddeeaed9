"""The figure of agreement says how it goes with entropy, and what is empty."""

import numpy as np
import pytest
from designs import MANY, PAGE, columns, legend, names, stacked, texts

from alignment.artifacts.errors import InputError
from alignment.comparison.models import COLUMNS, summarize_agreement
from alignment.figures.agreement import draw


def agreement_of(cohorts, models, n=12, empty=()):
    """A row per cohort, pair of models and image; some heatmaps of the first cohort are empty."""
    rng = np.random.default_rng(0)
    rows = []
    for cohort in cohorts:
        for b, model_b in enumerate(models):
            for model_a in models[:b]:
                for k in range(n):
                    gone = cohort == cohorts[0] and k in empty
                    values = [cohort, str(k), model_a, model_b, np.nan if gone else rng.random()]
                    values += [0.5, 0.7, *rng.random(2), gone, False]
                    rows.append(dict(zip(COLUMNS, values, strict=True)))
    return columns(rows)


@pytest.mark.parametrize(("n_cohorts", "n_models"), [(1, 2), (3, 2), (6, 2), (2, 4)])
def test_titles_say_how_it_goes_with_entropy_and_what_is_empty(saved, n_cohorts, n_models):
    cohorts, models = names(n_cohorts, n_models)
    table = agreement_of(cohorts, models, empty=[2, 5])
    figure = draw(table, columns(summarize_agreement(table)))
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert [title.splitlines()[0] for title in titles] == cohorts
    n_pairs = n_models * (n_models - 1) // 2
    assert titles[0].count("n = 10, 2 empty") == n_pairs
    for title in titles[1:]:
        assert title.count("n = 12") == n_pairs
        assert "empty" not in title
    pairs = [f"{a} and {b}" for k, b in enumerate(models) for a in models[:k]]
    assert legend(figure)[: len(pairs)] == pairs
    assert not any("-0." in title for title in titles)  # but a minus sign
    saved(figure, stacked(n_cohorts))


@pytest.mark.parametrize("n_models", [4, 7])
def test_many_models_with_long_names_have_room(saved, n_models):
    table = agreement_of(["animals"], MANY[:n_models])
    saved(draw(table, columns(summarize_agreement(table))), PAGE)


def test_the_three_images_with_the_least_agreement_are_numbered_and_named():
    table = agreement_of(["c"], ["a", "b"])
    table["correlation"] = np.linspace(0.2, 0.21, 12)[::-1].copy()
    figure = draw(table, columns(summarize_agreement(table)))
    assert texts(figure) == ["1", "2", "3"]
    for text in figure.axes[0].texts:  # on paper of its own, since lines may pass there
        assert text.get_bbox_patch().get_facecolor() == (1, 1, 1, 1)
    (panel,) = figure.axes
    assert [text.xy[1] for text in panel.texts] == pytest.approx(sorted(table["correlation"])[:3])
    key = panel.get_legend()
    assert [text.get_text() for text in key.get_texts()] == ["11", "10", "9"]
    assert [handle.get_marker() for handle in key.legend_handles] == ["$1$", "$2$", "$3$"]


def test_an_image_has_one_number_for_all_pairs_of_models():
    table = agreement_of(["c"], ["a", "b", "d"])
    table["correlation"] = np.where(table["image"] == "7", 0.1, table["correlation"] + 1)
    figure = draw(table, columns(summarize_agreement(table)))
    assert texts(figure) == ["1", "1", "1"]
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["7"]


def test_agreement_without_class_probabilities_or_heatmaps_is_drawn(saved):
    table = agreement_of(["c"], ["a", "b"], empty=range(12))
    table["entropy_a"][:] = np.nan
    figure = draw(table, columns(summarize_agreement(table)))
    assert "no relation to entropy defined, 12 empty" in figure.axes[0].get_title()
    saved(figure, stacked(1))


def test_agreement_of_one_model_is_refused():
    empty = {name: np.array([]) for name in ("cohort", "model_a", "model_b")}
    with pytest.raises(InputError, match="agreement is between models; name a second one"):
        draw(empty, empty)
