"""Pairs of pictures as files are named after them, and what is said of names that are none."""

import pytest

from alignment.artifacts.errors import InputError
from alignment.planning.pair_names import named_pair

OF = "the cohort 'c'"


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("a--b", (0, 1)),
        ("b--a", (1, 0)),
        ("a--b--c", (0, 2)),  # "b--c" is one image
        ("b--c--a", (2, 0)),
        ("-----a", (3, 0)),  # "---" is one image
    ],
)
def test_a_pair_is_named_after_its_images(name, pair):
    assert named_pair(name, ["a", "b", "b--c", "---"], OF) == pair


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pic03", "write the names of two pictures with -- between them."),
        ("pic03--", "write the names of two pictures with -- between them."),
        ("pic03--pic03", "'pic03--pic03' names 'pic03' twice: a pair is two different pictures."),
        (
            "pic03--pic9",
            "'pic03--pic9' does not name a pair: there is no picture 'pic9' in the cohort 'c' "
            "(the nearest are pic19, ",
        ),
        ("pic9--pic03", "there is no picture 'pic9' in the cohort 'c' (the nearest are pic19, "),
        (
            "qqq--zzz",
            "there is no picture 'qqq' in the cohort 'c' (none is like it) and no picture 'zzz' in "
            "the cohort 'c' (none is like it).",
        ),
        ("zzz--zzz", "there is no picture 'zzz' in the cohort 'c' (none is like it)."),
        # The part that is a picture tells where the name was meant to be cut
        ("x--y--zzz", "there is no picture 'zzz' in the cohort 'c' (none is like it)."),
        (
            "a--b--c",
            "'a--b--c' can be read in more than one way: 'a' and 'b--c', or 'a--b' and 'c'; rename "
            "one.",
        ),
    ],
)
def test_what_names_no_pair_is_refused_by_the_picture_that_is_wrong(name, said):
    images = [*(f"pic{k:02}" for k in range(20)), "x--y", "a", "c", "b--c", "a--b"]
    with pytest.raises(InputError) as refused:
        named_pair(name, images, OF)
    assert said in str(refused.value)
    assert str(refused.value).endswith(".")


def test_a_picture_is_found_by_the_same_text_in_other_characters():
    apart, joined = "Ba\u0308r", "B\u00e4r"
    assert named_pair(f"{joined}--Kuh", ["Kuh", apart], OF) == (1, 0)
    assert named_pair(f"{apart}--Kuh", ["Kuh", joined], OF) == (1, 0)
    # Where two are called so, each is found letter for letter alone
    both = ["Kuh", apart, joined]
    assert named_pair(f"{joined}--Kuh", both, OF) == (2, 0)
    assert named_pair(f"{apart}--{joined}", both, OF) == (1, 2)
    with pytest.raises(InputError, match="there is no picture 'B\N{NO-BREAK SPACE}r'"):
        named_pair("B\N{NO-BREAK SPACE}r--Kuh", ["Kuh", "B\N{EM SPACE}r", "B r"], OF)
    with pytest.raises(InputError, match="twice"):
        named_pair(f"{apart}--{joined}", ["Kuh", apart], OF)
