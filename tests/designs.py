"""Cohorts and models of figures, few and many, and tables of rows as the figures take them."""

import numpy as np
import pytest

COHORTS = ["animals", "transportation", "fruits", "furniture", "various", "vegetables"]
MODELS = ["vgg16_imagenet", "vgg16_ecoset", "resnet152", "densenet161_random"]
FOLDS = {"unit": "images", "n_folds": 5}
DESIGNS = pytest.mark.parametrize(
    ("n_cohorts", "n_models"), [(1, 1), (3, 2), (6, 2), (2, 4)], ids=lambda n: str(n)
)


# The cuts of one network, and others: more than a legend of a few rows holds
MANY = [f"resnet18_random, layer{k}.1.relu_1" for k in range(1, 8)]
COLUMN, PAGE = 1003, 2100  # dots: 85 mm and 7 inches, at 300 an inch


def width(n_cohorts, n_models):
    """One column of a journal where cohorts and models fit into it, side by side."""
    return COLUMN if n_cohorts <= 3 and n_cohorts * n_models <= 8 else PAGE


def stacked(n_cohorts):
    """One column of a journal where panels stand one upon the other in it."""
    return COLUMN if n_cohorts <= 3 else PAGE


def names(n_cohorts, n_models):
    return COHORTS[:n_cohorts], MODELS[:n_models]


def columns(rows):
    """Return a table from its rows: dicts of the same keys."""
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def ceilings(cohorts):
    """Return the table of ceilings; the last cohort has no observers."""
    values = np.array([0.9] * (len(cohorts) - 1) + [np.nan])
    n_images = 40 + np.arange(len(cohorts))
    return {"cohort": np.array(cohorts), "n_images": n_images, "ceiling": values}


def legend(figure):
    """Return the texts of all legends of a figure and of its parts."""
    own = [*figure.legends, *(part for sub in figure.subfigs for part in sub.legends)]
    return [text.get_text() for part in own for text in part.get_texts()]


def marks(axes, look, hollow=False):
    """Return the lines that are drawn with the mark of a model."""
    inside = "white" if hollow else look.colour
    return [
        line
        for line in axes.lines
        if (line.get_marker(), line.get_color()) == (look.marker, look.colour)
        and line.get_markerfacecolor() == inside
    ]
