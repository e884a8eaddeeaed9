"""The saliency stage in a run: its sources, its switch, and what is refused."""

import csv

import h5py
import numpy as np
import pytest
from PIL import Image
from project import GROUPS

pytestmark = pytest.mark.workflow

TABLE = "results/saliency/tiny-a/efficientnet_lite0.csv"
GAZE = """
import numpy as np


def upper(picture):
    height, width = picture.shape[:2]
    return np.outer(np.linspace(1, 0, height // 2), np.linspace(1, 1, width // 2))


def signed(picture):
    return picture[..., 0] - 300.0


def raising(picture):
    return picture[..., 3]
"""
# In the job's own process, which is the last to read the file
SETTINGS = {"OMP_WAIT_POLICY": "passive", "MALLOC_TRIM_THRESHOLD_": "67108864"}
NOTE_SETTINGS = f"""
import os, pathlib
found = [os.environ.get(name, "none") for name in {[*SETTINGS]}]
pathlib.Path("settings.txt").write_text(" ".join(found))
"""


def rows_of(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def saliency(**options):
    return [{"saliency": options}]


def write_maps(folder, n_images):
    """Maps of each kind of file, of the lower half of the picture."""
    folder.mkdir(parents=True)
    values = np.zeros((20, 20), dtype=np.uint8)
    values[10:] = np.arange(1, 201).reshape(10, 20)
    for k in range(n_images):
        if k % 3 == 0:
            Image.fromarray(values).save(folder / f"{k:02}.png")
        elif k % 3 == 1:
            np.save(folder / f"{k:02}.npy", values.astype(float))
        else:
            np.savez(folder / f"{k:02}.npz", values)


def test_a_stage_that_is_switched_off_costs_nothing(finished):
    off = saliency(enabled=False, folders={"gone": "no/such/folder"})
    assert finished.planned(overlays=off) == []
    jobs = finished.planned(overlays=off, flags=["--forceall"])
    assert not [job for job in jobs if "saliency" in job.rule or "risk" in job.rule]


def test_maps_say_what_they_are(finished):
    kinds = {}
    for source in ("spectral_residual", "fine_grained", "gaussian"):
        with h5py.File(finished / f"results/saliency/tiny/{source}.h5") as file:
            kinds[source] = file.attrs["kind"]
            assert file.attrs["source"] == source
            assert len(file["maps"]) == len(file["images"]) == len(GROUPS)
            size = (64, 64) if source == "spectral_residual" else (48, 64)
            assert file["maps/000003"].shape == size
    assert kinds == {
        "spectral_residual": "bottom-up saliency",
        "fine_grained": "bottom-up saliency",
        "gaussian": "baseline",
    }
    for row in rows_of(finished / "results/saliency/summary.csv"):
        assert row["kind"] == kinds[row["source"]]


def test_the_summary_tests_every_source_but_the_baseline(finished):
    rows = rows_of(finished / "results/saliency/summary.csv")
    assert len(rows) == 2 * 2 * 3 * 6
    for row in rows:
        # In a heatmap of 2 x 2 values more than 5 % of the pixels may be as high as the highest.
        tested = row["source"] != "gaussian" and row["n"] != "0"
        assert bool(row["p"]) == bool(row["p_holm"]) == tested
        if row["p"]:
            assert 0 < float(row["p"]) <= float(row["p_holm"]) <= 1
        assert int(row["n_images"]) == (16 if row["cohort"] == "tiny" else 10)


def test_folders_functions_and_fixations_of_the_users_own(copied, monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    write_maps(copied / "maps/tiny", len(GROUPS))
    (copied / "gaze.py").write_text(GAZE + NOTE_SETTINGS)
    lines = [f"{k:02},{x},40\n" for k in range(5) for x in (3, 20.5, 41)]
    (copied / "fixations.csv").write_text("image,x,y\n" + "".join(lines))
    own = saliency(
        bottom_up=[],
        folders={"lower": "maps/{dataset}"},
        functions={"upper": "gaze.py:upper"},
        fixations={"tiny": "fixations.csv"},
    )
    copied.run(TABLE, "results/figures/relative_risk.png", overlays=own)
    # Threads of jobs do not spin while they wait, and their memory is not cleared again and again.
    assert (copied / "settings.txt").read_text().split() == [*SETTINGS.values()]
    rows = rows_of(copied / TABLE)
    assert [row["source"] for row in rows[:3]] == ["lower", "upper", "gaussian"]
    auc = {row["source"]: float(row["saliency_auc_judd"]) for row in rows if row["image"] == "02"}
    assert auc["lower"] > 0.5 > auc["upper"]
    assert [row["image"] for row in rows if row["nss"]] == [
        f"{k:02}" for k in range(5) for _ in auc
    ]
    assert {row["measure"] for row in rows_of(copied / "results/saliency/summary.csv")} > {
        *("nss", "auc_judd", "saliency_nss", "saliency_auc_judd"),
    }
    # An edited function and another map are noticed.
    assert copied.planned(TABLE, overlays=own) == []
    (copied / "gaze.py").write_text(GAZE + NOTE_SETTINGS + "\n# more\n")
    assert {job.rule for job in copied.planned(TABLE, overlays=own)} == {
        *("compute_saliency", "compare_saliency")
    }
    assert len(copied.planned("results/saliency/tiny/upper.h5", overlays=own)) == 1
    np.save(copied / "maps/tiny/01.npy", np.eye(7))
    assert len(copied.planned("results/saliency/tiny/lower.h5", overlays=own)) == 1
    assert copied.planned("results/saliency/tiny/gaussian.h5", overlays=own) == []


def test_bad_maps_end_the_run_in_one_sentence(copied):
    write_maps(copied / "maps", 9)
    (copied / "gaze.py").write_text(GAZE)
    (copied / "broken.py").write_text("def look(picture)\n    return 1\n")
    cases = {
        "few": "the folder maps has no saliency map for 7 of 16 pictures (09, 10, 11, 12, 13 and 2",
        "signed": "what gaze:signed returns for the picture '00' holds negative values",
        "raising": "gaze.py:raising, for the picture '00', raised IndexError: index 3 is out of",
        "broken": "config: saliency: functions: broken: broken.py cannot be imported: SyntaxError",
    }
    functions = {"signed": "gaze:signed", "raising": "gaze.py:raising", "broken": "broken.py:look"}
    own = saliency(folders={"few": "maps"}, functions=functions)
    targets = [f"results/saliency/tiny/{source}.h5" for source in cases]
    done = copied.snakemake(*targets, overlays=own, flags=["--cores", "1", "--keep-going"])
    assert done.code != 0
    for source, sentence in cases.items():
        log = (copied / f"results/logs/compute_saliency/tiny/{source}.log").read_text()
        (line,) = (line for line in log.splitlines() if line.startswith("Error: "))
        assert sentence in line
        assert line in done.said
