"""The stages of agreement and stability in a run: what they leave behind, and when they run."""

import json
import shutil
import zipfile
from collections import Counter

import pytest
from PIL import Image
from project import COHORTS, DESIGNS, MODELS, Project, dependents, names, rows_of

from alignment.figures.charts import COLUMN_WIDTH, PAGE_WIDTH
from alignment.figures.photographs import DOTS

pytestmark = pytest.mark.workflow

ON = {"agreement": {"enabled": True}, "stability": {"enabled": True}}
FIGURES = ["agreement", "activity", "cohort_agreement", "stability"] + [
    f"stable_maps-{cohort}-{model}" for cohort, model in DESIGNS
]
AGREEMENT = {
    *("compare_heatmaps", "compare_activity", "compare_cohorts", "summarize_agreement"),
    *("plot_agreement", "plot_activity", "plot_cohort_agreement"),
}
STABILITY = {"measure_stability", "summarize_stability", "plot_stability", "plot_stable_maps"}

TABLES = {
    "agreement/summary/heatmaps.csv": (
        "cohort,model_a,model_b,n_images,n_empty,n,correlation,correlation_sd,correlation_low,"
        "correlation_high,correlation_others,difference,difference_low,difference_high,"
        "correlation_means,beyond_means,beyond_means_low,beyond_means_high,n_entropy,entropy_rho,entropy_p,entropy_p_holm",
        2,
    ),
    "agreement/summary/activity.csv": (
        "cohort,model,n_images,n_maps,n,correlation,correlation_sd,correlation_low,"
        "correlation_high,n_positive,correlation_active,correlation_active_low,"
        "correlation_active_high,n_ranked,most_active_rank_median,n_top_tenth,n_bottom_tenth",
        4,
    ),
    "agreement/summary/mean_maps.csv": (
        "cohort,model,n_images,n,correlation,correlation_sd,correlation_low,correlation_high",
        4,
    ),
    "agreement/summary/cohorts.csv": (
        "dataset,model,cohort_a,cohort_b,n_images_a,n_images_b,n_shared,n_maps,correlation,"
        "rank_correlation,influential_map,correlation_without",
        2,
    ),
    "stability/summary.csv": (
        "cohort,model,n_folds,n_maps,n_retained_mean,n_stable,n_stable_random,n_pairs_within,"
        "rank_correlation_within,overlap_within,overlap_random_within,n_pairs_between,"
        "rank_correlation_between,overlap_between,overlap_random_between,n_halves,"
        "rank_correlation_halves,rank_correlation_sd_halves,overlap_halves,overlap_random_halves",
        4,
    ),
}
for cohort, n in COHORTS.items():
    TABLES[f"agreement/{cohort}.csv"] = (
        "cohort,image,model_a,model_b,correlation,correlation_others,correlation_means,entropy_a,"
        "entropy_b,empty_a,empty_b",
        n,
    )
    TABLES[f"agreement/mean_maps/{cohort}.csv"] = ("cohort,image,model,correlation", 2 * n)
    TABLES[f"agreement/activity/{cohort}.csv"] = (
        "cohort,image,model,n_maps,n_active,correlation,correlation_active,most_active_units,"
        "n_most_active,most_active_rank",
        2 * n,
    )
for cohort, model in DESIGNS:
    TABLES[f"stability/{cohort}/{model}.csv"] = (
        "cohort,model,map,share_retained,mean_ais,sd_ais,mean_rank",
        1280,
    )
    TABLES[f"stability/fold_pairs/{cohort}/{model}.csv"] = (
        "cohort,model,seed_a,fold_a,seed_b,fold_b,n_retained_a,n_retained_b,same_seed,rank_correlation,"
        "overlap,overlap_random",
        15,
    )
    TABLES[f"stability/halves/{cohort}/{model}.csv"] = (
        "cohort,model,split,rank_correlation,n_best,overlap,overlap_random",
        10,
    )


def rules(jobs):
    return {job.rule for job in jobs}


@pytest.fixture(scope="module")
def switched_on(finished, tmp_path_factory):
    """A finished project after a run with both stages: to be read, not to be changed."""
    folder = tmp_path_factory.mktemp("switched_on") / "project"
    shutil.copytree(finished.folder, folder, copy_function=shutil.copy2, symlinks=True)
    project = Project(folder)
    done = project.run(overlays=[ON])
    assert "Traceback" not in done.said
    return project


def test_a_stage_that_is_switched_off_plans_nothing(finished):
    assert rules(finished.planned(overlays=[ON])) == AGREEMENT | STABILITY
    off = {"agreement": {"enabled": True}}
    assert rules(finished.planned(overlays=[off])) == AGREEMENT
    off = {"stability": {"enabled": True}}
    assert rules(finished.planned(overlays=[off])) == STABILITY


