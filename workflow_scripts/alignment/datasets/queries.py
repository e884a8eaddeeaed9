"""The language of queries on label columns: a query is data, and nothing in it is run.

The text is parsed as an expression and worked out node by node.  What a node may be is listed here;
all else is refused by name.  Where pandas' own queries know a form, it means the same as there, but
for missing values: a comparison with one keeps nothing.
"""

import ast
import operator
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from alignment.datasets.query_text import QueryError, no_column, parsed

COMPARISONS = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
TEXT_METHODS = (
    *("startswith", "endswith", "contains", "match", "fullmatch", "len"),
    *("lower", "upper", "strip", "lstrip", "rstrip", "replace", "slice"),
)
COLUMN_METHODS = ("isin", "isna", "notna", "between")
SHOWN = 8  # values of a column in a sentence


def evaluate(query: str, columns: Mapping[str, Sequence]) -> tuple[pd.Series, set[str]]:
    """Work out an expression on columns.

    Parameters
    ----------
    query : str
    columns : dict of str to (N,) sequence
        Numbers with NaN, or text with '', where a value is missing.

    Returns
    -------
    (N,) Series of a nullable dtype, or a single value
    set of str
        The columns that it names.

    Raises
    ------
    QueryError
        Of something that is not in the language, or that cannot be worked out.
    """
    tree, names = parsed(query, columns)
    try:
        reader = _Reader(columns, names)
        return reader.value(tree), reader.read
    except QueryError:
        raise
    except (ArithmeticError, TypeError, ValueError, RecursionError, MemoryError, re.error) as error:
        raise QueryError(str(error) or type(error).__name__) from error


def never_met(query: str, columns: Mapping[str, Sequence]) -> str:
    """Say which texts a query asks for that do not occur in their columns, and what does.

    Parameters
    ----------
    query, columns : see :func:`evaluate`

    Returns
    -------
    str
        Empty where every such text occurs.
    """
    tree, names = parsed(query, columns)
    said = []
    for owner, items in (pair for node in ast.walk(tree) for pair in _asked_for(node)):
        name = isinstance(owner, ast.Name) and names.get(owner.id, owner.id)
        texts = [item.value for item in items if isinstance(item, ast.Constant)]
        if name not in columns or not all(isinstance(text, str) for text in texts):
            continue
        values = sorted(nullable(columns[name]).dropna().unique())
        if absent := [repr(text) for text in texts if text not in values]:
            held = [repr(value) if isinstance(value, str) else str(value) for value in values]
            shown = ", ".join(held[:SHOWN] + ["..."] * (len(held) > SHOWN)) or "missing"
            said.append(f"'{name}' is never {' or '.join(absent)} but {shown}")
    return "; ".join(dict.fromkeys(said))


def _asked_for(node):
    """Yield what a node compares for equality: one side, and the list of what it may be."""
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        for comparison, left, right in zip(node.ops, sides, sides[1:], strict=False):
            if isinstance(comparison, ast.Eq):
                yield from ((left, [right]), (right, [left]))
            elif isinstance(comparison, ast.In):
                yield left, getattr(right, "elts", [])
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "isin":
        yield node.func.value, [item for given in node.args for item in getattr(given, "elts", [])]


