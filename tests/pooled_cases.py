"""Embeddings of globally pooled networks that try a fast path, and judgments of their images."""

import numpy as np

from alignment.similarity.pairs import pair_images, square


def plain_embedding(n_images, n_maps, seed=0):
    rng = np.random.default_rng(seed)
    embedding = np.maximum(rng.normal(size=(n_images, n_maps)), 0)
    embedding[:, 2] = rng.random(n_images)  # so that no image is silent
    embedding[:, 3] = 0  # silent everywhere
    return embedding


def negative_embedding():
    return np.random.default_rng(4).normal(size=(11, 9))


def carried_embedding():
    """Images whose variance hangs, wholly or nearly, on a single map."""
    embedding = plain_embedding(12, 9)
    embedding[2] = 0
    embedding[2, [1, 6]] = 1.5  # two maps carry it
    embedding[5, 0] = 1e4  # one all but carries it
    embedding[6, 0] = 30
    embedding[7, 0] = 1e9
    return embedding


def image_of_one_map():
    embedding = plain_embedding(12, 9)
    embedding[4] = 0
    embedding[4, 2] = 1
    return embedding


def collapsing_embedding():
    """Without map 0 all images are the same but for a trace."""
    rng = np.random.default_rng(5)
    embedding = np.tile(rng.random(9), (10, 1)) * (1 + 1e-6 * rng.normal(size=(10, 9)))
    embedding[:, 0] = 3 * rng.random(10)
    return embedding


def nearly_alike_embedding():
    rng = np.random.default_rng(6)
    return rng.gamma(0.5, size=20) * np.exp(0.02 * rng.normal(size=(10, 20)))


EMBEDDINGS = {
    "plain": lambda: plain_embedding(13, 9),
    "three images": lambda: plain_embedding(3, 9),
    "negative values": negative_embedding,
    "carried by a map": carried_embedding,
    "image of one map": image_of_one_map,
    "silent image": lambda: np.vstack([plain_embedding(8, 9), np.zeros(9)]),
    "collapsing": collapsing_embedding,
    "nearly alike": nearly_alike_embedding,
    "all the same": lambda: np.tile(np.arange(9.0), (6, 1)),
}
UNDEFINED = {"silent image", "all the same"}  # no fit of all images together


def judged(n, missing=0.0, seed=1):
    rng = np.random.default_rng(seed)
    matrix = square(rng.random(n * (n - 1) // 2), n, 1.0)
    first, second = pair_images(n)
    gone = rng.random(len(first)) < missing
    matrix[first[gone], second[gone]] = matrix[second[gone], first[gone]] = np.nan
    return matrix
