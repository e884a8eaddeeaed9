"""Machine code lies where the setting says, whatever the path of its source."""

from numba.core import config

from alignment.artifacts.compiled_code import ByContent


def test_code_lies_in_the_folder_itself(tmp_path, monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path))
    locator = ByContent.from_function(test_code_lies_in_the_folder_itself, __file__)
    assert locator.get_cache_path() == str(tmp_path)


def test_without_a_folder_nothing_is_kept(monkeypatch):
    monkeypatch.setattr(config, "CACHE_DIR", "")
    assert ByContent.from_function(test_code_lies_in_the_folder_itself, __file__) is None
