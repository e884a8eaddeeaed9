"""The language of queries: what pandas means by them, or a refusal; nothing in them is run."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.datasets.queries import QueryError, evaluate, never_met

COLUMNS = {
    "a": np.array([3, 1, 2, 0, 1]),
    "b": np.array([0.5, -1.0, 2.0, 2.0, 0.0]),
    "kind": np.array(["cat", "dog", "cat", "cow", "NA"]),
    "yes": np.array([True, False, True, True, False]),
    "two words": np.array([1, 2, 3, 4, 5]),
    "cohort": np.array(["x", "x", "y", "y", "y"]),
}
FRAME = pd.DataFrame(COLUMNS)


def test_a_column_that_python_keeps_for_itself_wants_backticks():
    columns = {"class": np.array(["cat", "dog"])}
    assert kept("`class` == 'dog'", columns) == [False, True]
    with pytest.raises(QueryError, match=r"'class' is a word .* write the column as `class`"):
        evaluate("class == 'dog'", columns)


def kept(query, columns=COLUMNS):
    value, _ = evaluate(query, columns)
    return value.fillna(False).astype(bool).tolist()


@pytest.mark.parametrize(
    "query",
    [
        *("a == 1 & b > -2", "a == 1 | b == 2", "~(a == 1)", "not yes", "yes", "1 < a <= 3"),
        *(
            "a % 2 == 1",
            "a // 2 + b * 2 >= 1",
            "-b > 0",
            "kind in ['cat', 'cow']",
            "a not in (1, 2)",
        ),
        *("`two words` > 3", "kind.str.upper() == 'CAT'", "kind.str.len() < 3", "kind == 'NA'"),
        *(
            "kind.str.contains('^c', regex=True)",
            "kind < 'cz'",
            "kind != 'a&b'",
        ),
        *(
            "cohort == 'y' and a.between(0, 1)",
            "a.isin([1, 3])",
            "(a == 1) == (b < 0)",
            "b.notna()",
        ),
    ],
)
def test_a_query_means_what_it_means_to_pandas(query):
    assert kept(query) == FRAME.eval(query, engine="python").astype(bool).tolist()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("@pd.io.common.os.system('true')", "'@' is not of this language"),
        ("kind.__class__", "'kind.__class__' is not of this language"),
        ("kind.str.__class__ == 1", "'kind.str.__class__' is not of this language"),
        ("a.to_csv('/tmp/x')", "the call 'a.to_csv' is none of str.startswith"),
        ("kind.str.cat(kind)", "the call 'kind.str.cat' is none of"),
        ("kind.str.encode('utf-8').str.decode('x')", "the call 'kind.str.encode' is none of"),
        ("kind.str.startswith(kind)", "takes no column within its brackets"),
        ("kind.str.replace(**'a')", "is not of this language"),
        ("kind.str.startswith(*kind)", "is not of this language"),
        ("open('x')", r"the call 'open\('x'\)' is not of this language"),
        ("__import__('os').system('true')", "the call '__import__"),
        ("kind.apply(print)", "the call 'kind.apply' is none of"),
        ("[a for a in b]", "is not of this language"),
        ("(lambda: a)()", "is not of this language"),
        ("a if yes else b", "is not of this language"),
        ("f'{a}' == 'x'", "is not of this language"),
        ("a[0] == 1", r"'a\[0\]' is not of this language"),
        ("(c := a)", "is not of this language"),
        ("a = 1", "it is not an expression"),
        ("import os", "it is not an expression"),
        ("a ** 9 ** 9 ** 9 > 1", "the operator in '.*' is not of this language"),
        ("'a' * 1000000000 == kind", "calculates with text"),
        ("a is 1", "the comparison in 'a is 1' is not of this language"),
        ("kind == dog", "'dog' is not a column; text stands in quotes"),
        ("`three words` == 1", "'three words' is not a column"),
        ("kind.str.contains('(')", "unterminated|missing|unbalanced"),
        ("a.str.lower() == 'x'", "'a' does not hold text"),
        ("a and yes", "a part of 'a and yes' is not true or false"),
        ("1 / 0 == a", "division by zero"),
        ("-yes == 1", "'-yes' has a sign before what is true or false"),
        ("b == [1, 2]", "has a list where a value belongs"),
        (
            "(" * 300 + "a" + ")" * 300 + " == 1",
            "too many nested|recursion|not an expression|parser",
        ),
    ],
)
def test_all_else_is_refused_by_name(query, said):
    with pytest.raises(QueryError, match=said):
        evaluate(query, COLUMNS)


def test_a_comparison_with_a_missing_value_keeps_nothing():
    columns = {"a": np.array([1, np.nan, 0]), "t": np.array(["x", "", "y"])}
    for query in ("a == 1", "a != 1", "not a == 1", "a in [1]", "a not in [1]", "t not in ['x']"):
        assert not kept(query, columns)[1], query
    for query in ("t == 'x'", "t != 'x'", "t.str.startswith('x')", "~t.str.startswith('x')"):
        assert not kept(query, columns)[1], query
    assert kept("a.isna() and t.isna()", columns) == [False, True, False]
    assert kept("a == 1 or t.isna()", columns) == [True, True, False]


def test_nothing_by_nothing_is_missing():
    assert kept("a != a / a") == [True, False, True, False, False]


def test_truth_with_missing_values_stays_truth():
    assert kept("yes", {"yes": np.array(["True", "", "False"])}) == [True, False, False]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("t == 'tier'", "'t' is never 'tier' but 'Pflanze', 'Tier'"),
        ("'tier' == `t`", "'t' is never 'tier' but 'Pflanze', 'Tier'"),
        ("t in ['Tier', 'x', 'y'] and n == 3", "'t' is never 'x' or 'y' but 'Pflanze', 'Tier'"),
        ("t.isin(['x'])", "'t' is never 'x' but 'Pflanze', 'Tier'"),
        ("n == '1'", "'n' is never '1' but 1, 2"),
        (
            "t == 'x' or n == '1'",
            "'t' is never 'x' but 'Pflanze', 'Tier'; 'n' is never '1' but 1, 2",
        ),
        ("t == 'x' or t == 'x'", "'t' is never 'x' but 'Pflanze', 'Tier'"),
        ("none == 'x'", "'none' is never 'x' but missing"),
        (
            "ten == 'x'",
            "'ten' is never 'x' but " + ", ".join(f"'{k}'" for k in "abcdefgh") + ", ...",
        ),
        ("eight == 'x'", "'eight' is never 'x' but " + ", ".join(f"'{k}'" for k in "abcdefgh")),
        ("t == 'Tier' and n == 3", ""),
        ("t != 'x' and t.str.lower() == 'x' and t > 'x' and t not in ['x']", ""),
        ("t == ten or 'a' == 'b' or n in [3]", ""),
    ],
)
def test_texts_that_do_not_occur_are_named_with_those_that_do(query, said):
    ten = list("abcdefghij")
    columns = {
        "t": ["Tier", "Pflanze", ""] + ["Tier"] * 7,
        "n": np.array([1, 2] * 5),
        "none": [""] * 10,
        "ten": ten,
        "eight": [*ten[:8], "a", "b"],
    }
    assert never_met(query, columns) == said


def test_the_columns_that_are_read_are_named():
    assert evaluate("a == 1 or `two words` > 2", COLUMNS)[1] == {"a", "two words"}


numbers = st.sampled_from(["a", "b", "`two words`", "0", "1", "2", "-1", "0.5"])
texts = st.sampled_from(["kind", "cohort", "'cat'", "'y'", "''"])
# Not by columns: nothing by nothing is a number to pandas, and missing here.
sums = st.recursive(
    numbers,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda t: f"({' '.join(t)})"),
        st.tuples(inner, st.sampled_from(["/ 2", "% 3", "// 2"])).map(lambda t: f"({' '.join(t)})"),
    ),
    max_leaves=4,
)
comparisons = st.one_of(
    st.tuples(sums, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), sums),
    st.tuples(st.sampled_from(["kind", "cohort"]), st.sampled_from(["==", "!=", "<"]), texts),
    st.tuples(
        st.sampled_from(["kind", "cohort"]),
        st.sampled_from(["in", "not in"]),
        st.just("['cat', 'x']"),
    ),
).map(" ".join)
expressions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or", "&", "|"]), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
        inner.map(lambda t: f"not ({t})"),
    ),
    max_leaves=5,
)


@settings(deadline=None, derandomize=True, max_examples=60)
@given(expressions)
def test_random_expressions_are_what_pandas_makes_of_them_or_are_refused(query):
    try:
        value, _ = evaluate(query, COLUMNS)
    except QueryError:
        return
    with np.errstate(all="ignore"):
        expected = FRAME.eval(query, engine="python")
    if not isinstance(value, pd.Series):
        return  # of no column, and so no query of images
    expected = pd.Series(expected, index=FRAME.index) if np.isscalar(expected) else expected
    assert value.fillna(False).astype(bool).tolist() == expected.astype(bool).tolist()


@settings(deadline=None, derandomize=True, max_examples=60)
@pytest.mark.filterwarnings("ignore::SyntaxWarning")  # of Python, on odd literals
@given(st.text(max_size=40))
def test_any_text_is_worked_out_or_refused(query):
    try:
        evaluate(query, COLUMNS)
    except QueryError:
        return
