"""Matrices of one observer or of several."""

import numpy as np
import pytest

from alignment.datasets.raw_matrices import RawMatrices

STACK = np.arange(8.0).reshape(2, 2, 2)


def test_a_single_observer_has_neither_an_axis_nor_a_name():
    raw = RawMatrices.of_stack(STACK[:1], ["a", "b"], ["ada"], ("read",))
    assert (raw.names, raw.observers, raw.notes) == (("a", "b"), None, ("read",))
    np.testing.assert_array_equal(raw.values, STACK[0])
    np.testing.assert_array_equal(raw.stack, STACK[:1])


@pytest.mark.parametrize(("names", "observers"), [(None, None), (["a", "b"], ["ada", "bo"])])
def test_several_observers_keep_theirs(names, observers):
    raw = RawMatrices.of_stack(STACK, names, observers)
    assert raw.names == (names and tuple(names))
    assert raw.observers == (observers and tuple(observers))
    assert raw.stack is raw.values is STACK
