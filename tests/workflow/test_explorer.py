"""The explorer in a run, and what it is made of: for a pooled head and for one that is not."""

import base64
import json
import re
import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image
from project import GROUPS, make_project

from alignment.artifacts.arrays import Arrays, read_arrays
from alignment.artifacts.tables import read_columns
from alignment.similarity.pairs import square

pytestmark = pytest.mark.workflow

MODELS = {"efficientnet_lite0": "pooled", "small_random": "forward"}
# As SqueezeNet ends, with fewer maps
NETS = """
from torch.nn import AdaptiveAvgPool2d, Conv2d, Flatten, ReLU, Sequential

def build():
    maps = Conv2d(3, 64, 7, stride=8), ReLU()
    return Sequential(*maps, Conv2d(64, 32, 1), ReLU(), AdaptiveAvgPool2d(1), Flatten())
"""
SMALL = {
    "architecture": "nets.py:build",
    "weights": {"random": 1},
    "input_size": 48,
    "layers": {"feature_maps": "1", "embedding": "5"},
}
COHORTS = {"small": range(12), "smaller": range(10)}  # the second: discs alone
OVERLAY = {
    "datasets": {
        "tiny": None,
        "second": {"labels": "data/second/labels.csv"},
    },
    "cohorts": {
        **{"tiny": None, "tiny-a": None, "small": {"dataset": "second"}},
        "smaller": {"dataset": "second", "query": "group == 'a'"},
    },
    "models": {"efficientnet_lite1": None, "small_random": SMALL},
    "crossvalidation": {"seeds": [111], "n_folds": 2},
    "statistics": {"resamples": 0},
    "explorer": {"enabled": True},
    "heatmaps": {"kinds": ["ais", "mean"]},
}
PAIR = "results/heatmaps/small/efficientnet_lite0/pairs/a/03--a/07.png"
# In folders of their groups
NAMES = [f"{group}/{k:02}" for k, group in enumerate(GROUPS[:12])]
CASES = [(cohort, model) for cohort in COHORTS for model in MODELS]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = make_project(tmp_path_factory.mktemp("explorer"))
    (project / "nets.py").write_text(NETS)
    project.run("explorer", PAIR, overlays=[OVERLAY])
    return project


def values_of(pack, name):
    return np.frombuffer(base64.b64decode(json.loads(pack)[name]["data"]), "<f4")


def test_a_page_is_made_that_holds_every_cohort_and_model(project):
    page = (project / "results/explorer/second.html").read_text("utf-8")
    (contents,) = re.findall(r'id="contents">(.*?)</script>', page)
    contents = json.loads(contents)
    assert [model["id"] for model in contents["models"]] == list(MODELS)
    assert [model["pooled"] for model in contents["models"]] == [True, False]
    assert [cohort["id"] for cohort in contents["cohorts"]] == list(COHORTS)
    assert contents["images"] == NAMES
    assert contents["labels"] == {"folder": GROUPS[:12], "group": GROUPS[:12]}
    assert len(contents["numbers"]) == 4
    assert "seeds:\n  - 111" in contents["methods"]["config"]
    assert contents["methods"]["citations"] == []  # nothing is known of own data
    packs = dict(re.findall(r'data-pack="(.*?)">(.*?)</script>', page))
    assert contents["heatmaps"] == [["ais", "AIS"], ["mean", "mean of all maps"]]
    for cohort, model in CASES:
        assert f"pairs/{cohort}/{model}" in packs
        shown = values_of(packs[f"heatmaps/{cohort}/{model}@mean"], "heatmap")
        made = Arrays(project / f"results/heatmaps/{cohort}/{model}@mean/heatmaps.h5")["heatmap"]
        assert (shown == made.ravel()).all()
        shares = values_of(packs[f"folds/{cohort}/{model}"], "share")
        tables = (project / f"results/retained/{cohort}/{model}").rglob("*.csv")
        retained = np.concatenate([read_columns(table)["map"] for table in tables])
        assert (shares == np.bincount(retained, minlength=len(shares)) / 2).all()
    assert list((project / "results/explorer/data/second").glob("*.js")) == []


def test_a_report_says_where_a_page_lies_with_what_is_beside_it(project, tmp_path):
    report = tmp_path / "report.zip"
    done = project.snakemake("explorer", overlays=[OVERLAY], flags=["--report", str(report)])
    assert done.code == 0, done.said
    with zipfile.ZipFile(report) as archive:
        page = archive.read("report/report.html").decode()
    assert "not part of this report: open results/explorer/second.html then" in page


def test_a_second_run_finds_nothing_to_do(project):
    assert project.planned("explorer", PAIR, overlays=[OVERLAY]) == []


@pytest.mark.parametrize(("cohort", "model"), CASES)
def test_pairs_of_an_image_average_to_its_fit_with_people(project, cohort, model):
    pairs = Arrays(project / f"results/pair_ais/{cohort}/{model}.h5")
    n = len(COHORTS[cohort])
    fit = read_arrays(project / f"results/image_ais/{cohort}/{model}.h5", "fit_full")
    assert len(pairs["first"]) == n * (n - 1)
    means = np.bincount(pairs["first"], pairs["contribution"]) / (n - 1)
    np.testing.assert_allclose(means, fit, atol=1e-12)
    assert (np.diff(pairs["ais"], axis=1) <= 0).all()


