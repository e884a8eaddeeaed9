# Reads tables and heatmaps; writes results/figures/: each figure is a target of its own, as PNG and
# as PDF.  Nothing is computed here.  Figures from tables alone have their module in
# alignment/figures/ and no script of their own.


rule plot_prediction:
    """Draw the held-out fit of all and of the retained maps (Fig. 1 of the paper)."""
    input:
        style=STYLE,
        summary="results/predictions/summary.csv",
        ceiling="results/predictions/ceiling.csv",
    output:
        **figure(
            "prediction", "Prediction", "Held-out fit of all and of the retained maps"
        ),
    log:
        "results/logs/plot_prediction.log",
    benchmark:
        "results/benchmarks/plot_prediction.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="prediction",
        settings={"fit": config["fit"], "folds": FOLDS},
        labels=LABELS,
        folds=FOLDS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_controls:
    """Draw the held-out fit of the retained maps beside that of everything it is compared with."""
    input:
        style=STYLE,
        tests="results/predictions/control_tests.csv",
        summary="results/predictions/summary.csv",
        ceiling="results/predictions/ceiling.csv",
    output:
        **figure("controls", "Prediction", "Controls and rivals", wanted=HAS_CONTROLS),
    log:
        "results/logs/plot_controls.log",
    benchmark:
        "results/benchmarks/plot_controls.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="controls",
        settings={"fit": config["fit"], "folds": FOLDS},
        labels=LABELS,
        folds=FOLDS,
        controls=config["controls"],
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_selection_curves:
    """Draw the fit as maps are switched on from best to worst."""
    input:
        style=STYLE,
        selection=everywhere(
            "results/selection/{cohort}/{model}/seed-{seed}/fold-{fold}.csv"
        ),
        predictions=everywhere("results/predictions/{cohort}/{model}.csv"),
        ceiling="results/predictions/ceiling.csv",
    output:
        **figure("selection_curves", "Prediction", "Fit against the number of maps"),
    log:
        "results/logs/plot_selection_curves.log",
    benchmark:
        "results/benchmarks/plot_selection_curves.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="selection_curves",
        settings={"fit": config["fit"], "folds": FOLDS},
        labels=LABELS,
        folds=FOLDS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_learning_curve:
    """Draw how held-out fits grow with the pictures and observers of a study."""
    input:
        style=STYLE,
        summary="results/predictions/learning_curve.csv",
    output:
        **figure(
            "learning_curve",
            "Prediction",
            "How many pictures, how many observers?",
            wanted=LEARNING["enabled"],
        ),
    log:
        "results/logs/plot_learning_curve.log",
    benchmark:
        "results/benchmarks/plot_learning_curve.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="learning_curve",
        settings={"fit": config["fit"]},
        labels=LABELS,
        n_folds=N_FOLDS,
        draws=LEARNING["draws"],
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_depth:
    """Draw the held-out fit over the layers of networks that are cut at several."""
    input:
        style=STYLE,
        summary="results/predictions/summary.csv",
        ceiling="results/predictions/ceiling.csv",
    output:
        **figure("depth", "Prediction", "Held-out fit over layers", wanted=bool(DEPTHS)),
    log:
        "results/logs/plot_depth.log",
    benchmark:
        "results/benchmarks/plot_depth.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="depth",
        settings={"fit": config["fit"], "sweeps": DEPTHS},
        labels=LABELS,
        folds=FOLDS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_distributions:
    """Draw the distributions of image AIS with a star where models differ (Fig. 3)."""
    input:
        style=STYLE,
        distributions="results/statistics/distributions.csv",
        tests="results/statistics/ks_tests.csv",
    output:
        **figure("distributions", "Distributions", "Distributions of image AIS"),
    log:
        "results/logs/plot_distributions.log",
    benchmark:
        "results/benchmarks/plot_distributions.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="distributions",
        settings={},
        labels=LABELS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_heatmaps:
    """Draw a grid of pictures and heatmaps, whole and at every threshold."""
    input:
        heatmaps=of_makers("results/heatmaps/{cohort}/{model}/heatmaps.h5"),
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        style=STYLE,
    output:
        **figure("heatmaps-{cohort}", "Heatmaps", "Heatmaps: {cohort}"),
    log:
        "results/logs/plot_heatmaps/{cohort}.log",
    benchmark:
        "results/benchmarks/plot_heatmaps/{cohort}.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        thresholds=THRESHOLDS,
        colours=config["heatmaps"]["colours"],
        negative_scores=config["heatmaps"]["negative_scores"],
        n_shown=config["figures"]["grid_pictures"],
        cohort=lambda wildcards: LABELS["cohorts"][wildcards.cohort],
        models=MAKER_LABELS["models"],
    script:
        "../workflow_scripts/plot_heatmaps.py"


use rule plot_heatmaps as plot_heatmaps_at with:
    output:
        **figure("heatmaps-{cohort}-{threshold}", "Heatmaps", wanted=False),
    log:
        "results/logs/plot_heatmaps_at/{cohort}/{threshold}.log",
    benchmark:
        "results/benchmarks/plot_heatmaps_at/{cohort}/{threshold}.tsv"
    params:
        thresholds=lambda wildcards: [wildcards.threshold],
        colours=config["heatmaps"]["colours"],
        negative_scores=config["heatmaps"]["negative_scores"],
        n_shown=config["figures"]["grid_pictures"],
        cohort=lambda wildcards: LABELS["cohorts"][wildcards.cohort],
        models=MAKER_LABELS["models"],