def test_a_finished_run_has_nothing_left_to_do(switched_on):
    assert switched_on.planned(overlays=[ON]) == []


def test_tables_have_the_columns_and_rows_that_are_promised(switched_on):
    for path, (header, n_rows) in TABLES.items():
        lines = (switched_on / "results" / path).read_text(encoding="utf-8").splitlines()
        assert lines[0] == header, path
        assert n_rows == len(lines) - 1, path


def test_tables_agree_with_those_of_the_folds(switched_on):
    for cohort, model in DESIGNS:
        maps = rows_of(switched_on / f"results/stability/{cohort}/{model}.csv")
        folds = sorted((switched_on / f"results/retained/{cohort}/{model}").rglob("*.csv"))
        assert len(folds) == 6
        times = Counter(row["map"] for fold in folds for row in rows_of(fold))
        for row in maps:
            assert float(row["share_retained"]) == times[row["map"]] / 6
        scores = [
            rows_of(fold) for fold in (switched_on / f"results/ais/{cohort}/{model}").rglob("*.csv")
        ]
        for f in (0, 700, 1279):
            mean = sum(float(fold[f]["ais"]) for fold in scores) / 6
            assert float(maps[f]["mean_ais"]) == pytest.approx(mean, abs=1e-15)


def test_agreement_is_between_the_same_images(switched_on):
    for cohort, n in COHORTS.items():
        rows = rows_of(switched_on / f"results/agreement/{cohort}.csv")
        assert [row["image"] for row in rows] == [f"{k:02}" for k in range(n)]
        assert {(row["model_a"], row["model_b"]) for row in rows} == {tuple(MODELS)}
        assert all(0 < float(row["entropy_a"]) < 6.908 for row in rows)  # log 1000


@pytest.mark.parametrize("figure", FIGURES)
def test_figures_are_drawn_as_png_and_pdf(switched_on, figure):
    with Image.open(switched_on / f"results/figures/{figure}.png") as image:
        image.load()
        # As wide as a page, or as a column; photographs need fewer dots than lines and text.
        width = PAGE_WIDTH if figure.startswith("stable_maps") else COLUMN_WIDTH
        assert image.width == int(width * (DOTS if figure.startswith("stable_maps") else 300))
    assert (switched_on / f"results/figures/{figure}.pdf").read_bytes().startswith(b"%PDF")


def test_one_model_and_one_cohort_leave_nothing_to_compare(switched_on):
    overlay = {
        "models": {"efficientnet_lite1": None},
        "cohorts": {"tiny-a": None},
        "agreement": {"enabled": True},
    }
    planned = switched_on.planned(overlays=[overlay], flags=["--forceall"])
    assert rules(planned) & (AGREEMENT | STABILITY) == {
        "compare_heatmaps",  # an empty table
        "compare_activity",
        "summarize_agreement",
        "plot_activity",
    }


def test_another_share_is_only_counted_and_drawn(switched_on):
    overlay = {**ON, "stability": {"enabled": True, "retained_share": 1}}
    jobs = switched_on.planned("all", overlays=[overlay], flags=["--forceall"])
    counted = {"summarize_stability", "plot_stable_maps"}
    expected = dependents(jobs, lambda job: job.rule in counted)
    assert names(switched_on.planned(overlays=[overlay])) == expected
    assert {rule for rule, _ in expected} == counted | {"plot_stability"}


def test_another_percentile_leaves_agreement_alone(switched_on):
    jobs = switched_on.planned(overlays=[ON, {"heatmaps": {"percentiles": [80, 85.5]}}])
    assert rules(jobs) == {"draw_overlays", "plot_heatmaps"}


def test_report_shows_every_figure_with_a_caption_and_a_category(switched_on):
    done = switched_on.snakemake(overlays=[ON], flags=["--report", "report.zip"])
    assert done.code == 0, done.said
    with zipfile.ZipFile(switched_on / "report.zip") as archive:
        page = archive.read("report/report.html").decode()
    shown, categories = (
        json.JSONDecoder().raw_decode(page, page.index("{", page.index(f'<script id="{name}">')))[0]
        for name in ("results", "categories")
    )
    for figure in FIGURES:
        one = shown[f"results/figures/{figure}.png"]
        assert len(one["caption"]) > 100
        assert "{" not in one["caption"]
        assert one["labels"]
    one = shown[f"results/figures/{FIGURES[-1]}.png"]
    assert one["labels"] == {"cohort": "tiny-a", "model": "EfficientNet-Lite1"}
    assert {"Agreement", "Stability"} <= set(categories)
    assert "at least 90 % of 6 folds" in shown[f"results/figures/{FIGURES[-1]}.png"]["caption"]
