"""The method by brute force: plain NumPy loops, maps zeroed one at a time, corrcoef.

Written from the definitions, not from the library: it is the judge of every fast path.
"""

from functools import lru_cache

import numpy as np
from scipy.stats import spearmanr


def alike(a, b, similarity):
    """The similarity of two embeddings."""
    with np.errstate(invalid="ignore"):  # an embedding that is silent has no similarity
        if similarity == "pearson":
            return np.corrcoef(a, b)[0, 1]
        return a @ b / np.sqrt((a @ a) * (b @ b))


def similarity_matrix(embeddings, similarity):
    """Remembered: folds and kinds of fit ask for the same ones again and again."""
    embeddings = np.asarray(embeddings)
    return _matrix(embeddings.tobytes(), embeddings.dtype.str, embeddings.shape, similarity)


@lru_cache(maxsize=500)
def _matrix(content, kind, shape, similarity):
    embeddings = np.frombuffer(content, kind).reshape(shape)
    n = len(embeddings)
    matrix = np.full((n, n), np.nan)
    for i in range(n):
        for j in range(i, n):
            matrix[i, j] = matrix[j, i] = alike(embeddings[i], embeddings[j], similarity)
    matrix.setflags(write=False)  # it is others' as well
    return matrix


def fit(x, y, kind):
    if np.isnan(x).any() or np.ptp(x) < 1e-9 or np.ptp(y) == 0:
        return np.nan
    if kind == "spearman":
        return spearmanr(np.round(x, 10), y).statistic  # pairs that are equally alike are ties
    r = np.corrcoef(x, y)[0, 1]
    return r**2 if kind == "r2" else r


def all_pairs(n):
    return [(i, j) for i in range(n) for j in range(i + 1, n)]


def folds(n_images, seed, n_folds, unit):
    """Lists of (train pairs, test pairs), pairs as image tuples."""
    pairs = all_pairs(n_images)
    n = n_images if unit == "images" else len(pairs)
    order = np.arange(n)
    np.random.RandomState(seed).shuffle(order)
    result = []
    for test in np.array_split(order, n_folds):
        test = set(test.tolist())
        if unit == "images":
            train_pairs = [p for p in pairs if p[0] not in test and p[1] not in test]
            test_pairs = [p for p in pairs if p[0] in test and p[1] in test]
        else:
            train_pairs = [p for k, p in enumerate(pairs) if k not in test]
            test_pairs = [p for k, p in enumerate(pairs) if k in test]
        result.append((train_pairs, test_pairs))
    return result


def with_maps(feature_maps, kept):
    """Feature maps with all but the kept maps set to zero."""
    result = np.zeros_like(feature_maps)
    result[:, kept] = feature_maps[:, kept]
    return result


def pair_fit(matrix, human, pairs, kind):
    x = np.array([matrix[p] for p in pairs])
    y = np.array([human[p] for p in pairs])
    return fit(x, y, kind)


def map_scores(feature_maps, head, human, pairs, similarity, kind):
    """fit_full, fit_without (F,) over some pairs."""
    n_maps = feature_maps.shape[1]
    full = pair_fit(similarity_matrix(head(feature_maps), similarity), human, pairs, kind)
    without = []
    for f in range(n_maps):
        kept = [g for g in range(n_maps) if g != f]
        matrix = similarity_matrix(head(with_maps(feature_maps, kept)), similarity)
        without.append(pair_fit(matrix, human, pairs, kind))
    return full, np.array(without)


def selection(feature_maps, head, human, order, train, test, similarity, kind):
    """train_fit (F,), test_fit (F,) with the k best maps on."""
    curve = []
    for k in range(1, len(order) + 1):
        matrix = similarity_matrix(head(with_maps(feature_maps, list(order[:k]))), similarity)
        curve.append([pair_fit(matrix, human, pairs, kind) for pairs in (train, test)])
    return np.array(curve).T


def image_ais(feature_maps, head, human, similarity):
    """AIS_if (N, F): image i without map f, all others whole."""
    n_images, n_maps = feature_maps.shape[:2]
    whole = head(feature_maps)
    matrix = similarity_matrix(whole, similarity)
    ais = np.empty((n_images, n_maps))
    for i in range(n_images):
        others = [j for j in range(n_images) if j != i]
        full = fit(matrix[i, others], human[i, others], "pearson")
        for f in range(n_maps):
            changed = feature_maps.copy()
            changed[i, f] = 0
            without = head(changed)[i]
            row = np.array([alike(without, whole[j], similarity) for j in others])
            ais[i, f] = full - fit(row, human[i, others], "pearson")
    return ais


def naive_holm(p_values):
    """Correct p-values by Holm's step-down method, one step at a time."""
    corrected = [np.nan] * len(p_values)
    reached = 0.0
    for step, k in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        reached = max(reached, (len(p_values) - step) * p_values[k])
        corrected[k] = min(reached, 1.0)
    return corrected


def naive_pearson(x, y):
    """Return the Pearson correlation, written out."""
    n = len(x)
    mean_x, mean_y = sum(x) / n, sum(y) / n
    top = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    bottom = sum((a - mean_x) ** 2 for a in x) * sum((b - mean_y) ** 2 for b in y)
    return top / bottom**0.5
