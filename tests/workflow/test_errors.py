"""Bad input ends a run at once, in a sentence that says what is wrong, where, and what is right."""

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest
from project import draw_dataset, make_project

pytestmark = pytest.mark.workflow

LITE = "efficientnet_lite0"


# Found while the config is read: nothing is planned at all.  tests/planning has every sentence.

CONFIG_ERRORS = {
    "form": (
        {"heatmaps": {"percentiles": [140]}},
        ("config: heatmaps: percentiles: ", "of at least 1 and below 100"),
    ),
    "name": (
        {"cohorts": {"tiny": {"dataset": "tinny"}}},
        (
            "config: cohorts: tiny: dataset: 'tinny' is not one of the datasets (tiny, second)",
            "tiny: null",
        ),
    ),
    "column of a query": (
        {"cohorts": {"tiny-a": {"query": "animal == 1"}}},
        ("config: cohorts: tiny-a: query: 'animal == 1' ", "the label columns are: group"),
    ),
    "dropped name": (
        {"models": {"efficientnet_lit1": None}},
        ("config: models: efficientnet_lit1: ", "lite1"),
    ),
}


@pytest.mark.parametrize("case", CONFIG_ERRORS)
def test_a_bad_config_is_refused_in_one_sentence_before_anything_is_planned(finished, case):
    overlay, parts = CONFIG_ERRORS[case]
    done = finished.snakemake(overlays=[overlay], flags=["--dry-run"])
    assert done.code != 0
    assert "Job stats" not in done.said
    assert "Traceback" not in done.said
    (sentence,) = (line for line in done.said.splitlines() if line.startswith("Error: config: "))
    assert all(part in sentence for part in parts), sentence
    assert sentence.endswith(".")


# Found by the first jobs.  All cases run at once, each in a dataset or model of its own.


def change(function):
    """Spoil the matrix of judgments."""

    def spoil(folder):
        path = folder / "judgments.npy"
        np.save(path, function(np.load(path)))

    return spoil


def put(row, column, value):
    def function(matrix):
        matrix[row, column] = value
        return matrix

    return change(function)


def put_pair(value):
    def function(matrix):
        matrix[2, 5] = matrix[5, 2] = value
        return matrix

    return change(function)


def write_pickle(folder):
    marker = folder / "was-run"
    pickled = pickle.dumps(_Trap(marker))
    (folder / "judgments.pkl").write_bytes(pickled)
    # An array of objects is a pickle too.
    np.save(folder / "objects.npy", np.array([[_Trap(marker)]], dtype=object), allow_pickle=True)


