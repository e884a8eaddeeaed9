"""Labels in the order of the pictures, and queries on them."""

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets.labels import query_images, read_labels

IMAGES = ["01", "b.v2", "cat"]


def read(tmp_path, text, images=IMAGES):
    path = tmp_path / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return read_labels(path, images)


@pytest.mark.parametrize("names", [("cat", "01", "b.v2"), ("cat.png", "01.JPG", "b.v2.jpeg")])
def test_rows_are_brought_into_the_order_of_the_pictures(tmp_path, names):
    rows = zip(names, [3, 1, 2], ["z", "x", "y"], strict=True)
    text = "size,image,kind\n" + "".join(f"{size},{name},{kind}\n" for name, size, kind in rows)
    labels = read(tmp_path, text)
    assert labels == {"size": [1, 2, 3], "kind": ["x", "y", "z"]}
    assert list(labels) == ["size", "kind"]


def test_names_keep_their_leading_zeros(tmp_path):
    text = "image,a\n002,2\n003,3\n001,1\n"
    assert read(tmp_path, text, ["001", "002", "003"]) == {"a": [1, 2, 3]}


def test_missing_numbers_leave_a_column_numeric(tmp_path):
    labels = read(tmp_path, "image,face,kind,none\n01,1,NA,\nb.v2,NA,cow,NA\ncat,0,,\n")
    assert labels["kind"] == ["NA", "cow", ""]  # among texts NA may be North America
    np.testing.assert_equal(labels["face"], [1, np.nan, 0])
    np.testing.assert_equal(labels["none"], [np.nan] * 3)


def test_blanks_around_cells_and_headers_are_no_part_of_them(tmp_path):
    text = "\ufeffimage , kind,\tsize\n01 , animal, 1\n b.v2,thing ,2\ncat, a b , 3\n"
    assert read(tmp_path, text) == {"kind": ["animal", "thing", "a b"], "size": [1, 2, 3]}


def test_decimal_commas_are_numbers_where_they_cannot_group_thousands(tmp_path):
    text = "image;size;price;both;word\n01;1,5;1,500;1,5;a,b\nb.v2;2;12,000;2.5;c\ncat;NA;;3;d\n"
    labels = read(tmp_path, text)
    np.testing.assert_equal(labels["size"], [1.5, 2, np.nan])
    assert labels["price"] == ["1,500", "12,000", ""]
    assert labels["both"] == ["1,5", "2.5", "3"]
    assert labels["word"] == ["a,b", "c", "d"]


def test_labels_with_an_underscore_are_no_numbers(tmp_path):
    text = "image,block,rating,mixed\n01,1_1,0_5.5,1\nb.v2,1_2,1,NA\ncat,2_1,2,3_0\n"
    assert read(tmp_path, text) == {
        "block": ["1_1", "1_2", "2_1"],
        "rating": ["0_5.5", "1", "2"],
        "mixed": ["1", "NA", "3_0"],
    }


def test_a_table_without_labels_is_allowed(tmp_path):
    assert read(tmp_path, "image\n01\nb.v2\ncat\n") == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("image,a\n01,1\ncat,3\n", r"no row for b\.v2: its 2 names"),
        (
            "image,a\n1,1\nb.v2,2\ncat,3\n",
            "no row for 01 and rows but no pictures for 1: its 3 names",
        ),
        ("image,a\n01,1\nb.v2,2\ncat,3\ndog.png,4\n", "rows but no pictures for dog: its 4 names"),
        (
            "image,a\n01,1\nb.v2,2\ncatt,3\n",
            r"pictures for catt \(is catt meant for cat\?\): its 3",
        ),
        ("image,a\n01,1\nb.v2,2\ncat,3\ncat,4\n", "more than one cat"),
        ("image,a\n01,1\nb.v2,2\ncat,3\ncat.png,4\n", "more than one cat"),
        ("image,index\n01,1\nb.v2,2\ncat,3\n", "a column called 'index'; rename it, since"),
        ("image,a, a\n01,1,1\nb.v2,2,2\ncat,3,3\n", "two columns called 'a'; rename it."),
        ("name,a\n01,1\n", "have no column 'image' but name, a; it is to hold"),
        ("", "cannot be read as CSV"),
        ("image,a\n01,1\nb.v2,2,2,2\n", "cannot be read as CSV"),
    ],
)
def test_rows_that_are_not_the_pictures_are_refused(tmp_path, text, sentence):
    with pytest.raises(InputError, match=rf"labels\.csv .*{sentence}"):
        read(tmp_path, text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv cannot be read"):
        read_labels(tmp_path / "nowhere.csv", IMAGES)


def test_several_unknown_names_without_extension_are_not_called_the_same(tmp_path):
    with pytest.raises(InputError, match=r"rows but no pictures for zebra, yak"):
        read(tmp_path, "image,a\n01,1\nzebra,2\nyak,3\n")


def test_names_that_pandas_takes_for_missing_are_names(tmp_path):
    images = ["NA", "null", "None"]
    assert read(tmp_path, "image,a\nnull,2\nNA,1\nNone,3\n", images) == {"a": [1, 2, 3]}


TABLE = {
    "index": np.arange(5),
    "image": np.array(list("abcde")),
    "kind": np.array(["cat", "dog", "cat", "cow", "dog"]),
    "human": np.array([0, 1, 1, 0, 1]),
}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (None, [0, 1, 2, 3, 4]),
        ("kind == 'dog'", [1, 4]),
        ("human == 1 and kind != 'cat'", [1, 4]),
        ("kind in ['cow', 'cat']", [0, 2, 3]),
        ("index < 2 or image == 'e'", [0, 1, 4]),
        ("kind.str.startswith('c')", [0, 2, 3]),
    ],
)
def test_queries_keep_rows_in_order(query, expected):
    assert query_images(TABLE, query, "dogs").tolist() == expected


