"""Sources of published datasets: modules of one form."""

from alignment.datasets import mur92
from alignment.datasets.archives import Archive
from alignment.datasets.published import source_named


def test_a_source_is_the_module_of_its_name():
    source = source_named("mur92")
    assert source is mur92
    assert isinstance(source.ARCHIVE, Archive)
    assert callable(source.read)
