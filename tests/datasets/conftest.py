"""What tests of judgments share."""

import numpy as np
import pandas as pd
import pytest

from alignment.datasets.judgments import read_judgments

IMAGES = ("ant", "bee", "cat", "dog")


@pytest.fixture
def judge(tmp_path):
    """Judgments of an array, or of a data frame with names, that goes through a real file."""

    def read(values, kind="dissimilarity", images=IMAGES, **options):
        if isinstance(values, pd.DataFrame):
            path = tmp_path / "judgments.csv"
            values.to_csv(path)
        else:
            path = tmp_path / "judgments.npy"
            np.save(path, values)
        return read_judgments(path, kind, images, **options)

    return read
