import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import squareform

from alignment.artifacts.errors import InputError
from alignment.datasets.judgments import read_judgments
from alignment.datasets.matrix_files import read_matrices

IMAGES = ("ant", "bee", "cat", "dog")
DISTANCES = squareform([0.5, 1.0, 2.0, 4.0, 3.0, 0.0])
ALIKE = 1 - DISTANCES / 4
UPPER = np.triu(np.ones((4, 4), dtype=bool), 1)


def changed(matrix, changes):
    result = np.array(matrix, dtype=float)
    for place, value in changes.items():
        result[place] = value
    return result


def with_diagonal(matrix, diagonal):
    result = np.array(matrix, dtype=float)
    np.fill_diagonal(result, diagonal)
    return result


def test_dissimilarities_become_similarities(judge):
    found = judge(DISTANCES)
    np.testing.assert_allclose(found.similarity, ALIKE)
    assert found.observers is None
    assert "gives no names: its rows were taken in the order of sorted file names" in found.notes[0]
    assert "Dissimilarities d became similarities 1 - d / 4." in found.notes


def test_similarities_are_kept(judge):
    values = with_diagonal(10 * ALIKE - 3, 8)
    np.testing.assert_array_equal(judge(values, "similarity").similarity, values)


@pytest.mark.parametrize("diagonal", [np.nan, 0, 0.01])
def test_dissimilarity_with_a_diagonal_not_given_or_nearly_zero(judge, diagonal):
    found = judge(with_diagonal(DISTANCES, diagonal))
    np.testing.assert_allclose(found.similarity, ALIKE)


def test_similarity_with_a_diagonal_not_given(judge):
    found = judge(with_diagonal(5 * ALIKE, np.nan), "similarity")
    np.testing.assert_allclose(found.similarity, with_diagonal(5 * ALIKE, 5))
    assert any("4 similarities of a picture to itself are not given" in n for n in found.notes)
    partly = changed(5 * ALIKE, {(1, 1): np.nan, (0, 0): 7})
    found = judge(partly, "similarity")
    np.testing.assert_allclose(found.similarity, changed(partly, {(1, 1): 7}))


def test_similarity_without_bounds(judge):
    features = np.random.default_rng(0).normal(size=(4, 9)) * [[1], [2], [3], [20]]
    covariance = features @ features.T
    assert np.diag(covariance).min() < covariance[UPPER].max(), "else nothing is tried here"
    np.testing.assert_allclose(judge(covariance, "similarity").similarity, covariance)
    negative_distance = -DISTANCES
    found = judge(negative_distance, "similarity")
    np.testing.assert_array_equal(found.similarity, negative_distance)


@pytest.mark.parametrize("kind", ["similarity", "dissimilarity"])
def test_observers_average_to_the_similarity(judge, kind):
    rng = np.random.default_rng(0)
    stack = np.stack([squareform(rng.random(6)) for _ in range(3)])
    if kind == "similarity":
        stack = 1 - stack
    stack[0, 1, 2] = stack[0, 2, 1] = stack[1, 1, 2] = stack[1, 2, 1] = np.nan
    stack[2, 3, 3] = np.nan
    found = judge(stack, kind)
    expected = np.empty((4, 4))
    for i in range(4):
        for j in range(4):
            given = [matrix[i, j] for matrix in stack if not np.isnan(matrix[i, j])]
            expected[i, j] = sum(given) / len(given)
    if kind == "dissimilarity":
        expected = with_diagonal(1 - expected / expected.max(), 1)
    np.testing.assert_allclose(found.similarity, expected)
    np.testing.assert_allclose(np.nanmean(found.observers, axis=0), found.similarity, atol=1e-12)
    pairs = ~np.eye(4, dtype=bool)
    np.testing.assert_array_equal(np.isnan(found.observers)[:, pairs], np.isnan(stack)[:, pairs])
    assert "The judgments of 3 observers were averaged." in found.notes
    assert any(n.startswith("1 of 6 pairs were judged by fewer than all") for n in found.notes)


