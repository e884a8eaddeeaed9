"""The exception for what a user can mend."""

import pytest

from alignment.artifacts.errors import InputError


def test_the_message_is_the_sentence_itself():
    with pytest.raises(InputError) as caught:
        raise InputError("labels.csv has no column 'image'.")
    assert str(caught.value) == "labels.csv has no column 'image'."


def test_it_is_told_apart_from_the_errors_of_others():
    # Readers that pass on what parsers raise must not wrap it a second time.
    assert issubclass(InputError, ValueError)
    assert not issubclass(InputError, OSError)
