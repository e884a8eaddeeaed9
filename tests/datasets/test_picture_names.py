"""Which row of a file belongs to which picture."""

import pytest

from alignment.artifacts.errors import InputError
from alignment.datasets.picture_names import PICTURE_SUFFIXES, match_rows


@pytest.mark.parametrize("suffix", sorted(PICTURE_SUFFIXES))
def test_a_row_may_name_a_file_of_any_format(suffix):
    assert match_rows([f"b{suffix}", f"a{suffix.upper()}"], ["a", "b"], "rows.csv") == [1, 0]


def test_what_only_looks_like_an_extension_is_part_of_the_name():
    assert match_rows(["chair.v2", "chair.v1"], ["chair.v1", "chair.v2"], "rows.csv") == [1, 0]
    with pytest.raises(InputError, match=r"rows\.csv has no row for chair\.v1 and rows but no"):
        match_rows(["chair"], ["chair.v1"], "rows.csv")
