"""What a change makes a finished workflow do again, and what it leaves alone."""

import os
import shutil
from functools import cache
from modulefinder import ModuleFinder
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from project import CHECKOUT, COHORTS, DESIGNS, FIGURES, dependents, names
from snakemake_rules import rules_of_workflow

pytestmark = pytest.mark.workflow

OVERLAY_PICTURE = "results/heatmaps/tiny/efficientnet_lite0/p80/03.png"


def rules(jobs):
    return {job.rule for job in jobs}


def values_of(wildcard, jobs):
    return {job.wildcards[wildcard] for job in jobs if wildcard in job.wildcards}


# Settings


@pytest.mark.parametrize(
    ("overlay", "concerned"),
    [
        ({"heatmaps": {"colours": "viridis"}}, {"draw_overlays", "plot_heatmaps"}),
        ({"figures": {"grid_pictures": 4}}, {"plot_heatmaps", "plot_saliency"}),
        ({"heatmaps": {"negative_scores": True}}, {"compute_heatmaps"}),
        (
            {"fit": "spearman"},
            {
                *("score_maps", "select_maps", "measure_controls", "resample_images"),
                *("estimate_ceiling", "plot_prediction", "compare_chance"),
            },
        ),
        ({"controls": {"random_draws": 6}}, {"measure_controls"}),
        ({"statistics": {"resamples": 30}}, {"resample_images"}),
        ({"crossvalidation": {"n_folds": 2}}, {"make_folds"}),
        ({"crossvalidation": {"unit": "pairs"}}, {"make_folds"}),
    ],
    ids=min,  # of the keys, or of the rules
)
def test_another_setting_reruns_what_it_concerns(finished, all_jobs, overlay, concerned):
    expected = dependents(all_jobs, lambda job: job.rule in concerned)
    assert len(expected) < len(all_jobs)
    planned = finished.planned(overlays=[overlay])
    if "n_folds" in overlay.get("crossvalidation", ()):
        # Fewer files: those of the third fold are not made.
        assert rules(planned) == {rule for rule, _ in expected}
    else:
        assert names(planned) == expected


def test_other_folds_leave_alone_what_knows_no_folds(finished):
    jobs = rules(finished.planned(overlays=[{"crossvalidation": {"n_folds": 2}}]))
    alone = {"define_cohort", "score_images", "compute_heatmaps", "draw_overlays"}
    assert "score_maps" in jobs
    assert not alone & jobs


def test_another_label_draws_figures_again_and_computes_nothing(finished):
    labels = {"models": {"efficientnet_lite0": {"label": "net"}}}
    labels |= {"cohorts": {"tiny": {"label": "t"}}}
    planned = rules(finished.planned(overlays=[labels]))
    assert {"plot_prediction", "plot_distributions"} <= planned
    assert {rule.partition("_")[0] for rule in planned} == {"plot"}


def added(jobs, all_jobs):
    """The names of the jobs that make something that was not there, and of their dependents."""
    there = set().union(*(job.output for job in all_jobs))
    return dependents(jobs, lambda job: not job.output <= there)


@pytest.mark.parametrize(
    ("overlay", "wildcard", "value"),
    [
        ({"cohorts": {"tiny-b": {"dataset": "tiny"}}}, "cohort", "tiny-b"),
        (
            {"models": {"third": {"architecture": "efficientnet_lite2", "weights": "imagenet"}}},
            "model",
            "third",
        ),
    ],
    ids=["cohort", "model"],
)
def test_what_is_added_is_computed_alone(finished, all_jobs, overlay, wildcard, value):
    """Beside it run only the jobs that summarize, or draw, all there is."""
    jobs = finished.planned(overlays=[overlay])
    assert values_of(wildcard, jobs) == {value}
    everything = finished.planned("all", overlays=[overlay], flags=["--forceall"])
    others = [job for job in everything if wildcard not in job.wildcards]
    own = {job.name for job in everything if job.wildcards.get(wildcard) == value}
    assert own
    assert own <= names(jobs)
    # Of the others those alone that read something of it, or of what reads it.
    reading = added(everything, all_jobs) & names(others)
    assert names(jobs) - own <= reading