class _Reader:
    """Works out nodes, and remembers the columns that they name."""

    def __init__(self, columns, names):
        self.columns, self.names, self.read = columns, names, set()

    def value(self, node):
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is None:
            raise QueryError(f"'{ast.unparse(node)}' is not of this language")
        return handler(node)

    def _constant(self, node):
        if not isinstance(node.value, str | bool | int | float):
            raise QueryError(f"'{ast.unparse(node)}' is not of this language")
        return node.value

    def _name(self, node):
        name = self.names.get(node.id, node.id)
        if name not in self.columns:
            raise no_column(name)
        self.read.add(name)
        return nullable(self.columns[name])

    def _list(self, node):
        return [self.value(item) for item in node.elts]

    _tuple = _list

    def _boolop(self, node):
        values = [_truth(self.value(item), node) for item in node.values]
        combine = operator.and_ if isinstance(node.op, ast.And) else operator.or_
        result = values[0]
        for value in values[1:]:
            result = combine(result, value)
        return result

    def _unaryop(self, node):
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not | ast.Invert):
            truth = _truth(value, node)
            return not truth if isinstance(truth, bool) else ~truth
        _refuse_text(node, value)
        if isinstance(value, bool) or getattr(value, "dtype", None) == "boolean":
            raise QueryError(f"'{ast.unparse(node)}' has a sign before what is true or false")
        return -value if isinstance(node.op, ast.USub) else +value

    def _binop(self, node):
        if type(node.op) not in ARITHMETIC:
            raise QueryError(f"the operator in '{ast.unparse(node)}' is not of this language")
        left, right = self.value(node.left), self.value(node.right)
        if not isinstance(node.op, ast.Add):
            _refuse_text(node, left, right)  # 'a' * 10**9 would fill the memory
        _refuse_lists(node, left, right)
        if isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod):
            # 0 / 0 is missing; among nullable integers it would be 0.
            left, right = (_as_floats(value) for value in (left, right))
        result = ARITHMETIC[type(node.op)](left, right)
        return result.mask(np.isnan(result.to_numpy(float))) if _is_float(result) else result

    def _compare(self, node):
        result, left = None, self.value(node.left)
        for comparison, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            one = _compared(comparison, left, right, node)
            result = one if result is None else result & one
            left = right
        return result

    def _call(self, node):
        if not isinstance(node.func, ast.Attribute):
            raise QueryError(f"the call '{ast.unparse(node)}' is not of this language")
        name, owner = node.func.attr, node.func.value
        if isinstance(owner, ast.Attribute) and owner.attr == "str":
            allowed, column = TEXT_METHODS, self.value(owner.value)
            methods = getattr(column, "str", None) if _is_text(column) else None
            if methods is None:
                raise QueryError(f"'{ast.unparse(owner.value)}' does not hold text")
        else:
            allowed = COLUMN_METHODS
            methods = column = self.value(owner)
        if name not in allowed or not isinstance(column, pd.Series):
            known = ", ".join((*(f"str.{m}" for m in TEXT_METHODS), *COLUMN_METHODS))
            raise QueryError(f"the call '{ast.unparse(node.func)}' is none of {known}")
        positional = [_plain(self.value(item), node) for item in node.args]
        named = {item.arg: _plain(self.value(item.value), node) for item in node.keywords}
        if None in named:
            raise QueryError(f"'{ast.unparse(node)}' is not of this language")
        result = getattr(methods, name)(*positional, **named)
        if name in ("isin", "between"):
            result = _where_known(result, column)
        return result if isinstance(result, pd.Series) else pd.Series(result)


def nullable(column: Sequence) -> pd.Series:
    """Return a column with a dtype that tells missing values, NaN or '', from all others."""
    series = pd.Series(np.asarray(column))
    kind = {"b": "boolean", "i": "Int64", "u": "UInt64", "f": "Float64"}.get(series.dtype.kind)
    if kind:
        return series.astype(kind)
    series = series.astype("string")
    series = series.mask(series == "")
    if series.notna().any() and series.dropna().isin(["True", "False"]).all():
        return (series == "True").mask(series.isna())
    return series


def _compared(comparison, left, right, node):
    if isinstance(comparison, ast.In | ast.NotIn):
        if not (isinstance(left, pd.Series) and isinstance(right, list)):
            raise QueryError(f"'{ast.unparse(node)}' does not ask whether a column is in a list")
        found = _where_known(left.isin([_plain(item, node) for item in right]), left)
        return found if isinstance(comparison, ast.In) else ~found
    if type(comparison) not in COMPARISONS:
        raise QueryError(f"the comparison in '{ast.unparse(node)}' is not of this language")
    _refuse_lists(node, left, right)
    return COMPARISONS[type(comparison)](left, right)


def _where_known(result, column):
    """Return an answer of yes or no as missing where the column is."""
    return result.astype("boolean").mask(column.isna())


def _truth(value, node):
    """Return values that are true or false, also as 1 and 0; refuse other numbers and text."""
    if isinstance(value, bool):
        return value
    if isinstance(value, pd.Series) and not _is_text(value):
        if value.dtype == "boolean":
            return value
        if value.dropna().isin([0, 1]).all():
            return value.astype("boolean")
    raise QueryError(f"a part of '{ast.unparse(node)}' is not true or false")


def _is_float(value):
    return getattr(value, "dtype", None) == "Float64"


def _as_floats(value):
    return value.astype("Float64") if isinstance(value, pd.Series) else value


def _plain(value, node):
    if isinstance(value, pd.Series):
        raise QueryError(f"'{ast.unparse(node)}' takes no column within its brackets")
    return value


def _is_text(value):
    return isinstance(value, str) or getattr(value, "dtype", None) == "string"


def _refuse_text(node, *values):
    if any(map(_is_text, values)):
        raise QueryError(f"'{ast.unparse(node)}' calculates with text")


def _refuse_lists(node, *values):
    if any(isinstance(value, list) for value in values):
        raise QueryError(f"'{ast.unparse(node)}' has a list where a value belongs")