rule plot_agreement:
    """Draw how models agree in each image, against how unsure they are of its class."""
    input:
        style=STYLE,
        agreement=everywhere("results/agreement/{cohort}.csv"),
        summary="results/agreement/summary/heatmaps.csv",
    output:
        **figure(
            "agreement", "Agreement", "Networks", wanted=AGREEMENT and SEVERAL_MODELS
        ),
    log:
        "results/logs/plot_agreement.log",
    benchmark:
        "results/benchmarks/plot_agreement.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="agreement",
        settings={},
        labels=LABELS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_activity:
    """Draw how scores relate to activity, image by image."""
    input:
        style=STYLE,
        activity=everywhere("results/agreement/activity/{cohort}.csv"),
        summary="results/agreement/summary/activity.csv",
    output:
        **figure("activity", "Agreement", "Scores and activity", wanted=AGREEMENT),
    log:
        "results/logs/plot_activity.log",
    benchmark:
        "results/benchmarks/plot_activity.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="activity",
        settings={},
        labels=LABELS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_cohort_agreement:
    """Draw the correlation of the maps' scores between cohorts as a matrix."""
    input:
        style=STYLE,
        cohorts="results/agreement/summary/cohorts.csv",
    output:
        **figure(
            "cohort_agreement",
            "Agreement",
            "Cohorts",
            wanted=AGREEMENT and SEVERAL_COHORTS,
        ),
    log:
        "results/logs/plot_cohort_agreement.log",
    benchmark:
        "results/benchmarks/plot_cohort_agreement.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="cohort_agreement",
        settings={},
        labels=LABELS,
        folds=FOLDS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_stability:
    """Draw how far folds agree, and how often each map is retained."""
    input:
        style=STYLE,
        maps=everywhere("results/stability/{cohort}/{model}.csv"),
        fold_pairs=everywhere("results/stability/fold_pairs/{cohort}/{model}.csv"),
        summary="results/stability/summary.csv",
        ceiling="results/predictions/ceiling.csv",
    output:
        **figure("stability", "Stability", "Agreement between folds", wanted=STABILITY),
    log:
        "results/logs/plot_stability.log",
    benchmark:
        "results/benchmarks/plot_stability.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="stability",
        settings={"share": config["stability"]["retained_share"], "folds": FOLDS},
        labels=LABELS,
        folds=FOLDS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_stable_maps:
    """Draw the images of the cohort that excite the most stable maps most."""
    input:
        maps="results/stability/{cohort}/{model}.csv",
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        cohort="results/cohorts/{cohort}.csv",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        style=STYLE,
    output:
        **figure("stable_maps-{cohort}-{model}", "Stability", wanted=STABILITY),
    log:
        "results/logs/plot_stable_maps/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/plot_stable_maps/{cohort}/{model}.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        share=config["stability"]["retained_share"],
        folds=FOLDS,
        cohort=lambda wildcards: LABELS["cohorts"][wildcards.cohort],
        model=lambda wildcards: LABELS["models"][wildcards.model],
    script:
        "../workflow_scripts/plot_stable_maps.py"


rule plot_saliency:
    """Draw pictures with the top areas of heatmap and saliency map."""
    input:
        heatmaps=of_makers("results/heatmaps/{cohort}/{model}/heatmaps.h5"),
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        maps=of_dataset(SALIENCY_MAPS),
        tables=of_makers("results/saliency/{cohort}/{model}.csv"),
        style=STYLE,
    output:
        **figure("saliency-{cohort}", "Saliency", "Areas: {cohort}", wanted=SALIENCY),
    log:
        "results/logs/plot_saliency/{cohort}.log",
    benchmark:
        "results/benchmarks/plot_saliency/{cohort}.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        kinds={name: source["kind"] for name, source in SOURCES.items()},
        n_shown=config["figures"]["grid_pictures"],
        cohort=lambda wildcards: LABELS["cohorts"][wildcards.cohort],
        models=MAKER_LABELS["models"],
    script:
        "../workflow_scripts/plot_saliency.py"


rule plot_relative_risk:
    """Draw how much likelier a pixel is to matter where a picture is salient."""
    input:
        style=STYLE,
        summary="results/saliency/summary.csv",
    output:
        **figure("relative_risk", "Saliency", "Relative risk", wanted=SALIENCY),
    log:
        "results/logs/plot_relative_risk.log",
    benchmark:
        "results/benchmarks/plot_relative_risk.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="relative_risk",
        settings={},
        labels=MAKER_LABELS,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_faithfulness:
    """Draw by how much AIS points better than its rivals at what a picture's fit needs."""
    input:
        style=STYLE,
        tests="results/faithfulness/tests.csv",
    output:
        **figure(
            "faithfulness",
            "Faithfulness",
            "Do heatmaps point at what matters?",
            wanted=FAITHFULNESS["enabled"],
        ),
    log:
        "results/logs/plot_faithfulness.log",
    benchmark:
        "results/benchmarks/plot_faithfulness.tsv"
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="faithfulness",
        settings={},
        labels=LABELS,
        chosen={key: FAITHFULNESS[key] for key in ("shares", "fills")},
    script:
        "../workflow_scripts/plot_tables.py"