def test_another_percentile_is_only_drawn(finished):
    jobs = finished.planned(overlays=[{"heatmaps": {"percentiles": [80, 85.5]}}])
    assert rules(jobs) == {"draw_overlays", "plot_heatmaps"}
    # Overlays at all thresholds are one job.
    drawn = [job for job in jobs if job.rule == "draw_overlays"]
    assert len(drawn) == len(DESIGNS)
    for job in drawn:
        assert {Path(path).parent.name for path in job.output} == {"full", "p80", "p85.5"}


def test_another_seed_leaves_networks_and_single_images_alone(finished):
    jobs = finished.planned(overlays=[{"crossvalidation": {"seeds": [111, 222, 333]}}])
    # A cohort's folds are one file.
    scores = [path for job in jobs if job.rule == "score_maps" for path in job.output]
    assert {Path(path).parent.name for path in scores} == {"seed-111", "seed-222", "seed-333"}
    assert {"make_folds", "score_maps", "select_maps", "estimate_ceiling"} <= rules(jobs)
    assert not {"extract_activations", "perturb_maps", "score_images", "define_cohort"} & rules(
        jobs
    )


def test_seeds_have_jobs_of_their_own_where_layers_are_run_again(fresh):
    vgg = {"architecture": "vgg16", "weights": {"random": 1}, "input_size": 64}
    # Of a family that ends in pooling, but cut elsewhere
    cut = {"architecture": "efficientnet_lite0", "weights": "imagenet"}
    cut["layers"] = {"feature_maps": "features.16", "embedding": "flatten"}
    overlay = {"models": {"vgg_random": vgg, "cut": cut}}
    jobs = fresh.planned(overlays=[overlay])
    seeds = {}
    for job in jobs:
        if job.rule.startswith("select_maps"):
            found = seeds.setdefault((job.rule, job.wildcards["model"]), set())
            found.add(job.wildcards.get("seed"))
    each, together = {"111", "222"}, {None}
    assert seeds == {
        ("select_maps_of_seed", "vgg_random"): each,
        ("select_maps_of_seed", "cut"): each,
        ("select_maps", "efficientnet_lite0"): together,
        ("select_maps", "efficientnet_lite1"): together,
    }
    tables = [path for job in jobs if job.rule.startswith("select_maps") for path in job.output]
    # Of 2 cohorts, 4 models, 2 seeds and 3 folds: selection and retained maps.
    assert len(tables) == len(set(tables)) == 2 * 2 * 4 * 2 * 3


def test_a_changed_cohort_hides_nothing_else_that_is_stale(copied):
    """What Snakemake would not look at if a network waited for the cohorts of its dataset."""
    changed = {"cohorts": {"tiny-a": {"query": "image != '03'"}}}
    figure = "results/figures/heatmaps-tiny.png"
    (copied / figure).unlink()
    (job,) = copied.planned(figure, overlays=[changed])
    assert job.rule == "plot_heatmaps"
    jobs = copied.planned(overlays=[changed, {"heatmaps": {"colours": "viridis"}}])
    drawn = [job for job in jobs if job.rule == "draw_overlays"]
    assert values_of("cohort", drawn) == {"tiny", "tiny-a"}


def test_controls_and_statistics_that_are_switched_off_cost_nothing(finished):
    off = {
        "controls": {
            "random_draws": 0,
            "activity": False,
            "reweighting": "none",
            "observers": False,
            "without_best": False,
        },
        "statistics": {"resamples": 0, "paired_tests": False, "label_tests": False}
        | {"fit_tests": False},
    }
    stages = {"measure_controls", "collect_controls", "plot_controls", "resample_images"}
    jobs = finished.planned(overlays=[off], flags=["--forceall"])
    assert not (stages | {"compare_labels", "compare_chance"}) & rules(jobs)
    # The summary loses its intervals, and nothing else is made again.
    assert rules(finished.planned(overlays=[off])) == {"summarize_predictions", "plot_prediction"}