@pytest.mark.parametrize("query", ["size > 3", "kind ==", "kind == dog", "1 / 0"])
def test_a_query_that_cannot_be_evaluated_is_named_with_the_labels(query):
    with pytest.raises(InputError) as caught:
        query_images(TABLE, query, "dogs")
    sentence = str(caught.value)
    assert sentence.startswith(f"config: cohorts: dogs: query: '{query}' cannot be evaluated")
    assert sentence.endswith("the label columns are: kind, human.")


def test_a_query_that_keeps_nothing_is_named_with_the_labels():
    with pytest.raises(InputError) as caught:
        query_images(TABLE, "kind == 'bird'", "birds")
    assert str(caught.value) == (
        "config: cohorts: birds: query: 'kind == 'bird'' keeps none of the 5 images: 'kind' is "
        "never 'bird' but 'cat', 'cow', 'dog'; the label columns are: kind, human."
    )


def test_a_query_that_keeps_nothing_of_what_there_is_tells_no_values():
    with pytest.raises(InputError, match="none of the 5 images; the label columns are"):
        query_images(TABLE, "kind == 'cow' and human == 1", "cows")


def test_a_query_without_labels_says_so():
    with pytest.raises(InputError, match="the label columns are: none"):
        query_images({"index": np.arange(3), "image": np.array(list("abc"))}, "kind == 1", "dogs")


@pytest.mark.parametrize("query", ["human", "human & human", "1 - human"])
def test_a_bare_column_of_zeros_and_ones_keeps_its_ones_or_is_refused(query):
    try:
        kept = query_images(TABLE, query, "humans").tolist()
    except InputError:
        return
    assert kept == ([0, 3] if query == "1 - human" else [1, 2, 4])


def test_images_without_a_label_are_left_out_and_counted(capsys):
    table = TABLE | {"human": np.array([0, np.nan, 1, 0, np.nan])}
    assert query_images(table, "human != 1", "dogs").tolist() == [0, 3]
    assert "human != 1': 2 of 5 images have no value of 'human'." in capsys.readouterr().err


@pytest.mark.parametrize("query", ["human.isin([5]) + 2", "kind", "human + index", "1 == 1"])
def test_a_query_must_say_yes_or_no_for_every_image(query):
    with pytest.raises(
        InputError, match="does not say yes or no for every image, as 'animal == 1'"
    ):
        query_images(TABLE, query, "humans")


def test_labels_and_queries_mean_one_word_however_its_accents_are_written(tmp_path):
    together, apart = "M\u00f6bel", "Mo\u0308bel"
    text = f"image,{apart}\n01,{together}\nb.v2,{apart}\ncat,Tier\n"
    labels = read(tmp_path, text)
    assert labels == {together: [together, together, "Tier"]}
    table = {"index": [0, 1, 2], "image": IMAGES, **labels}
    for column in (together, apart):
        for value in (together, apart):
            assert query_images(table, f"{column} == '{value}'", "furniture").tolist() == [0, 1]