@pytest.mark.parametrize("suffix", ["", ".jpg", ".PNG"])
@pytest.mark.parametrize("picture_suffix", ["", ".jpeg"])
def test_rows_are_matched_by_name(judge, suffix, picture_suffix):
    order = [2, 0, 3, 1]
    labels = [IMAGES[i] + suffix for i in order]
    frame = pd.DataFrame(DISTANCES[np.ix_(order, order)], index=labels, columns=labels)
    found = judge(frame, images=[name + picture_suffix for name in IMAGES])
    np.testing.assert_allclose(found.similarity, ALIKE)
    assert any("matched to the pictures by name" in n for n in found.notes)


def test_a_suffix_that_is_no_picture_format_belongs_to_the_name(judge):
    labels = ["chair.v2", "chair.v10", "b", "a"]
    images = sorted(labels)
    frame = pd.DataFrame(DISTANCES, index=labels, columns=labels)
    expected = frame.loc[images, images]
    np.testing.assert_allclose(judge(frame, images=images).similarity, 1 - expected / 4)


@pytest.mark.parametrize("blank", [0, np.nan])
@pytest.mark.parametrize("half", ["upper", "lower"])
def test_a_triangle_is_used_for_both_halves_also_when_rows_are_reordered(judge, blank, half):
    order = [2, 0, 3, 1]
    drop = UPPER.T if half == "upper" else UPPER
    labels = [IMAGES[i] for i in order]
    values = np.where(drop, blank, DISTANCES[np.ix_(order, order)])
    frame = pd.DataFrame(values, index=labels, columns=labels)
    with pytest.raises(
        InputError, match=f"filled in the {half} triangle only: set symmetrize: mean"
    ):
        judge(frame)
    found = judge(frame, symmetrize="mean")
    np.testing.assert_allclose(found.similarity, ALIKE)
    assert any(f"Only the {half} triangle" in note for note in found.notes)
    values = np.where(drop, blank, with_diagonal(ALIKE, 1))
    found = judge(values, "similarity", symmetrize="mean")
    np.testing.assert_allclose(found.similarity, ALIKE)


def test_asymmetry_beyond_rounding(judge):
    rounded = changed(DISTANCES, {(0, 3): 2 + 1e-6})
    np.testing.assert_allclose(judge(rounded).similarity, ALIKE, rtol=1e-6)
    assert np.array_equal(judge(rounded).similarity, judge(rounded).similarity.T)
    rough = changed(DISTANCES, {(0, 3): 2.5, (2, 0): 1.1})
    sentence = (
        r"not symmetric, with the largest difference 0.5 between the two orders of ant, dog: "
    )
    with pytest.raises(InputError, match=sentence + "set symmetrize: mean"):
        judge(rough)
    found = judge(rough, symmetrize="mean")
    np.testing.assert_allclose(found.similarity, 1 - (rough + rough.T) / 2 / 4)
    assert any("differ by up to 0.5 (ant, dog)" in note for note in found.notes)
    with pytest.raises(InputError, match="of ant, dog of observer 2"):
        judge(np.stack([DISTANCES, rough]))
    labels = ["dog", "ant", "bee", "cat"]
    with pytest.raises(InputError, match="of dog, ant: "):
        judge(pd.DataFrame(rough, index=IMAGES, columns=IMAGES).loc[labels, labels])


def test_pairs_given_in_one_order(judge):
    one = changed(DISTANCES, {(0, 3): np.nan})
    with pytest.raises(InputError, match="1 pairs in one order only, the first ant, dog: set symm"):
        judge(one)
    np.testing.assert_allclose(judge(one, symmetrize="mean").similarity, ALIKE)


def test_a_long_table_with_both_orders_is_averaged(tmp_path):
    path = tmp_path / "judgments.csv"
    path.write_text("image_1,image_2,value\nb.png,a.png,1\na.png,b.png,3\na.png,c.png,4\nc,b,1\n")
    with pytest.raises(InputError, match=r"pair a\.png, b\.png is given twice"):
        read_judgments(path, "dissimilarity", "abc")
    path.write_text("image_1,image_2,value\nb.png,a.png,1\na.png,b.png,3\na.png,c.png,4\n")
    found = read_judgments(path, "dissimilarity", "abc", symmetrize="mean", missing="drop")
    np.testing.assert_allclose(found.similarity, [[1, 0.5, 0], [0.5, 1, np.nan], [0, np.nan, 1]])


