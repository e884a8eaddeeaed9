"""Names that files hold as bytes."""

import numpy as np
import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets.names_in_bytes import as_text


def test_bytes_are_utf_8():
    names = np.array(["zoë".encode(), b"bo"])
    assert as_text(names, "a.npz: `names`").tolist() == ["zoë", "bo"]


def test_other_bytes_are_refused_and_shown():
    with pytest.raises(InputError, match=r"a\.npz: `names`.*xeb"):
        as_text(np.array(["zoë".encode("latin-1"), b"bo"]), "a.npz: `names`")
