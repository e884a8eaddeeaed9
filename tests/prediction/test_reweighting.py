"""Reweighting against scikit-learn, and on judgments that planted weights make."""

import numpy as np
import oracle
import pytest
from sklearn.linear_model import Ridge

from alignment.importance.folds import Fold, make_folds
from alignment.prediction import reweighting
from alignment.prediction.reweighting import PENALTIES, ROUGH, reweight
from alignment.prediction.ridge import TOLERANCE, ridge_path, weighted_products
from alignment.similarity.fits import fit
from alignment.similarity.pairs import pair_images, square, upper_triangle


def data(n_images=14, n_dimensions=9, seed=0):
    rng = np.random.default_rng(seed)
    embedding = np.maximum(rng.normal(size=(n_images, n_dimensions)), 0)
    return embedding, rng.random(n_images * (n_images - 1) // 2)


def naive_products(embedding, first, second):
    return np.array([embedding[i] * embedding[j] for i, j in zip(first, second, strict=True)])


@pytest.mark.parametrize("kind", ["r2", "spearman"])
@pytest.mark.parametrize("unit", ["images", "pairs"])
def test_the_penalty_is_that_of_plain_loops(unit, kind):
    embedding, judgments = data(18, 9, seed=1)
    first, second = pair_images(18)
    judgments = 0.3 * judgments + naive_products(embedding, first, second)[:, :3].sum(axis=1)
    human = square(judgments, 18, 1.0)
    human[0, 5] = human[5, 0] = np.nan
    judgments = upper_triangle(human)
    fold = next(make_folds(np.arange(18), human, [111], 3, unit).of(human))
    pairs = [(first[p], second[p], judgments[p]) for p in fold.train_pairs]
    products = np.array([embedding[i] * embedding[j] for i, j, _ in pairs])
    values = np.array([value for *_, value in pairs])
    scale = ((products - products.mean(axis=0)) ** 2).sum(axis=1).mean()
    units = sorted({i for i, j, _ in pairs} | {j for i, j, _ in pairs})
    if unit == "pairs":
        units = list(range(len(pairs)))
    order = np.arange(len(units))
    np.random.RandomState(111).shuffle(order)
    scores = []
    for part in np.array_split(order, 3):
        left_out = {units[k] for k in part}

        def side(k, left_out=left_out):
            members = pairs[k][:2] if unit == "images" else [k]
            return {member in left_out for member in members}

        train = [k for k in range(len(pairs)) if side(k) == {False}]
        test = [k for k in range(len(pairs)) if side(k) == {True}]
        scores.append(
            [
                fit(
                    Ridge(alpha=scale * t)
                    .fit(products[train], values[train])
                    .predict(products[test]),
                    values[test],
                    "spearman" if kind == "spearman" else "pearson",
                )
                for t in PENALTIES
            ]
        )
    found = reweight(embedding, fold, judgments, unit=unit, seed=111, kind=kind)
    mean = np.mean(scores, axis=0)
    assert found.penalty == PENALTIES[mean >= mean.max() - 1e-12][-1]  # of equals the strongest
    expected = Ridge(alpha=scale * found.penalty).fit(products, values / values.std()).coef_
    np.testing.assert_allclose(found.weights, expected, rtol=1e-4, atol=1e-6)


def test_penalties_that_are_nearly_as_good_are_compared_by_weights_that_are_exact(monkeypatch):
    """The embedding is so wide that rough weights are not exact."""
    embedding, judgments = data(24, 60, seed=3)
    folds = list(make_folds(np.arange(24), square(judgments, 24, 1.0), range(6), 3).of(np.eye(24)))
    asked = []

    def noted(*arguments):
        asked.extend(arguments[5:])
        return ridge_path(*arguments)

    monkeypatch.setattr(reweighting, "ridge_path", noted)
    found = [reweight(embedding, fold, judgments).penalty for fold in folds]
    assert 0 < asked.count(TOLERANCE) < asked.count(ROUGH)
    monkeypatch.setattr(reweighting, "ROUGH", 1e-9)
    assert [reweight(embedding, fold, judgments).penalty for fold in folds] == found


def test_planted_weights_are_found_and_predict_what_plain_similarity_does_not():
    rng = np.random.default_rng(3)
    n_images, n_dimensions = 40, 60
    embedding = rng.gamma(2.0, size=(n_images, n_dimensions))
    planted = np.where(np.arange(n_dimensions) % 6 == 0, rng.uniform(1, 2, n_dimensions), 0)
    judgments = (embedding * planted) @ embedding.T
    judgments += 0.1 * judgments.std() * rng.normal(size=judgments.shape)
    human = (judgments + judgments.T) / 2
    judgments, plain = upper_triangle(human), upper_triangle(np.corrcoef(embedding))
    first, second = pair_images(n_images)
    for fold in make_folds(np.arange(n_images), human, [111]).of(human):
        found = reweight(embedding, fold, judgments, seed=111)
        assert np.corrcoef(found.weights, planted)[0, 1] > 0.95
        test = fold.test_pairs
        predicted = weighted_products(embedding, found.weights, first[test], second[test])
        assert fit(predicted, judgments[test]) > 0.9
        assert fit(plain[test], judgments[test]) < 0.5


@pytest.mark.parametrize("similarity", ["pearson", "cosine"])
def test_the_terms_of_a_similarity_add_up_to_it(similarity):
    embedding, _ = data()
    embedding[4] = 0
    rows = reweighting.terms_of(embedding, similarity)
    expected = oracle.similarity_matrix(embedding, similarity)
    others = np.arange(14) != 4
    np.testing.assert_allclose((rows @ rows.T)[others][:, others], expected[others][:, others])
    assert (rows[4] == 0).all()


def test_an_embedding_that_varies_by_rounding_alone_has_no_terms():
    assert (reweighting.terms_of(np.full((2, 7), 0.1), "pearson") == 0).all()


def test_too_few_images_to_judge_by_take_the_strongest_penalty():
    embedding, _ = data(6, 4)
    human = square(np.arange(15.0), 6, 20.0)
    fold = next(make_folds(np.arange(6), human, [111], 2).of(human))
    found = reweight(embedding, fold, upper_triangle(human), seed=111)
    assert found.penalty == PENALTIES[-1]
    assert np.isfinite(found.weights).all()


@pytest.mark.filterwarnings("error")
def test_parts_that_leave_nothing_to_learn_from_choose_nothing():
    """Where one image was judged with all others and these not with one another."""
    embedding, _ = data(12, 4)
    human = np.full((12, 12), np.nan)
    human[0] = human[:, 0] = np.random.default_rng(0).random(12)
    pairs = np.flatnonzero(np.isfinite(upper_triangle(human)))
    fold = Fold(111, 0, 12, 12, pairs, pairs)
    found = reweight(embedding, fold, upper_triangle(human), seed=111)
    assert found.penalty == PENALTIES[-1]
    assert np.isfinite(found.weights).all()
