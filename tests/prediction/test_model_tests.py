"""Whether one model predicts better than another: against SciPy, and by planted truths."""

import numpy as np
import pytest
from scipy import stats

from alignment.prediction.model_tests import COLUMNS, compare_models

SEEDS, FOLDS = 8, 5
N = SEEDS * FOLDS


def table(full, retained):
    """A table of folds in which a fourth as many images are tested as learnt from."""
    return {
        "seed": np.repeat(np.arange(SEEDS), FOLDS),
        "fold": np.tile(np.arange(FOLDS), SEEDS),
        "n_train": np.full(N, 32),
        "n_test": np.full(N, 8),
        "test_full": full,
        "test_retained": retained,
    }


@pytest.fixture
def predictions():
    """Three models in a cohort, of which one is better with the maps that it retained."""
    rng = np.random.default_rng(0)
    shared = rng.random(N) / 2

    def noise():
        return 0.05 * rng.normal(size=N)

    return {
        ("a", "net"): table(shared + noise(), shared + noise()),
        ("a", "other"): table(shared + noise(), shared + noise()),
        ("a", "best"): table(shared + noise(), shared + 0.3 + noise()),
        ("b", "net"): table(shared, shared),
        ("b", "best"): table(shared + noise(), np.full(N, np.nan)),
    }


def test_each_pair_of_models_has_a_row_for_all_and_one_for_retained_maps(predictions):
    rows = compare_models(predictions)
    assert all(list(row) == list(COLUMNS) for row in rows)
    pairs = [("net", "other"), ("net", "best"), ("other", "best")]
    expected = [("a", maps, *pair) for maps in ("full", "retained") for pair in pairs]
    expected += [("b", maps, "net", "best") for maps in ("full", "retained")]
    found = [tuple(row[k] for k in ("cohort", "maps", "model_a", "model_b")) for row in rows]
    assert found == expected


def test_every_number_by_hand(predictions):
    (row, *_) = compare_models(predictions)
    d = predictions["a", "net"]["test_full"] - predictions["a", "other"]["test_full"]
    assert row["n_folds"] == N
    assert row["difference"] == pytest.approx(d.mean())
    assert row["difference"] == pytest.approx(row["test_a"] - row["test_b"])
    # Nadeau & Bengio (2003)
    t = d.mean() / np.sqrt((1 / N + 8 / 32) * d.var(ddof=1))
    assert row["t_corrected"] == pytest.approx(t)
    assert row["p_corrected"] == pytest.approx(2 * stats.t.sf(abs(t), N - 1))


def test_only_the_planted_difference_is_found_and_in_its_direction(predictions):
    rows = compare_models(predictions)
    tested = [row for row in rows if np.isfinite(row["p_corrected"])]
    assert len(tested) == 7
    found = [row for row in tested if row["p_holm"] < 0.05]
    assert {(r["maps"], r["model_a"], r["model_b"]) for r in found} == {
        ("retained", "net", "best"),
        ("retained", "other", "best"),
    }
    for row in found:
        assert row["difference"] == pytest.approx(-0.3, abs=0.05)
        assert row["corrected_high"] < 0
    least = min(row["p_corrected"] for row in tested)
    assert min(row["p_holm"] for row in tested) == pytest.approx(len(tested) * least)


def test_folds_are_paired_by_their_numbers_and_not_by_their_order(predictions):
    backwards = {name: column[::-1] for name, column in predictions["a", "other"].items()}
    rows = compare_models(predictions | {("a", "other"): backwards})
    for row, expected in zip(rows, compare_models(predictions), strict=True):
        assert row == pytest.approx(expected, nan_ok=True)


def test_a_fit_that_is_never_defined_is_told_and_not_tested(predictions):
    *_, row = compare_models(predictions)
    assert row["n_folds"] == 0
    assert np.isnan([row["p_holm"], row["difference"], row["corrected_low"]]).all()


def test_one_model_is_compared_with_nothing(predictions):
    assert compare_models({("a", "net"): predictions["a", "net"]}) == []
