"""Files are whole or absent, and known by their checksum."""

import errno
import hashlib
import os
import resource

import matplotlib.pyplot as plt
import numpy as np
import pytest
import safetensors.numpy

from alignment.artifacts.arrays import COMPACT, write_arrays, writing
from alignment.artifacts.errors import InputError
from alignment.artifacts.files import (
    altered,
    make_anew,
    replacing,
    sha256_of_file,
    sha256_of_rest,
    telling_why_not,
    unsealed,
)
from alignment.artifacts.network_files import write_sorted
from alignment.artifacts.picture_files import write_overlay, write_pictures
from alignment.artifacts.tables import write_columns
from alignment.figures.charts import save
from alignment.figures.photographs import Sheet, save_photographs

NOISE = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)


def save_network(path):
    with replacing(path) as partial:
        write_sorted(partial, safetensors.numpy.save({"weight": NOISE}))


def save_picture_by_picture(path):
    with writing(path, {}) as file:
        noise = file.create_dataset(
            "noise", (5, *NOISE.shape), "u1", chunks=(1, *NOISE.shape), **COMPACT
        )
        for k in range(5):
            noise[k] = NOISE


def draw(path):
    figure, axes = plt.subplots()
    axes.imshow(NOISE)
    save(figure, path, path.with_suffix(".pdf"))


def draw_photographs(path):
    sheet = Sheet(300)
    sheet.paste(NOISE, 0, 0)
    save_photographs(sheet.finish(), path, path.with_suffix(".pdf"))


WRITERS = {
    "arrays.h5": lambda path: write_arrays(path, {"noise": NOISE}, {}),
    "activations.h5": save_picture_by_picture,
    "table.csv": lambda path: write_columns(path, value=NOISE.ravel() / 7),
    "overlay.png": lambda path: write_overlay(path, NOISE),
    "picture.png": lambda path: write_pictures(path.parent, [path.stem], [NOISE]),
    "figure.png": draw,
    "photographs.png": draw_photographs,
    "network.safetensors": save_network,
}


@pytest.fixture
def small_files():
    """Let no file grow beyond 20 kB, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


# HDF5 may fail where no exception can be raised: such a failure would go unheard.
@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", WRITERS)
def test_a_file_for_which_there_is_no_room_is_named_with_what_to_do(tmp_path, small_files, name):
    with pytest.raises(InputError) as caught:
        WRITERS[name](tmp_path / name)
    assert str(caught.value) == (
        f"{tmp_path / name} cannot be written ({os.strerror(errno.EFBIG)}): allow larger files "
        "(ulimit -f), and run the same command again."
    )
    assert not list(tmp_path.glob("*.partial"))


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "make room on that disk, or have results elsewhere (--directory), and run"),
        (errno.EDQUOT, "make room in what you may use of that disk"),
        (errno.EROFS, "that disk can only be read"),
        (errno.EACCES, "change the permissions of the file and its folders"),
    ],
)
def test_what_is_in_the_way_is_told_with_its_remedy(tmp_path, number, remedy):
    path = tmp_path / "a.csv"
    reason = os.strerror(number)
    errors = [
        OSError(number, reason, str(path)),
        OSError(number, reason, str(path.with_name(".a.csv.1.partial"))),
        OSError(f"Can't write data (errno = {number}, error message = '{reason}')"),
        ValueError(f'IoError(Os {{ code: {number}, kind: Other, message: "{reason}" }})'),
    ]
    for error in errors:
        with pytest.raises(InputError) as caught, telling_why_not(path):
            raise error
        assert f"{path} cannot be written ({reason}): {remedy}" in str(caught.value)
    # Also where what is raised came of that
    closing = RuntimeError("cannot be closed")
    closing.__context__ = errors[0]
    with pytest.raises(InputError), telling_why_not(path):
        raise closing


def test_other_errors_and_those_of_files_that_are_read_stay_what_they_are(tmp_path):
    path = tmp_path / "results/a.csv"
    for error in (
        KeyError("a"),
        OSError(errno.ENOENT, "none", str(path)),
        PermissionError(errno.EACCES, "no", str(tmp_path / "data/judgments.csv")),
        InputError("bad"),
    ):
        with pytest.raises(type(error)) as caught, telling_why_not(path):
            raise error
        assert caught.value is error


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
    with replacing(tmp_path / "a.csv") as partial:
        partial.write_text("old")
        left = partial.with_name(partial.name.replace(str(os.getpid()), "4711"))
    left.write_text("half")
    with replacing(tmp_path / "a.csv.csv") as other, replacing(tmp_path / "a.csv") as partial:
        other.write_text("of another")
        partial.write_text("whole")
        assert not left.exists()
    assert names_in(tmp_path) == ["a.csv", "a.csv.csv"]


def test_a_file_that_is_being_written_is_not_taken_for_the_rest_of_another(tmp_path):
    with replacing(tmp_path / "chair.png.png") as longer:
        longer.write_text("longer")
        with replacing(tmp_path / "chair.png") as partial:
            partial.write_text("short")
    assert (tmp_path / "chair.png.png").read_text() == "longer"


@pytest.mark.parametrize("letter", ["a", "\N{CJK UNIFIED IDEOGRAPH-6905}"])
def test_names_may_be_as_long_as_the_disk_allows(tmp_path, letter):
    name = letter * (251 // len(letter.encode())) + ".png"
    with replacing(tmp_path / name) as partial:
        partial.write_text("whole")
    assert names_in(tmp_path) == [name]


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