# Input


def test_other_judgments_leave_pictures_and_networks_alone(copied, all_jobs):
    path = copied / "data/tiny/judgments.npy"
    np.save(path, np.load(path) ** 2)
    jobs = copied.planned()
    changed = {"import_judgments"}
    assert names(jobs) == dependents(all_jobs, lambda job: job.rule in changed)
    untouched = {"import_images", "label_images", "prepare_network", "extract_activations"}
    assert not (untouched | {"perturb_maps", "compute_saliency"}) & rules(jobs)


def test_other_labels_leave_pictures_and_networks_alone(copied, all_jobs):
    path = copied / "data/tiny/labels.csv"
    path.write_text(path.read_text().replace("15,b", "15,a"))
    jobs = copied.planned()
    assert names(jobs) == dependents(all_jobs, lambda job: job.rule == "label_images")
    untouched = {"import_images", "import_judgments", "prepare_network", "extract_activations"}
    assert not (untouched | {"perturb_maps", "compute_saliency"}) & rules(jobs)


def test_another_picture_redoes_its_dataset_and_no_other(copied, all_jobs):
    path = copied / "data/tiny/pictures/05.png"
    Image.fromarray(255 - np.asarray(Image.open(path))).save(path)
    jobs = copied.planned("all", "results/activations/second/efficientnet_lite0.h5")
    assert names(jobs) == dependents(all_jobs, lambda job: job.rule == "import_images")
    assert values_of("dataset", jobs) == {"tiny"}
    assert "prepare_network" not in rules(jobs)


def test_a_picture_more_or_less_is_noticed(copied):
    (copied / "data/tiny/pictures/15.png").unlink()
    assert "import_images" in rules(copied.planned())


def test_what_was_refused_and_put_back_costs_only_that_it_is_read_again(copied):
    picture = copied / "data/tiny/pictures/03.png"
    picture.rename(picture.with_stem("03-other"))
    refused = copied.snakemake("results/datasets/tiny/summary.txt", flags=["--cores", "2"])
    assert refused.code == 1
    assert "has no row for 03-other" in refused.said
    picture.with_stem("03-other").rename(picture)
    assert "score_maps" in rules(copied.planned())
    copied.run("results/datasets/tiny/summary.txt")
    assert copied.planned() == []


def test_files_that_are_only_touched_rerun_nothing(copied):
    for folder in ("workflow_scripts", "data", "rules", "envs"):
        for path in (copied / folder).rglob("*.*"):
            path.touch()
    for path in ("config.yaml", "Snakefile"):
        (copied / path).touch()
    assert copied.planned() == []


# Code


@cache  # many rules share a script
def imported_modules(scripts, script):
    """The modules of the library that a script, or a module, imports, found in its bytecode."""
    finder = ModuleFinder(path=[str(scripts)])
    path = script if isinstance(script, Path) else scripts / f"{script}.py"
    finder.run_script(str(path))
    files = (Path(module.__file__) for module in finder.modules.values() if module.__file__)
    found = {file for file in files if file.parent != scripts and file != path}
    names = {str(file.relative_to(scripts)) for file in found if file.stem != "__init__"}
    return frozenset(names)


def test_every_rule_declares_the_code_that_its_script_imports():
    jobs = {name: rule for name, rule in rules_of_workflow().items() if rule["runs"]}
    scripts = CHECKOUT / "workflow_scripts"
    # What is fetched is checked by its SHA-256: an edit is no reason to download it again.
    assert [name for name, rule in jobs.items() if not rule["code"]] == ["fetch_dataset"]
    del jobs["fetch_dataset"]
    for name, rule in jobs.items():
        declared = set(rule["code"])
        script = Path(rule["script"]).stem
        expected = imported_modules(scripts, script) | {f"{script}.py"}
        if script == "plot_tables":
            # The module that draws stands in a parameter.
            drawing = {path for path in declared if "/figures/" in path} - expected
            assert drawing, name
            for module in drawing:
                expected |= {module, *imported_modules(scripts, scripts / module)}
        assert {path for path in declared if path.endswith(".py")} == expected, name
    drawn = {name for name, rule in jobs.items() if "figures.mplstyle" in rule["code"]}
    assert {name for name in jobs if name.startswith("plot_")} <= drawn
    assert "alignment/explorer/page.css" in jobs["draw_explorer"]["code"]


