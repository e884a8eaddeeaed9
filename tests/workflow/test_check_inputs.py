"""What is understood of a config, told before anything is computed, and what is wrong with it."""

import re
import subprocess

import check_inputs
import numpy as np
import pytest
import yaml
from child_process import client_of_jobs
from project import CHECKOUT, draw_dataset, server_of_jobs

DROPPED = {
    "datasets": {"mur92": None},
    "cohorts": {"mur92": None, "mur92-animate": None, "mur92-inanimate": None},
    "models": {"efficientnet_lite0": None, "efficientnet_lite1": None},
}
MINE = {
    "images": "data/mine/pictures",
    "judgments": {"file": "data/mine/judgments.npy", "kind": "similarity"},
    "labels": "data/mine/labels.csv",
}
# The speed of small pictures is measured soon.
NET = {"architecture": "resnet18", "weights": {"random": 1}, "input_size": 64}


@pytest.fixture
def check(tmp_path):
    draw_dataset(tmp_path / "data/mine")

    def run(*more, **sections):
        config = {name: dict(section) for name, section in DROPPED.items()}
        for name, section in sections.items():
            config.setdefault(name, {}).update(section)
        (tmp_path / "mine.yaml").write_text(yaml.safe_dump(config))
        script = CHECKOUT / "workflow_scripts/check_inputs.py"
        done = subprocess.run(
            [*client_of_jobs(server_of_jobs()), script, "mine.yaml", *more],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def test_files_are_laid_over_one_another_as_in_a_run(check, tmp_path):
    (tmp_path / "more.yaml").write_text("crossvalidation: {n_folds: 3, seeds: [1, 2]}\n")
    code, said = check(
        "more.yaml",
        datasets={"mine": MINE},
        cohorts={"all": {"dataset": "mine"}},
        models={"net_random": NET},
        crossvalidation={"n_folds": 2, "seeds": [1]},
    )
    assert code == 0, said
    assert "3 folds of images for each seed (" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "more.yaml is empty: Snakemake takes no config file without a key."),
        ("# fit: r2\n", "more.yaml is empty: Snakemake takes no config file without a key."),
        ("fit: r2\nseeds: [1\n", "more.yaml: line 3: this is no YAML (did not find expected "),
        ("- fit\n", "more.yaml must have keys at its top, such as datasets: and cohorts:."),
    ],
)
def test_a_file_that_snakemake_would_not_take_is_named(check, tmp_path, text, said):
    (tmp_path / "more.yaml").write_text(text)
    code, answer = check("more.yaml")
    assert code == 1
    assert answer.startswith(f"Error: {said}")
    assert len(answer.splitlines()) == 1


def test_what_is_understood_is_told(check):
    code, said = check(
        datasets={"mine": MINE},
        cohorts={"a": {"dataset": "mine", "query": "group == 'a'"}},
        models={"net": {"architecture": "efficientnet_lite0", "weights": "imagenet"}},
        crossvalidation={"n_folds": 2, "seeds": [1]},
    )
    assert code == 0, said
    lines = [line.strip() for line in said.splitlines()]
    assert "pictures: 16, 00 to 15, sides 48 to 64 pixels" in lines
    assert any(line.startswith("judgments: similarity, 120 of 120 pairs, ") for line in lines)
    assert "labels: group" in lines
    assert "10 pictures (00, 01, 02, 03, 04, ...), 2 folds of images for each seed (1)" in lines
    assert "feature maps: _swish_1 (1280 x 7 x 7), embedding: view" in lines
    assert any(
        line.startswith("Warning: a fold of the cohort 'a' is tested on 5") for line in lines
    )
    (time,) = [line for line in lines if line.startswith("time: ")]
    assert "over 16 pictures here" in time
    assert any(line.startswith("memory: at most 4000 MB ") for line in lines)
    assert "head: global average pooling: by arithmetic on the embeddings" in lines


