"""What a run makes.  What is switched off in the config is no target, and so is never made."""

import csv


def has_controls():
    controls = config["controls"]
    return bool(
        controls["random_draws"]
        or controls["activity"]
        or controls["reweighting"] != "none"
        or controls["observers"]
    )


def resamples():
    """The resampled fits of every cohort and model, where the config asks for any."""
    if not config["statistics"]["resamples"]:
        return []
    return expand(
        "results/resamples/{cohort}/{model}.csv",
        cohort=config["cohorts"],
        model=config["models"],
    )


def paired_tests():
    """The table of tests over images, where the config asks for it."""
    wanted = config["statistics"]["paired_tests"]
    return ["results/statistics/paired_tests.csv"] if wanted else []


def tables():
    """All tables: they are small, and one that was lost is made again."""
    paths = [
        "results/datasets/{dataset}/summary.txt",
        "results/predictions/summary.csv",
        "results/predictions/ceiling.csv",
        "results/predictions/{cohort}/{model}.csv",
        "results/statistics/ks_tests.csv",
        "results/image_ais/{cohort}/{model}.h5",
    ]
    paths += resamples() + paired_tests()
    if has_controls():
        paths += [
            "results/predictions/controls.csv",
            "results/predictions/control_tests.csv",
            "results/predictions/observers.csv",
            "results/controls/{cohort}/{model}.csv",
        ]
    paths += [
        f"results/{stage}/{{cohort}}/{{model}}/seed-{{seed}}/fold-{{fold}}.csv"
        for stage in ("ais", "selection", "retained")
    ]
    if config["saliency"]["enabled"]:
        paths += [
            "results/saliency/summary.csv",
            "results/saliency/{cohort}/{model}.csv",
        ]
    design = {
        "dataset": datasets_used(),
        "cohort": config["cohorts"],
        "model": config["models"],
        "seed": SEEDS,
        "fold": range(N_FOLDS),
    }
    return [file for path in paths for file in dict.fromkeys(expand(path, **design))]


def thresholds():
    return [
        "full",
        *(f"p{percentile:g}" for percentile in config["heatmaps"]["percentiles"]),
    ]


def heatmap_pictures():
    """The index of every folder of overlays, and any overlay in an index that was lost since."""
    indexes = expand(
        "results/heatmaps/{cohort}/{model}/{threshold}/index.csv",
        cohort=config["cohorts"],
        model=config["models"],
        threshold=thresholds(),
    )
    return indexes + [lost for index in indexes for lost in lost_pictures(Path(index))]


def lost_pictures(index):
    if not index.is_file():
        return []
    with open(index, newline="", encoding="utf-8") as file:
        pictures = [index.with_name(row["file"]) for row in csv.DictReader(file)]
    return [str(picture) for picture in pictures if not picture.is_file()]


def figures():
    names = ["prediction", "selection_curves", "distributions"]
    names += ["controls"] if has_controls() else []
    names += expand(
        "heatmaps-{cohort}-{threshold}",
        cohort=config["cohorts"],
        threshold=thresholds(),
    )
    if config["saliency"]["enabled"]:
        names += ["relative_risk"]
        names += expand("saliency-{cohort}", cohort=config["cohorts"])
    return expand("results/figures/{name}.{format}", name=names, format=["png", "pdf"])


def agreement():
    """Tables and figures of the agreement stage: those that the config has something to compare for."""
    if not config["agreement"]["enabled"]:
        return []
    cohorts, names = config["cohorts"], ["activity"]
    paths = ["results/agreement/summary/activity.csv"]
    if len(config["models"]) > 1:
        names.append("agreement")
        paths.append("results/agreement/summary/heatmaps.csv")
    if len(cohorts) > len(datasets_used()):
        names.append("cohort_agreement")
    figures = expand(
        "results/figures/{name}.{format}", name=names, format=["png", "pdf"]
    )
    return paths + figures


def stability():
    """Tables and figures of the stability stage."""
    if not config["stability"]["enabled"]:
        return []
    return expand(
        [
            "results/stability/summary.csv",
            "results/figures/stability.{format}",
            "results/figures/stable_maps-{cohort}-{model}.{format}",
        ],
        cohort=config["cohorts"],
        model=config["models"],
        format=["png", "pdf"],
    )
