"""Files are whole or absent, and known by their checksum."""

import hashlib

import pytest

from alignment.artifacts.files import (
    altered,
    make_anew,
    replacing,
    sha256_of_file,
    sha256_of_rest,
    unsealed,
)


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_only_when_it_is_whole(tmp_path):
    path = tmp_path / "deep/vgg16.h5"
    with replacing(path) as partial:
        partial.write_text("half")
        assert not path.exists()
        assert partial.parent == path.parent  # the same file system: the move is atomic
        assert partial.name.endswith(".partial")
    assert path.read_text() == "half"
    assert names_in(path.parent) == [path.name]


@pytest.mark.parametrize("there_before", [True, False])
def test_a_failure_leaves_what_was_there(tmp_path, there_before):
    path = tmp_path / "a.csv"
    if there_before:
        path.write_text("old")

    def fail():
        with replacing(path) as partial:
            partial.write_text("half")
            raise RuntimeError("full")

    with pytest.raises(RuntimeError, match="full"):
        fail()
    assert names_in(tmp_path) == (["a.csv"] if there_before else [])
    assert not there_before or path.read_text() == "old"


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    # A name with characters that patterns take for their own.
    path = tmp_path / "a[1].csv"
    (tmp_path / ".a[1].csv.4711.partial").write_text("half")
    (tmp_path / ".a1.csv.4711.partial").write_text("of another")
    with replacing(path) as partial:
        partial.write_text("whole")
        assert not (tmp_path / ".a[1].csv.4711.partial").exists()
    assert names_in(tmp_path) == [".a1.csv.4711.partial", "a[1].csv"]


def test_the_checksum_is_that_of_all_bytes_or_of_the_rest(tmp_path):
    content = bytes(range(256)) * 1000
    (tmp_path / "a").write_bytes(content)
    assert sha256_of_file(tmp_path / "a") == hashlib.sha256(content).hexdigest()
    with open(tmp_path / "a", "rb") as file:
        file.seek(7)
        assert sha256_of_rest(file) == hashlib.sha256(content[7:]).hexdigest()


def test_the_remedy_names_what_a_link_points_to(tmp_path):
    assert make_anew("results/a.h5") == "delete it and run snakemake again."
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    assert make_anew(tmp_path / "link") == (
        f"delete it and {tmp_path / 'kept'}, and run snakemake again."
    )


@pytest.mark.parametrize(
    ("refusal", "problem"),
    [(altered, "was changed or cut short after it was written"), (unsealed, "without a checksum")],
)
def test_refusals_name_the_file_and_the_remedy(refusal, problem):
    sentence = str(refusal("results/a.h5"))
    assert sentence.startswith("results/a.h5 was ")
    assert problem in sentence
    assert sentence.endswith("; delete it and run snakemake again.")
