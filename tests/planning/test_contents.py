"""What files hold: noticed whatever their dates, and read once."""

import hashlib
import os

from alignment.planning.contents import contents


def digest(content):
    return hashlib.sha256(content).hexdigest()


def test_another_content_is_noticed_whatever_its_date(tmp_path):
    file, memory = tmp_path / "a.npy", tmp_path / "results/known.json"
    file.write_bytes(b"one")
    assert contents([str(file), str(tmp_path), str(tmp_path / "none")], memory) == {
        "a.npy": digest(b"one")
    }
    file.write_bytes(b"two")
    os.utime(file, (1, 1))
    assert contents([str(file)], memory) == {"a.npy": digest(b"two")}


def test_a_file_is_read_again_only_when_its_size_or_time_changed(tmp_path):
    file, memory = tmp_path / "a.npy", tmp_path / "known.json"
    file.write_bytes(b"one")
    os.utime(file, ns=(5, 5))
    contents([str(file)], memory)
    file.write_bytes(b"two")  # of the same size
    os.utime(file, ns=(5, 5))
    assert contents([str(file)], memory) == {"a.npy": digest(b"one")}
    os.utime(file, ns=(6, 6))
    assert contents([str(file)], memory) == {"a.npy": digest(b"two")}


def test_files_of_one_name_are_told_apart_wherever_their_folder_lies(tmp_path):
    for root in ("here", "elsewhere/further"):
        files = [tmp_path / root / name for name in ("a/b/n.py", "c/b/n.py", "c/m.py", "n.py")]
        for number, file in enumerate(files):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"%d" % number)
        found = contents(map(str, files), tmp_path / "known.json")
        assert [found[name] for name in ("a/b/n.py", "c/b/n.py", "m.py")] == [
            digest(b"%d" % number) for number in range(3)
        ]
        assert digest(b"3") in found.values()
        assert len(found) == 4


def test_a_memory_that_is_damaged_or_cannot_be_written_only_costs_time(tmp_path):
    file, memory = tmp_path / "a.npy", tmp_path / "known.json"
    file.write_bytes(b"one")
    for damaged in ("", "[1]", '{"x": 3}', "{"):
        memory.write_text(damaged)
        assert contents([str(file)], memory) == {"a.npy": digest(b"one")}
    assert contents([str(file)], file / "no folder" / "known.json") == {"a.npy": digest(b"one")}