class _Trap:
    """Something that leaves a file behind when it is unpickled."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def cut_picture(folder):
    path = folder / "pictures/07.png"
    path.write_bytes(path.read_bytes()[:-2000])


def add_namesake(folder):
    (folder / "pictures/03.jpg").write_bytes((folder / "pictures/03.png").read_bytes())


def write_labels(old, new):
    def spoil(folder):
        path = folder / "labels.csv"
        path.write_text(path.read_text().replace(old, new))

    return spoil


def leave_as_it_is(folder):
    pass


NPY = "data/{case}/judgments.npy"
# What is spoiled, options of the dataset or a query, and parts of the sentence.
DATA_ERRORS = {
    "not-square": (change(lambda m: m[:10]), {}, (NPY, "10 × 16", "16 × 16")),
    "other-size": (change(lambda m: m[:9, :9]), {}, (NPY, "9 × 9", "16 pictures", "16 × 16")),
    "asymmetric": (put(2, 5, 0.99), {}, (NPY, "not symmetric", "02, 05", "symmetrize: mean")),
    "nan": (put_pair(np.nan), {}, (NPY, "no value for 1 of 120 pairs", "missing: drop")),
    "infinite": (put_pair(np.inf), {}, (NPY, "2 infinite values", "02, 05", "must be finite")),
    "constant": (
        change(lambda m: np.where(np.eye(len(m)), 1, 0.5)),
        {},
        (NPY, "every pair the value 0.5"),
    ),
    "not-dissimilarity": (
        leave_as_it_is,
        {"kind": "dissimilarity"},
        (NPY, "on the diagonal under kind: dissimilarity", "set kind: similarity"),
    ),
    "not-similarity": (
        change(lambda m: 1 - m),
        {},
        (
            NPY,
            "on the diagonal under kind: similarity",
            "or kind: dissimilarity if larger values mean less alike",
        ),
    ),
    "text": (
        lambda folder: (folder / "judgments.npy").write_text("none"),
        {},
        (NPY, "cannot be read", ".npy"),
    ),
    "pickle": (
        write_pickle,
        {"file": "data/pickle/judgments.pkl"},
        ("data/pickle/judgments.pkl", "pickle", ".npy"),
    ),
    "pickled-array": (
        write_pickle,
        {"file": "data/pickled-array/objects.npy"},
        ("data/pickled-array/objects.npy", "real numbers", "never loaded"),
    ),
    "unreadable-picture": (
        lambda folder: (folder / "pictures/07.png").write_text("no picture"),
        {},
        ("the picture data/{case}/pictures/07.png cannot be read", "PNG or JPEG"),
    ),
    "truncated-picture": (
        cut_picture,
        {},
        ("the picture data/{case}/pictures/07.png cannot be read", "truncated", "PNG or JPEG"),
    ),
    "two-of-a-name": (
        add_namesake,
        {},
        ("03.jpg and 03.png in data/{case}/pictures", "share the name '03'", "rename or remove"),
    ),
    "labels-without-names": (
        write_labels("image", "picture"),
        {},
        ("data/{case}/labels.csv", "no column 'image' but picture, group"),
    ),
    "labels-without-a-row": (
        write_labels("04,a\n", ""),
        {},
        ("data/{case}/labels.csv", "no row for 04", "16 pictures"),
    ),
    "sum-of-text": (
        leave_as_it_is,
        {"query": "group * 2 == 1"},
        (
            "config: cohorts: {case}: query: ",
            "calculates with text",
            "the label columns are: group",
        ),
    ),
    "empty-cohort": (
        leave_as_it_is,
        {"query": "group == 'c'"},
        ("config: cohorts: {case}: query: ", "none of the 16 images", "columns are: group"),
    ),
    "not-a-query": (
        leave_as_it_is,
        {"query": "group"},
        ("config: cohorts: {case}: query: ", "yes or no for every image", "columns are: group"),
    ),
    "small-cohort": (
        leave_as_it_is,
        {"query": "group == 'b'"},
        ("n_folds: 3 folds", "'{case}' (6 images)", "at least 3", "at most 2 folds"),
    ),
}
MODEL_ERRORS = {
    "unknown-layer": (
        {"layers": {"feature_maps": "features.99"}},
        ("{case}", "layers: feature_maps", "no layer features.99"),
    ),
    "unknown-weights": (
        {"weights": "IMAGENET9K"},
        ("{case}", "weights 'IMAGENET9K' are not known for efficientnet_lite0", "imagenet"),
    ),
    "other-sha256": (
        {"weights": {"file": "data/weights.pth", "sha256": "0" * 64}},
        ("{case}", "data/weights.pth has the SHA-256 {digest} but " + "0" * 64, "damaged"),
    ),
}
WEIGHTS = b"some weights"


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory):
    """The project and all that it said after a run in which every dataset and model is bad."""
    project = make_project(tmp_path_factory.mktemp("spoilt"))
    (project / "data/weights.pth").write_bytes(WEIGHTS)
    datasets, cohorts = {}, {}
    for case, (spoil, options, _) in DATA_ERRORS.items():
        folder = f"data/{case}"
        draw_dataset(project / folder)
        spoil(project / folder)
        judgments = {"file": f"{folder}/judgments.npy", "kind": "similarity"}
        judgments |= {key: value for key, value in options.items() if key != "query"}
        datasets[case] = {"images": f"{folder}/pictures", "judgments": judgments}
        datasets[case]["labels"] = f"{folder}/labels.csv"
        cohorts[case] = {"dataset": case}
        if "query" in options:
            cohorts[case]["query"] = options["query"]
    good = {"architecture": LITE, "weights": "imagenet", "input_size": 64}
    models = {case: {**good, **options} for case, (options, _) in MODEL_ERRORS.items()}
    done = project.snakemake(
        *(f"results/folds/{case}.h5" for case in DATA_ERRORS),
        *(f"results/networks/{case}.safetensors" for case in MODEL_ERRORS),
        overlays=[{"datasets": datasets, "cohorts": cohorts, "models": models}],
        flags=["--cores", "2", "--keep-going"],
    )
    return project, done


def assert_refused(done, case, parts):
    digest = hashlib.sha256(WEIGHTS).hexdigest()
    parts = [part.format(case=case, digest=digest) for part in parts]
    said = [line for line in done.said.splitlines() if all(part in line for part in parts)]
    assert said, done.said
    assert all(line.startswith("Error: ") for line in said), said
    assert all(len(line) < 600 for line in said), said


@pytest.mark.parametrize("case", DATA_ERRORS)
def test_bad_data_are_refused_in_one_sentence(spoilt, case):
    project, done = spoilt
    assert done.code != 0
    assert_refused(done, case, DATA_ERRORS[case][2])
    assert not (project / f"results/folds/{case}.h5").exists()


@pytest.mark.parametrize("case", MODEL_ERRORS)
def test_bad_models_are_refused_in_one_sentence(spoilt, case):
    project, done = spoilt
    assert done.code != 0
    assert_refused(done, case, MODEL_ERRORS[case][1])
    assert not (project / f"results/networks/{case}.safetensors").exists()


def test_a_misspelt_network_ends_a_run_before_what_it_made_is_deleted(finished):
    made = finished / f"results/networks/{LITE}.safetensors"
    before = made.stat().st_mtime_ns
    overlay = {"models": {LITE: {"architecture": "efficientnet_lite7"}}}
    done = finished.snakemake(overlays=[overlay])
    assert done.code != 0
    said = f"config: models: {LITE}: the architecture 'efficientnet_lite7' is not known: did you"
    assert any(said in line and LITE in line for line in done.said.splitlines()), done.said
    assert made.stat().st_mtime_ns == before
    assert finished.planned() == []


def test_bad_input_shows_no_traceback(spoilt):
    assert "Traceback" not in spoilt[1].said


def test_pickles_are_never_loaded(spoilt):
    assert (spoilt[0] / "data/pickle/judgments.pkl").exists()
    assert not list((spoilt[0] / "data").rglob("was-run"))


def test_the_trap_works(tmp_path):
    pickle.loads(pickle.dumps(_Trap(tmp_path / "was-run")))
    assert (tmp_path / "was-run").exists()


@pytest.mark.parametrize(
    ("overlay", "parts"),
    [
        ({"cohorts": {"tiny": {"query": "animal == 1"}}}, ("query: 'animal == 1'", "group")),
        ({"models": {LITE: {"layers": {"feature_maps": "features.99"}}}}, ("features.99",)),
        ({"heatmaps": {"colours": "rainbowish"}}, ("heatmaps: colours: ", "'rainbowish'")),
    ],
    ids=["cohort", "layer", "colours"],
)
def test_bad_input_ends_a_whole_run_before_any_heavy_stage(fresh, overlay, parts):
    # Many cores: nothing has to wait for want of them.
    done = fresh.snakemake(overlays=[overlay], flags=["--cores", "16"])
    assert done.code != 0
    assert any(all(part in line for part in parts) for line in done.said.splitlines()), done.said
    for stage in ("activations", "perturbation", "ais"):
        assert not list((fresh / "results").glob(f"{stage}/*/*")), stage
