"""Halves of an image's comparisons never overlap."""

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.faithfulness.halves import check_apart, halves


def symmetric(n, seed=0):
    values = np.random.default_rng(seed).random((n, n))
    return values + values.T


def test_every_comparison_is_in_one_half_and_halves_are_as_large():
    judgments = symmetric(11)
    judgments[2, 7] = judgments[7, 2] = np.nan
    names = [f"{k}" for k in range(11)]
    choosing, judging = halves(judgments, names, np.random.default_rng(3))
    for i in range(11):
        others = np.isfinite(judgments[i]) & (np.arange(11) != i)
        first, second = np.isfinite(choosing[i]), np.isfinite(judging[i])
        np.testing.assert_array_equal(first ^ second, others)
        assert not (first & second).any()
        assert abs(first.sum() - second.sum()) <= 1
        np.testing.assert_array_equal(choosing[i, first], judgments[i, first])
        np.testing.assert_array_equal(judging[i, second], judgments[i, second])
    check_apart(choosing, judging)
    again, _ = halves(judgments, names, np.random.default_rng(4))
    assert (np.isfinite(again) != np.isfinite(choosing)).any()


def test_to_judge_by_what_chose_is_refused():
    choosing, judging = halves(symmetric(8), list("abcdefgh"), np.random.default_rng(0))
    leaking = choosing.copy()
    leaking[:] = symmetric(8)
    with pytest.raises(ValueError, match="24 comparisons choose places and judge the choice"):
        check_apart(leaking, judging)


def test_an_image_with_few_comparisons_is_named():
    judgments = symmetric(9)
    judgments[4, :4] = judgments[:4, 4] = np.nan
    sentence = r"'e' was compared with 4 others of its cohort: .* takes 6"
    with pytest.raises(InputError, match=sentence):
        halves(judgments, list("abcdefghi"), np.random.default_rng(0))
