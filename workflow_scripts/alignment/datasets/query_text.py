"""The text of queries on label columns: what they name, found before anything is read.

It is parsed as an expression, and nothing in it is run; :mod:`alignment.datasets.queries` works it
out.  This is all that a plan needs, and it imports no large package.
"""

import ast
import keyword
import re
from collections.abc import Iterable

from alignment.datasets.cell_text import composed

# Strings stay as they are; names in backticks and the operators & and | are put in other words.
_TOKENS = re.compile(r"""('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|`([^`]*)`|(\|)|(&)""")


class QueryError(ValueError):
    """A query that is not of this language; the message says what in it."""


def parsed(query: str, columns: Iterable[str]) -> tuple[ast.expr, dict[str, str]]:
    """Return a query as a tree, and the columns that stand for names in it.

    Parameters
    ----------
    query : str
    columns : iterable of str
        Those that there are, for the message.

    Returns
    -------
    expression
    dict of str to str
        The column that each name in backticks means, by the name that stands for it in the tree.

    Raises
    ------
    QueryError
        The text is not an expression.
    """
    quoted = []

    def in_other_words(found):
        text, name, either, _ = found.groups()
        if text:
            return text
        if name is not None:
            quoted.append(name)
            return f" quoted_{len(quoted) - 1}_ "
        return " or " if either else " and "

    text = _TOKENS.sub(in_other_words, composed(query)).strip()
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise QueryError(_why_not(text, columns)) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise QueryError(str(error) or type(error).__name__) from error
    return tree, {f"quoted_{k}_": name for k, name in enumerate(quoted)}


def check_columns(query: str, columns: Iterable[str]) -> None:
    """Refuse a query that names something else than the columns that there are.

    Raises
    ------
    QueryError
        Of the first such name, or if the text is not an expression.
    """
    columns = list(columns)
    tree, names = parsed(query, columns)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        # What is called is refused as a call, wherever the query is worked out.
        if isinstance(node, ast.Name) and id(node) not in called:
            name = names.get(node.id, node.id)
            if name not in columns:
                raise no_column(name)


def no_column(name: str) -> QueryError:
    """Return the error of a name that is no column."""
    return QueryError(f"'{name}' is not a column; text stands in quotes")


def not_evaluated(cohort: str, query: str, error: QueryError, columns: Iterable[str]) -> str:
    """Return the sentence on a query that cannot be worked out.

    Parameters
    ----------
    cohort, query : str
    error : QueryError
    columns : iterable of str
        The label columns that there are, perhaps with those of the workflow.
    """
    labels = ", ".join(name for name in columns if name not in ("index", "image")) or "none"
    return (
        f"config: cohorts: {cohort}: query: '{query}' cannot be evaluated ({error}); the label "
        f"columns are: {labels}."
    )


def _why_not(text, columns):
    if "@" in text:
        return "'@' is not of this language"
    words = [word for word in columns if keyword.iskeyword(word)]
    if found := [word for word in words if re.search(rf"\b{word}\b", text)]:
        return f"'{found[0]}' is a word of the language too: write the column as `{found[0]}`"
    # Within strings it is text.
    if re.search(r"(?<![=!<>])=(?!=)", _TOKENS.sub("", text)):
        return "it is not an expression: equality is written ==, and text stands in quotes"
    return "it is not an expression"
