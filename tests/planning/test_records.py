"""What is known of results, kept beside them and put back where they hold what they held."""

import base64
import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from alignment.planning.records import UNKNOWN, keep, restore

MADE = ["results/a/x.csv", "results/a/folder", "results/b/" + "long" * 60 + ".csv"]
SCRIPTS = "../repo/workflow_scripts"
TIME = 1_500_000_000_123_456_789


def record_file(path):
    """Where Snakemake writes what it knows of a file, after its own naming."""
    name = base64.urlsafe_b64encode(path.encode()).decode()
    if len(name) > 254:
        return f".snakemake/metadata/@{name[:254]}/{name[254:]}"
    return f".snakemake/metadata/{name}"


def record_of(path):
    try:
        with open(record_file(path)) as file:
            return json.load(file)
    except FileNotFoundError:
        return None


@pytest.fixture
def results(tmp_path, monkeypatch):
    """Three results, one a folder, with records of Snakemake, kept after a run."""
    monkeypatch.chdir(tmp_path)
    Path("results/a/folder/deeper").mkdir(parents=True)
    Path("results/b").mkdir()
    for path in (MADE[0], MADE[2], "results/a/folder/1.png", "results/a/folder/deeper/2.png"):
        with open(path, "w") as file:
            file.write(f"content of {path}")
    with open("results/a/folder/.snakemake_timestamp", "w"):
        pass
    for path in MADE:
        Path(record_file(path)).parent.mkdir(parents=True, exist_ok=True)
        with open(record_file(path), "w") as file:
            inputs = [f"{SCRIPTS}/figures.mplstyle", "data/x.csv"]
            made = {"rule": "make", "params": [path], "input": inputs}
            json.dump(made | {"record_format_version": 6}, file)
        set_time(path, TIME)
    keep(SCRIPTS)


def timed(path):
    return Path(path, ".snakemake_timestamp") if Path(path).is_dir() else Path(path)


def set_time(path, time):
    os.utime(timed(path), ns=(time, time))


def time_of(path):
    return timed(path).stat().st_mtime_ns


def test_what_was_copied_gets_back_its_times_and_records(results):
    shutil.rmtree(".snakemake")
    for path in MADE:
        set_time(path, TIME + 10**12)
    restore(SCRIPTS)
    assert [time_of(path) for path in MADE] == [TIME] * 3
    assert [record_of(path)["params"] for path in MADE] == [[path] for path in MADE]


@pytest.mark.parametrize("changed", [MADE[0], "results/a/folder/deeper/2.png"])
def test_what_was_altered_on_the_way_is_made_anew(results, changed):
    shutil.rmtree(".snakemake")
    with open(changed, "a") as file:
        file.write("!")
    restore(SCRIPTS)
    (altered,) = [path for path in MADE if changed.startswith(path)]
    assert {path: record_of(path) == UNKNOWN for path in MADE} == {
        path: path == altered for path in MADE
    }


def test_results_without_any_record_are_made_anew(results):
    shutil.rmtree(".snakemake")
    Path("results/records.json.gz").unlink()
    restore(SCRIPTS)
    assert [record_of(path) for path in MADE] == [UNKNOWN] * 3
    # Of a folder that a job made the files are nobody's results by themselves.
    assert record_of("results/a/folder/1.png") is None


def test_records_of_other_results_in_the_same_folder_are_replaced(results):
    """A finished folder is copied over that of another run, with records of its own."""
    with open(record_file(MADE[0]), "w") as file:
        json.dump({"rule": "other", "params": ["other"]}, file)
    with open(".snakemake/results_mark", "w") as file:
        file.write(f"another {SCRIPTS}")
    restore(SCRIPTS)
    assert record_of(MADE[0])["params"] == [MADE[0]]


def test_where_results_never_moved_snakemakes_own_records_hold(results):
    """Of a run that was killed there are newer ones."""
    newer = {"rule": "make", "params": ["newer"], "record_format_version": 6}
    with open(record_file(MADE[0]), "w") as file:
        json.dump(newer, file)
    with open(MADE[0], "w") as file:
        file.write("newer")
    set_time(MADE[0], TIME + 5)
    Path(record_file(MADE[2])).unlink()
    restore(SCRIPTS)
    assert (record_of(MADE[0]), time_of(MADE[0])) == (newer, TIME + 5)
    assert record_of(MADE[2]) is None


def test_a_file_is_read_again_only_when_its_size_or_time_changed(results, monkeypatch):
    monkeypatch.setattr("alignment.planning.records._digest", lambda path: pytest.fail(path))
    restore(SCRIPTS)
    keep(SCRIPTS)


def cut(path):
    with open(path, "r+b") as file:
        file.truncate(40)


def alter(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def replace(path):
    path.write_bytes(gzip.compress(b"[]"))


@pytest.mark.parametrize("damage", [cut, alter, replace])
def test_damaged_records_are_as_good_as_none(results, damage):
    shutil.rmtree(".snakemake")
    damage(Path("results/records.json.gz"))
    restore(SCRIPTS)
    assert record_of(MADE[0]) == UNKNOWN


def test_a_folder_without_results_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    restore(SCRIPTS)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_results_can_still_be_looked_at(results):
    """A folder would be refused to anyone but root, a file in its place to everyone."""
    before = time_of(MADE[0])
    shutil.rmtree(".snakemake")
    Path(".snakemake").touch()
    restore(SCRIPTS)
    keep(SCRIPTS)
    assert time_of(MADE[0]) == before


def test_where_scripts_lie_elsewhere_records_name_them_there(results):
    """Also where Snakemake's own folder came along; in order, as Snakemake compares them."""
    restore("workflow_scripts")
    inputs = ["data/x.csv", "workflow_scripts/figures.mplstyle"]
    assert [record_of(path)["input"] for path in MADE] == [inputs] * 3
    restore(SCRIPTS)
    assert record_of(MADE[0])["input"] == [f"{SCRIPTS}/figures.mplstyle", "data/x.csv"]
