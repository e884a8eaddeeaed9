"""The figure of claims: a line each, with both verdicts."""

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


def test_numbers_are_short():
    assert [short(x) for x in (0.12345, -3.21, 123.4)] == ["0.12", "-3.2", "123"]
