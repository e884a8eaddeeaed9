"""Cohorts and models of figures, few and many, and tables of rows as the figures take them."""

import numpy as np
import pytest

COHORTS = ["animals", "transportation", "fruits", "furniture", "various", "vegetables"]
MODELS = ["vgg16_imagenet", "vgg16_ecoset", "resnet152", "densenet161_random"]
DESIGNS = pytest.mark.parametrize(
    ("n_cohorts", "n_models"), [(1, 1), (3, 2), (6, 2), (2, 4)], ids=lambda n: str(n)
)


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
    return {"cohort": np.array(cohorts), "ceiling": values}