def test_missing_pairs(judge):
    gap = changed(DISTANCES, {(0, 1): np.nan, (1, 0): np.nan})
    with pytest.raises(
        InputError, match="no value for 1 of 6 pairs: fill them, or set missing: drop"
    ):
        judge(gap)
    found = judge(gap, missing="drop")
    np.testing.assert_allclose(found.similarity, changed(ALIKE, {(0, 1): np.nan, (1, 0): np.nan}))
    assert "1 of 6 pairs were judged by nobody and are left out." in found.notes
    assert not any("nobody" in note for note in judge(np.stack([gap, DISTANCES])).notes)
    wider = changed(gap, {(2, 3): np.nan, (3, 2): np.nan})
    notes = judge(np.stack([gap, wider]), missing="drop").notes
    assert any(note.startswith("1 of 6 pairs were judged by fewer") for note in notes)
    assert any(note.startswith("1 of 6 pairs were judged by nobody") for note in notes)
    with pytest.raises(InputError, match="gives no pair of different pictures a value"):
        judge(with_diagonal(np.full((4, 4), np.nan), 0), missing="drop")


def without_pairs(matrix, picture, others=range(4)):
    result = np.array(matrix, dtype=float)
    for other in others:
        result[picture, other] = result[other, picture] = np.nan
    return result


@pytest.mark.parametrize("several", [False, True])
def test_pictures_without_any_judgment_are_named(judge, several):
    lacking = without_pairs(DISTANCES, 1)
    more = without_pairs(lacking, 0, [3])
    given = np.stack([lacking, more]) if several else lacking
    with pytest.raises(InputError) as caught:
        judge(given)
    assert "no value for 3 of 6 pairs, among them all those of the picture 'bee': fill" in str(
        caught.value
    )
    with pytest.raises(InputError, match=r"for 4 of 6 pairs, among them .* the picture 'bee': "):
        judge(more)
    (warned,) = [note for note in judge(given, missing="drop").notes if "Warning" in note]
    assert warned.startswith("Warning: ")
    assert "judgments.npy judges no pair of the picture 'bee': a cohort with" in warned
    order = [1, 0, 2, 3]  # of the file, which is not that of the pictures
    named = pd.DataFrame(lacking, index=IMAGES, columns=IMAGES).iloc[order, order]
    with pytest.raises(InputError, match="the picture 'bee': fill"):
        judge(named)
    with pytest.raises(InputError, match="all those of the pictures 'bee', 'cat': fill"):
        judge(without_pairs(lacking, 2))


def test_a_picture_with_one_judgment_is_not_named_among_those_without(judge):
    one = without_pairs(DISTANCES, 1, [2, 3])
    with pytest.raises(InputError, match="no value for 2 of 6 pairs: fill them"):
        judge(one)
    assert not any("Warning" in note for note in judge(one, missing="drop").notes)


NAMED = pd.DataFrame(DISTANCES, index=IMAGES, columns=IMAGES)


def renamed(*names):
    return NAMED.set_axis(names, axis=0).set_axis(names, axis=1)