def test_pairs_that_are_most_and_least_alike_show_which_way_a_scale_runs():
    similarity = np.array(
        [[9, 3, 1, np.nan], [3, 9, 2, 5], [1, 2, 9, 4], [np.nan, 5, 4, 9]], dtype=float
    )
    found = check_inputs.extremes(similarity, ["a", "b", "c", "d"])
    assert found == {
        "most": "b and d (5); c and d (4); a and b (3)",
        "least": "a and c (1); b and c (2); a and b (3)",
    }


def test_a_fetched_dataset_is_told_once_it_is_here(check, tmp_path):
    design = {
        "datasets": {"mur92": {"source": "mur92"}},
        "cohorts": {"some": {"dataset": "mur92", "query": "group == 'a'"}},
        "models": {"net_random": NET},
        "crossvalidation": {"n_folds": 2, "seeds": [1]},
    }
    code, said = check(**design)
    assert code == 0, said
    assert "mur92: fetched by the first run" in said
    assert "of mur92: not known yet" in said
    source = tmp_path / "results/datasets/mur92/source"
    draw_dataset(source)
    names = [f"{k:02}" for k in range(16)]
    distances = 1 - np.load(source / "judgments.npy")
    np.savez(source / "judgments.npz", dissimilarities=distances, names=names)
    code, said = check(**design)
    assert code == 0, said
    assert "pictures: 16, 00 to 15" in said
    assert "10 pictures (00, 01, 02, 03, 04, ...)" in said


def test_everything_that_is_wrong_is_told_at_once(check, tmp_path):
    other = tmp_path / "data/other"
    draw_dataset(other)
    np.save(other / "judgments.npy", np.load(other / "judgments.npy")[:5, :5])
    code, said = check(
        datasets={
            "mine": MINE,
            "other": {
                "images": "data/other/pictures",
                "judgments": {"file": "data/other/judgments.npy", "kind": "similarity"},
            },
        },
        cohorts={"a": {"dataset": "mine", "query": "group == 'z'"}, "b": {"dataset": "other"}},
        models={"net_random": {"architecture": "vgg17", "weights": {"random": 1}}},
    )
    assert code == 1
    *before, first, _, second, _, third, _ = said.splitlines()
    # Once, after all that is understood, each under what it is about
    assert (first, second, third) == ("dataset other", "cohort a", "model net_random")
    assert not any("Error" in line for line in before)
    assert before.count("  cannot be used (the reason is at the end)") == 3
    errors = [line.strip() for line in said.splitlines() if "Error: " in line]
    assert len(errors) == 3, said
    for error, part in zip(errors, ("5 × 5", "keeps none of the 16 images", "vgg17"), strict=True):
        assert part in error


def test_a_picture_that_nobody_judged_is_warned_of(check, tmp_path):
    path = tmp_path / "data/mine/judgments.npy"
    judgments = np.load(path)
    judgments[3] = judgments[:, 3] = np.nan
    np.save(path, judgments)
    mine = {**MINE, "judgments": {**MINE["judgments"], "missing": "drop"}}
    sections = {"datasets": {"mine": mine}, "models": {"net_random": NET}}
    sections["cohorts"] = {"a": {"dataset": "mine"}}
    code, said = check(**sections, crossvalidation={"n_folds": 3})
    assert code == 0, said
    assert "  Warning: data/mine/judgments.npy judges no pair of the picture '03': a" in said
    # Of five folds some test it and two others alone.
    code, said = check(**sections, crossvalidation={"n_folds": 5})
    assert code == 1
    assert re.search(r"fold \d of the cohort 'a' has 1 judged test pairs", said)


SMALL = {
    "datasets": {"mine": MINE},
    "cohorts": {"a": {"dataset": "mine"}},
    "models": {"net_random": NET},
    "crossvalidation": {"n_folds": 3},
}
GAZE = """
def red(picture):
    return picture[..., 0]


def broken(picture):
    return picture["red"]
"""