def test_the_finder_of_imports_finds_what_is_imported_late_or_indirectly(tmp_path):
    library = tmp_path / "workflow_scripts/alignment"
    library.mkdir(parents=True)
    (library / "__init__.py").touch()
    (library / "first.py").write_text("def call():\n    from alignment.second import name\n")
    (library / "second.py").write_text("name = 1\n")
    (library / "third.py").touch()
    (library.parent / "stage.py").write_text("from alignment import first\n")
    assert imported_modules(library.parent, "stage") == {
        "alignment/first.py",
        "alignment/second.py",
    }


def using(path):
    """Return the rules whose code has a file."""
    return {name for name, rule in rules_of_workflow().items() if path in rule["code"]}


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("alignment/heatmaps/heatmaps.py", None),
        ("alignment/similarity/fits.py", 10),  # as unzip, rsync -a and cp -p leave it
        ("alignment/datasets/mur92.py", None),
        ("alignment/figures/prediction.py", 10),
        ("score_images.py", 10),
    ],
)
def test_edited_code_reruns_the_stages_that_use_it_whatever_its_date(copied, all_jobs, path, date):
    file = copied / "workflow_scripts" / path
    with open(file, "a") as opened:
        opened.write("\n\ndef added():\n    return 1\n")
    if date:
        os.utime(file, (date, date))
    stale = dependents(all_jobs, lambda job: job.rule in using(path))
    # Of the source of another dataset nothing is made here.
    assert bool(stale) == (path != "alignment/datasets/mur92.py")
    assert len(stale) < len(all_jobs)
    assert names(copied.planned()) == stale


def test_another_look_redraws_every_figure_and_computes_nothing(copied):
    with open(copied / "workflow_scripts/figures.mplstyle", "a") as file:
        file.write("\nlines.linewidth: 3\n")
    jobs = copied.planned()
    assert set().union(*(job.output for job in jobs)) == {
        f"results/figures/{figure}.{kind}" for figure in FIGURES for kind in ("png", "pdf")
    }


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        ("pictures/05.png", "import_images"),
        ("judgments.npy", "import_judgments"),
        ("labels.csv", "label_images"),
    ],
)
def test_an_input_that_is_replaced_by_an_older_file_is_noticed(copied, all_jobs, file, rule):
    path = copied / "data/tiny" / file
    content = path.read_bytes()
    other = {"05.png": (path.parent / "06.png"), "labels.csv": None}.get(path.name, path)
    path.write_bytes(content + b"\n" if other is None else other.read_bytes() + b"\0")
    os.utime(path, (10, 10))  # as unzip, rsync -a and cp -p leave it
    jobs = copied.planned()
    assert rule in rules(jobs)
    assert {job.wildcards.get("dataset") for job in jobs if job.rule == rule} == {"tiny"}


def test_an_input_that_was_only_touched_by_another_program_keeps_its_content(copied):
    os.utime(copied / "data/tiny/judgments.npy", (10, 10))
    assert copied.planned() == []


# Lost files, and targets of their own


def test_a_lost_overlay_is_drawn_alone(copied):
    before = (copied / OVERLAY_PICTURE).read_bytes()
    (copied / OVERLAY_PICTURE).unlink()
    (job,) = copied.planned()
    assert (job.rule, job.output) == ("draw_overlay", {OVERLAY_PICTURE})
    copied.run()
    assert (copied / OVERLAY_PICTURE).read_bytes() == before
    assert copied.planned() == []


