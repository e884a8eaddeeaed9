"""The figure of claims: a line each, with both verdicts."""

import numpy as np

from alignment.figures.topography.claims import draw, short
from alignment.figures.topography.panels import MEASURES
from alignment.topography.claims import claims


def test_every_claim_has_a_line_with_both_verdicts(tables):
    figure = draw(tables["claims"], "digits")
    (axes,) = figure.axes
    n_rows = len(tables["claims"]["claim"])
    assert len(axes.get_lines()) == n_rows
    said = [text.get_text() for text in axes.texts]
    assert sum("[" in text for text in said) == n_rows
    assert {claim.topic for claim in claims()} <= set(said)
    words = {MEASURES.get(m, m.replace("_", " ")) for m in tables["claims"]["measure"]}
    assert words <= set(said)
    assert not any("_" in text for text in said)


def test_a_difference_without_an_interval_stands_alone(tables):
    """Of one seed, or of seeds that all differ by the same."""
    n_rows = len(tables["claims"]["claim"])
    nothing = {name: np.full(n_rows, np.nan) for name in ("low", "high")}
    figure = draw(tables["claims"] | nothing, "digits")
    said = [text.get_text() for text in figure.axes[0].texts]
    assert not any("nan" in text or "[" in text for text in said)
    (one, *_) = short(tables["claims"]["difference"][0])
    assert one.replace("-", "\N{MINUS SIGN}") in said


def test_numbers_are_short():
    assert short(0.1234, -0.0488, -0.0001) == ["0.123", "-0.049", "0.000"]
    assert short(-3.214, 0.5, 0) == ["-3.21", "0.50", "0.00"]
    assert short(123.4, -0.3, 5) == ["123", "0", "5"]