def write_maps(folder, images):
    folder.mkdir(parents=True)
    for image in images:
        np.save(folder / f"{image}.npy", np.arange(64 if image == "03" else 48) * np.ones((48, 1)))


def test_identical_pictures_are_warned_of(check, tmp_path):
    pictures = tmp_path / "data/mine/pictures"
    (pictures / "05.png").write_bytes((pictures / "06.png").read_bytes())
    code, said = check(**SMALL, saliency={"enabled": False})
    assert code == 0, said
    assert "  Warning: 05 and 06 are the same picture: a fold may be tested on one and " in said


def test_what_is_read_of_saliency_maps_and_fixations_is_told(check, tmp_path):
    write_maps(tmp_path / "maps/mine", [f"{k:02}" for k in range(16)])
    np.save(tmp_path / "maps/mine/07.npy", np.zeros((48, 48)))
    np.save(tmp_path / "maps/mine/08.npy", np.arange(8.0).reshape(2, 4))
    (tmp_path / "gaze.py").write_text(GAZE)
    (tmp_path / "fixations.csv").write_text("image,x,y\n00,3,4\n00,5,90\n03,60,1\n")
    saliency = {
        "folders": {"lower": "maps/{dataset}"},
        "functions": {"upper": "gaze:red"},
        "fixations": {"mine": "fixations.csv"},
    }
    code, said = check(**SMALL, saliency=saliency)
    assert code == 0, said
    assert "saliency lower of mine\n  maps/mine: a map for each of 16 pictures\n" in said
    assert "  Warning: 1 of 16 saliency maps do not have the proportions of their pictures" in said
    assert "  Warning: 1 of 16 saliency maps are one value throughout (07), and are" in said
    assert "saliency upper of mine\n  gaze:red: tried on the picture '00', which took" in said
    built_in = "saliency fine_grained of mine\n  bottom-up saliency: tried on the picture '00'\n"
    assert built_in in said
    assert "fixations of mine\n  fixations.csv: 3 points in 2 of 16 pictures\n" in said
    assert "  Warning: the fixations fixations.csv have 1 of 3 points outside" in said


def test_wrong_saliency_maps_and_fixations_are_told_in_a_sentence_each(check, tmp_path):
    write_maps(tmp_path / "few", ["00", "03"])
    write_maps(tmp_path / "signed", [f"{k:02}" for k in range(16)])
    np.save(tmp_path / "signed/15.npy", -np.ones((48, 48)))
    (tmp_path / "gaze.py").write_text(GAZE)
    (tmp_path / "fixations.csv").write_text("image,x,y\nnobody,3,4\n")
    wrong = {
        "bottom_up": [],
        "folders": {"few": "few", "signed": "signed"},
        "functions": {"broken": "gaze:broken", "missing": "gaze:missing"},
        "fixations": {"mine": "fixations.csv"},
    }
    code, said = check(**SMALL, saliency=wrong)
    assert code == 1
    errors = [line.strip() for line in said.splitlines() if "Error: " in line]
    parts = (
        "the folder few has no saliency map for 14 of 16 pictures (01, 02, 04, 05, 06 and 9 more)",
        "the saliency map signed/15.npy holds negative values",
        "the function gaze:broken, for the picture '00', raised IndexError",
        "functions: missing: gaze has no function missing",
        "the fixations fixations.csv name nobody, which is no picture of the dataset",
    )
    assert len(errors) == len(parts), said
    for error, part in zip(errors, parts, strict=True):
        assert part in error
    code, said = check(**SMALL, saliency=wrong | {"enabled": False})
    assert code == 0, said


def test_a_config_that_is_wrong_in_form_is_refused(check):
    code, said = check()
    assert code == 1
    assert said.startswith("Error: config: cohorts: it is empty")
    assert "\nconfig: models: it is empty" in said
    assert "Traceback" not in said
