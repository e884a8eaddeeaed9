"""What a query names, before anything is read."""

import pytest

from alignment.datasets.queries import evaluate
from alignment.datasets.query_text import QueryError, check_columns, not_evaluated, parsed

COLUMNS = ["index", "image", "kind", "a size", "class"]


@pytest.mark.parametrize(
    "query",
    [
        "kind == 'cow' and index > 2",
        "`a size` / 2 > 1 | not `class` in ['x', 'y']",
        "kind.str.startswith('c') & True",
        "kind == 'nothing' or kind == \"`no column`\"",
    ],
)
def test_columns_that_are_there_pass(query):
    check_columns(query, COLUMNS)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("kind == cow", "'cow' is not a column; text stands in quotes"),
        ("`a sizes` > 2", "'a sizes' is not a column"),
        ("kind.isin([cat])", "'cat' is not a column"),
        ("kind ==", "it is not an expression"),
        ("kind = cow", "an expression: equality is written ==, and text stands in quotes"),
        ("index >= 2 and (kind = 'cow')", "an expression: equality is written =="),
        ("class == 1", "'class' is a word of the language too: write the column as `class`"),
        ("@kind == 1", "'@' is not of this language"),
        ("(" * 300 + "kind" + ")" * 300, ""),
    ],
)
def test_what_is_refused_is_what_the_query_itself_would_refuse(query, reason):
    with pytest.raises(QueryError) as planned:
        check_columns(query, COLUMNS)
    with pytest.raises(QueryError) as run:
        evaluate(query, {name: ["x", "y"] for name in COLUMNS})
    assert str(planned.value) == str(run.value)
    assert reason in str(planned.value)


@pytest.mark.parametrize(
    "query", ["kind == 'a=b' and", "index >= 2 or", "kind != 'x' and", "kind <= 'x' )", "`a=b` =="]
)
def test_equality_is_explained_only_where_it_is_written_wrongly(query):
    with pytest.raises(QueryError) as caught:
        parsed(query, COLUMNS)
    assert str(caught.value) == "it is not an expression"


def test_a_call_is_left_to_who_works_it_out():
    check_columns("len(kind) > 2", COLUMNS)
    with pytest.raises(QueryError, match="the call"):
        evaluate("len(kind) > 2", {"kind": ["x"]})


def test_names_in_backticks_have_names_that_stand_for_them():
    tree, names = parsed("`a size` > 2", COLUMNS)
    assert names == {tree.left.id: "a size"}


def test_the_sentence_lists_the_columns_of_the_user():
    said = not_evaluated("cows", "cow", QueryError("why"), COLUMNS)
    assert said == (
        "config: cohorts: cows: query: 'cow' cannot be evaluated (why); the label columns are: "
        "kind, a size, class."
    )
    assert not_evaluated("c", "q", QueryError("why"), ["index"]).endswith("columns are: none.")
