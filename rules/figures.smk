# Reads tables and heatmaps; writes results/figures/: each figure is a target of its own, as PNG and
# as PDF.  Nothing is computed here.


rule plot_prediction:
    """Draw the held-out fit of all and of the retained maps (Fig. 1 of the paper)."""
    input:
        summary="results/predictions/summary.csv",
        ceiling="results/predictions/ceiling.csv",
        style=STYLE,
        code=imports_of("plot_prediction"),
    output:
        png=report(
            "results/figures/prediction.png",
            caption="captions/prediction.rst",
            category="Prediction",
            labels={"figure": "Held-out fit of all and of the retained maps"},
        ),
        pdf="results/figures/prediction.pdf",
    log:
        "results/logs/plot_prediction.log",
    benchmark:
        "results/benchmarks/plot_prediction.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        fit=config["fit"],
    script:
        "../workflow_scripts/plot_prediction.py"


rule plot_controls:
    """Draw the held-out fit of the retained maps beside that of everything it is compared with."""
    input:
        controls="results/predictions/controls.csv",
        tests="results/predictions/control_tests.csv",
        summary="results/predictions/summary.csv",
        ceiling="results/predictions/ceiling.csv",
        style=STYLE,
        code=imports_of("plot_controls"),
    output:
        png=report(
            "results/figures/controls.png",
            caption="captions/controls.rst",
            category="Prediction",
            labels={"figure": "Pruning beside its controls and rivals"},
        ),
        pdf="results/figures/controls.pdf",
    log:
        "results/logs/plot_controls.log",
    benchmark:
        "results/benchmarks/plot_controls.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        fit=config["fit"],
    script:
        "../workflow_scripts/plot_controls.py"


rule plot_selection_curves:
    """Draw the fit as maps are switched on from best to worst."""
    input:
        selection=expand(
            "results/selection/{cohort}/{model}/seed-{seed}/fold-{fold}.csv",
            cohort=config["cohorts"],
            model=config["models"],
            seed=SEEDS,
            fold=range(N_FOLDS),
        ),
        predictions=expand(
            "results/predictions/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        style=STYLE,
        code=imports_of("plot_selection_curves"),
    output:
        png=report(
            "results/figures/selection_curves.png",
            caption="captions/selection_curves.rst",
            category="Prediction",
            labels={"figure": "Fit against the number of maps"},
        ),
        pdf="results/figures/selection_curves.pdf",
    log:
        "results/logs/plot_selection_curves.log",
    benchmark:
        "results/benchmarks/plot_selection_curves.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        fit=config["fit"],
    script:
        "../workflow_scripts/plot_selection_curves.py"


rule plot_distributions:
    """Draw the distributions of image scores with a star where models differ (Fig. 3)."""
    input:
        distributions="results/statistics/distributions.csv",
        tests="results/statistics/ks_tests.csv",
        style=STYLE,
        code=imports_of("plot_distributions"),
    output:
        png=report(
            "results/figures/distributions.png",
            caption="captions/distributions.rst",
            category="Distributions",
            labels={"figure": "Distributions of image scores"},
        ),
        pdf="results/figures/distributions.pdf",
    log:
        "results/logs/plot_distributions.log",
    benchmark:
        "results/benchmarks/plot_distributions.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
    script:
        "../workflow_scripts/plot_distributions.py"


rule plot_heatmaps:
    """Draw a grid of pictures and heatmaps, whole or thresholded (Fig. 2, 4, 5)."""
    input:
        heatmaps=expand(
            "results/heatmaps/{{cohort}}/{model}/heatmaps.h5", model=config["models"]
        ),
        image_ais=expand(
            "results/image_ais/{{cohort}}/{model}.h5", model=config["models"]
        ),
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        style=STYLE,
        code=imports_of("plot_heatmaps"),
    output:
        png=report(
            "results/figures/heatmaps-{cohort}-{threshold}.png",
            caption="captions/heatmaps.rst",
            category="Heatmaps",
            subcategory="{cohort}",
            labels={"cohort": "{cohort}", "threshold": "{threshold}"},
        ),
        pdf="results/figures/heatmaps-{cohort}-{threshold}.pdf",
    log:
        "results/logs/plot_heatmaps/{cohort}/{threshold}.log",
    benchmark:
        "results/benchmarks/plot_heatmaps/{cohort}/{threshold}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        models=list(config["models"]),
        colours=config["heatmaps"]["colours"],
        n_shown=config["figures"]["grid_pictures"],
    script:
        "../workflow_scripts/plot_heatmaps.py"