def test_one_overlay_can_be_asked_for_alone(copied):
    folder = (copied / OVERLAY_PICTURE).parent
    before = (copied / OVERLAY_PICTURE).read_bytes()
    shutil.rmtree(folder)
    copied.run(OVERLAY_PICTURE)
    assert [path.name for path in folder.iterdir()] == ["03.png"]
    assert (copied / OVERLAY_PICTURE).read_bytes() == before


def test_an_overlay_of_an_image_that_a_cohort_lacks_is_refused_with_those_nearest(copied):
    wrong = OVERLAY_PICTURE.replace("/tiny/", "/tiny-a/").replace("03.png", "13.png")
    done = copied.snakemake(wrong, flags=["--cores", "1"])
    assert done.code != 0
    sentence = f"Error: there is no image '13' among the {COHORTS['tiny-a']} of the cohort; nearest"
    assert any(line.startswith(sentence) for line in done.said.splitlines()), done.said
    assert not (copied / wrong).exists()


def test_overlays_of_images_that_a_cohort_no_longer_has_are_removed(copied):
    index = "results/heatmaps/tiny-a/efficientnet_lite0/p80/index.csv"
    gone = copied / index.replace("index.csv", "03.png")
    assert gone.is_file()
    copied.run(
        index, overlays=[{"cohorts": {"tiny-a": {"query": "group == 'a' and image != '03'"}}}]
    )
    assert not gone.exists()
    assert len(list(gone.parent.glob("*.png"))) == 9


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        (
            "results/figures/predicton.png",
            "there is no target results/figures/predicton.png; the nearest are "
            "results/figures/prediction.png",
        ),
        (OVERLAY_PICTURE.replace("lite0", "lite7"), "the config has no model 'efficientnet_lite7'"),
        (OVERLAY_PICTURE.replace("03", "33"), "there is no picture '33'; the nearest are "),
    ],
)
def test_a_target_that_nothing_makes_is_refused_with_those_nearest(finished, target, sentence):
    done = finished.snakemake(target, flags=["--dry-run"])
    assert done.code != 0
    assert sentence in done.said
    assert "MissingRuleException" not in done.said


def test_an_overlay_at_any_percentile_can_be_asked_for(finished):
    (job,) = finished.planned(OVERLAY_PICTURE.replace("p80", "p92.5"))
    assert job.rule == "draw_overlay"


@pytest.mark.parametrize(
    ("lost", "maker"),
    [
        ("predictions/summary.csv", "summarize_predictions"),
        ("predictions/control_tests.csv", "collect_controls"),
        ("statistics/ks_tests.csv", "compare_distributions"),
        ("figures/heatmaps-tiny.pdf", "plot_heatmaps"),
        ("heatmaps/tiny/efficientnet_lite0/p80/index.csv", "draw_overlays"),
    ],
)
def test_a_lost_result_is_made_anew_with_what_shows_it(copied, all_jobs, lost, maker):
    path = f"results/{lost}"
    (copied / path).unlink()
    expected = dependents(all_jobs, lambda job: path in job.output)
    assert maker in {rule for rule, _ in expected}
    assert names(copied.planned()) == expected


def test_lost_tables_can_be_asked_for_alone(copied):
    lost = {
        "results/ais/tiny/efficientnet_lite0/seed-111/fold-1.csv": "score_maps",
        "results/predictions/tiny-a/efficientnet_lite1.csv": "predict_held_out",
        "results/statistics/ks_tests.csv": "compare_distributions",
    }
    for path in lost:
        (copied / path).unlink()
    jobs = copied.planned(*lost)
    assert sorted(job.rule for job in jobs) == sorted(lost.values())


def test_every_figure_is_a_target_of_its_own(copied):
    targets = [f"results/figures/{figure}.{kind}" for figure in FIGURES for kind in ("png", "pdf")]
    assert copied.planned(*targets) == []
    for target in targets:
        (copied / target).unlink()
    (job,) = copied.planned("results/figures/prediction.png")
    assert job.rule == "plot_prediction"
    assert len(copied.planned(*targets)) == len(FIGURES)