@pytest.mark.parametrize(
    ("values", "kind", "sentence"),
    [
        (np.zeros((5, 5)), "dissimilarity", r"matrix of 5 × 5 values, but there are 4 pictures"),
        (np.zeros((3, 4)), "dissimilarity", r"is 3 × 4, but 4 pictures need 4 × 4"),
        (np.zeros((2, 5, 5)), "dissimilarity", r"matrix of 5 × 5 values, but there are 4 pictures"),
        (
            changed(DISTANCES, {(1, 2): np.inf, (2, 1): np.inf}),
            "dissimilarity",
            r"2 infinite values, the first for bee, cat: they must be finite",
        ),
        (with_diagonal(ALIKE, 0), "similarity", r"set the diagonal to NaN if it is not"),
        (DISTANCES + UPPER + UPPER.T, "similarity", r"or kind: dissimilarity if larger"),
        (DISTANCES, "similarity", r"has its smallest values, up to 0, on the diagonal"),
        (
            with_diagonal(2 * ALIKE - 1, 0),
            "similarity",
            r"holds cat and dog for more alike \(1\) than each to itself \(0 and 0 on the diagonal",
        ),
        (ALIKE, "dissimilarity", r"values up to 1 on the diagonal .* looks like similarity: set"),
        (
            with_diagonal(DISTANCES, [0, 0, 1, 0]),
            "dissimilarity",
            r"values up to 1 on the diagonal .* a picture must have no dissimilarity to itself",
        ),
        (
            changed(DISTANCES, {(1, 2): -2, (2, 1): -2}),
            "dissimilarity",
            r"values down to -2 under kind: dissimilarity; they must not be less than 0",
        ),
        (
            with_diagonal(np.full((4, 4), 0.3), 0),
            "dissimilarity",
            r"gives every pair the value 0.3: it must tell some pairs from others",
        ),
        (np.zeros((4, 4)), "similarity", r"gives every pair the value 0:"),
        (renamed("ant", "bee", "cat.jpg", "cat"), "dissimilarity", r"has more than one cat \("),
        (
            renamed("ant", "bee", "eel", "fox"),
            "dissimilarity",
            r"no row for cat, dog and rows but no pictures for eel, fox: its 4 names must be",
        ),
        (
            NAMED.iloc[:3, :3],
            "dissimilarity",
            r"no row for dog: its 3 names must be those of the 4 pictures",
        ),
    ],
)
def test_unusable_judgments(judge, tmp_path, values, kind, sentence):
    with pytest.raises(InputError, match=sentence) as caught:
        judge(values, kind)
    assert str(caught.value).startswith(str(tmp_path))
    assert str(caught.value).endswith(".")


def test_of_a_picture_that_was_dropped_a_query_is_told(judge):
    sentence = "rows but no pictures for cat: its 4 names must be those of the 3 pictures; "
    with pytest.raises(InputError, match=sentence + "leave these rows out, or keep their pict"):
        judge(NAMED, images=["ant", "bee", "dog"])


def test_long_lists_of_names_are_cut(judge):
    with pytest.raises(InputError, match="no row for p0, p1, p2, p3, p4 and 4 more and rows but"):
        judge(NAMED, images=[f"p{i}" for i in range(9)])


def test_pictures_of_one_name(judge):
    with pytest.raises(InputError, match="folder of pictures has more than one dog"):
        judge(NAMED, images=["ant", "bee", "dog.jpg", "dog.png"])


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"kind": "distance"}, "kind: 'distance' is unknown: set it to similarity or dissim"),
        ({"symmetrize": "max"}, "symmetrize: 'max' is unknown: set it to mean"),
        ({"missing": "fill"}, "missing: 'fill' is unknown: set it to drop"),
    ],
)
def test_unknown_options(judge, options, sentence):
    with pytest.raises(InputError, match=sentence):
        judge(DISTANCES, **options)


def test_options_reach_the_file(tmp_path):
    path = tmp_path / "judgments.npz"
    stack = np.stack([DISTANCES, DISTANCES, DISTANCES, 2 * DISTANCES], axis=2)
    np.savez(path, a=stack, b=stack)
    found = read_judgments(path, "dissimilarity", IMAGES, variable="b", observer_axis=2)
    np.testing.assert_allclose(found.similarity, ALIKE)
    np.testing.assert_allclose(found.observers[3], with_diagonal(1 - 2 * DISTANCES / 5, 1))
    assert read_matrices(path, 4, variable="b", observer_axis=-1).values.shape == (4, 4, 4)


def test_importing_needs_neither_torch_nor_the_readers_of_rare_formats():
    code = (
        "import sys, alignment.datasets.judgments as m; "
        "print({'torch', 'rsatoolbox', 'pymatreader', 'h5py'} & set(sys.modules))"
    )
    path = read_judgments.__code__.co_filename.rpartition("/alignment/")[0]
    found = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert found.stdout == "set()\n", found.stderr