@pytest.mark.parametrize("cohort", COHORTS)
def test_places_share_out_the_similarity_of_a_pooled_head(project, cohort):
    model = "efficientnet_lite0"
    pairs = Arrays(project / f"results/heatmaps/{cohort}/{model}/pairs.h5")
    held_out = Arrays(project / f"results/predictions/{cohort}/{model}-held_out.h5")
    embedding = read_arrays(project / f"results/activations/second/{model}.h5", "embedding")
    rsm = np.corrcoef(embedding[COHORTS[cohort]].astype(float))
    where = pairs["first"], pairs["second"]
    np.testing.assert_allclose(pairs["all_maps"].sum(axis=(1, 2)), rsm[where], atol=1e-6)
    shares = pairs["retained"].sum(axis=(1, 2))
    np.testing.assert_allclose(shares, held_out["similarity"][where], atol=1e-6)
    assert (pairs["n_folds"] == held_out["n_folds"][where]).all()
    assert 0 < np.isfinite(shares).mean() < 1


@pytest.mark.parametrize("cohort", COHORTS)
def test_places_share_out_the_drops_of_any_other_head(project, cohort):
    model = "small_random"
    pairs = Arrays(project / f"results/heatmaps/{cohort}/{model}/pairs.h5")
    perturbation = Arrays(project / f"results/perturbation/second/{model}.h5")
    rsm, one_side = square(perturbation["rsm"], 12), perturbation["rsm_without_one_side"]
    drops = (rsm[:, None] - one_side).sum(axis=1)[np.ix_(COHORTS[cohort], COHORTS[cohort])]
    shares = pairs["all_maps"].sum(axis=(1, 2))
    np.testing.assert_allclose(shares, drops[pairs["first"], pairs["second"]], atol=1e-5)


@pytest.mark.parametrize(("cohort", "model"), CASES)
def test_held_out_pairs_are_those_that_some_fold_tests(project, cohort, model):
    held_out = Arrays(project / f"results/predictions/{cohort}/{model}-held_out.h5")
    similarity, n_folds = held_out["similarity"], held_out["n_folds"]
    off = ~np.eye(len(similarity), dtype=bool)
    assert (np.isfinite(similarity[off]) == (n_folds[off] > 0)).all()
    assert (similarity == similarity.T)[n_folds > 0].all()
    assert n_folds.max() == 1  # one fold of each seed at most


def test_a_pair_is_drawn_on_demand_and_an_unknown_one_refused_before_any_job(project):
    assert Image.open(project / PAIR).size[0] > 1000
    for pair, said in {
        "a/03--a/70": "'a/03--a/70' does not name a pair: there is no picture 'a/70' in the "
        "dataset 'second' (the nearest are a/0",
        "a/03--a/03": "'a/03--a/03' names 'a/03' twice: a pair is two different pictures.",
        "a/03": "'a/03' does not name a pair: write the names of two pictures with -- between",
    }.items():
        wrong = PAIR.replace("a/03--a/07", pair)
        done = project.snakemake(wrong, overlays=[OVERLAY], flags=["--cores", "1"])
        assert done.code != 0
        assert done.said.splitlines()[-1].startswith(f"Error: {said}")
        assert "Traceback" not in done.said


def test_a_pair_of_which_one_picture_is_of_another_cohort_is_refused(project):
    wrong = PAIR.replace("small/", "smaller/").replace("a/07", "b/10")
    done = project.snakemake(wrong, overlays=[OVERLAY], flags=["--cores", "2"])
    assert done.code != 0
    assert (
        "Error: 'a/03--b/10' does not name a pair: there is no picture 'b/10' in the cohort "
        "'smaller' (the nearest are a/"
    ) in done.said


def planned(project, overlay=OVERLAY):
    """The rules that would make the page anew, without the one that names all pages."""
    return {job.rule for job in project.planned("explorer", overlays=[overlay])} - {"explorer"}


def test_another_look_draws_the_page_alone_anew(project, tmp_path):
    copied = project.copy(tmp_path / "edited")
    style = copied / "workflow_scripts/alignment/explorer/page.css"
    style.write_text(style.read_text() + "p { margin: 0; }\n")
    assert planned(copied) == {"draw_explorer"}


@pytest.mark.parametrize("moved", [False, True])
def test_other_code_is_noticed(project, tmp_path, moved):
    copied = project.copy(tmp_path / "edited")
    if moved:
        shutil.rmtree(copied / ".snakemake")
    assert planned(copied) == set()
    with open(copied / "workflow_scripts/draw_explorer.py", "a") as code:
        code.write("\n\ndef added():\n    return 1\n")
    assert planned(copied) == {"draw_explorer"}


def test_what_was_made_anew_before_is_shown(project, tmp_path):
    copied = project.copy(tmp_path / "edited")
    signed = OVERLAY | {"heatmaps": OVERLAY["heatmaps"] | {"negative_scores": True}}
    heatmaps = [f"results/heatmaps/{cohort}/{model}/heatmaps.h5" for cohort, model in CASES]
    rivals = [path.replace("/heatmaps.h5", "@mean/heatmaps.h5") for path in heatmaps]
    copied.run(*heatmaps, *rivals, overlays=[signed])
    assert planned(copied, signed) == {"draw_explorer"}
