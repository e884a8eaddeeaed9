# Reads results/heatmaps/, results/image_ais/, results/activations/ and results/ais/; writes
# results/agreement/: whether models agree on what matters in an image, whether cohorts agree on the
# maps, and whether scores are only activity; and their figures.


rule compare_heatmaps:
    """Correlate the heatmaps of each two models, image by image, beside their class entropies."""
    input:
        heatmaps=expand(
            "results/heatmaps/{{cohort}}/{model}/heatmaps.h5", model=config["models"]
        ),
        image_ais=expand(
            "results/image_ais/{{cohort}}/{model}.h5", model=config["models"]
        ),
        activations=of_dataset_and_models("results/activations/{dataset}/{model}.h5"),
        cohort="results/cohorts/{cohort}.csv",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        code=imports_of("compare_heatmaps"),
    output:
        agreement="results/agreement/{cohort}.csv",
    log:
        "results/logs/compare_heatmaps/{cohort}.log",
    benchmark:
        "results/benchmarks/compare_heatmaps/{cohort}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        models=list(config["models"]),
    script:
        "../workflow_scripts/compare_heatmaps.py"


rule compare_activity:
    """Relate the scores of each image's maps to how many of their units are active."""
    input:
        image_ais=expand(
            "results/image_ais/{{cohort}}/{model}.h5", model=config["models"]
        ),
        activations=of_dataset_and_models("results/activations/{dataset}/{model}.h5"),
        cohort="results/cohorts/{cohort}.csv",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        code=imports_of("compare_activity"),
    output:
        activity="results/agreement/activity/{cohort}.csv",
    log:
        "results/logs/compare_activity/{cohort}.log",
    benchmark:
        "results/benchmarks/compare_activity/{cohort}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        models=list(config["models"]),
    script:
        "../workflow_scripts/compare_activity.py"


rule compare_cohorts:
    """Correlate the maps' mean scores between the cohorts of each dataset."""
    input:
        ais=expand(
            "results/ais/{cohort}/{model}/seed-{seed}/fold-{fold}.csv",
            cohort=config["cohorts"],
            model=config["models"],
            seed=SEEDS,
            fold=range(N_FOLDS),
        ),
        cohorts=expand("results/cohorts/{cohort}.csv", cohort=config["cohorts"]),
        code=imports_of("compare_cohorts"),
    output:
        cohorts="results/agreement/summary/cohorts.csv",
    log:
        "results/logs/compare_cohorts.log",
    benchmark:
        "results/benchmarks/compare_cohorts.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(500),
        runtime=doubling(10),
    params:
        datasets={name: cohort["dataset"] for name, cohort in config["cohorts"].items()},
        models=list(config["models"]),
    script:
        "../workflow_scripts/compare_cohorts.py"


rule summarize_agreement:
    """Summarize over images how models agree, and how scores relate to activity."""
    input:
        heatmaps=expand("results/agreement/{cohort}.csv", cohort=config["cohorts"]),
        activity=expand(
            "results/agreement/activity/{cohort}.csv", cohort=config["cohorts"]
        ),
        code=imports_of("summarize_agreement"),
    output:
        heatmaps="results/agreement/summary/heatmaps.csv",
        activity="results/agreement/summary/activity.csv",
    log:
        "results/logs/summarize_agreement.log",
    benchmark:
        "results/benchmarks/summarize_agreement.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(500),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
    script:
        "../workflow_scripts/summarize_agreement.py"


rule plot_agreement:
    """Draw how models agree in each image, against how unsure they are of its class."""
    input:
        agreement=expand("results/agreement/{cohort}.csv", cohort=config["cohorts"]),
        summary="results/agreement/summary/heatmaps.csv",
        style=STYLE,
        code=imports_of("plot_agreement"),
    output:
        png=report(
            "results/figures/agreement.png",
            caption="captions/agreement.rst",
            category="Agreement",
            labels={"figure": "Heatmaps of different models"},
        ),
        pdf="results/figures/agreement.pdf",
    log:
        "results/logs/plot_agreement.log",
    benchmark:
        "results/benchmarks/plot_agreement.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
    script:
        "../workflow_scripts/plot_agreement.py"


rule plot_activity:
    """Draw how scores relate to activity, image by image."""
    input:
        activity=expand(
            "results/agreement/activity/{cohort}.csv", cohort=config["cohorts"]
        ),
        summary="results/agreement/summary/activity.csv",
        style=STYLE,
        code=imports_of("plot_activity"),
    output:
        png=report(
            "results/figures/activity.png",
            caption="captions/activity.rst",
            category="Agreement",
            labels={"figure": "Scores and activity"},
        ),
        pdf="results/figures/activity.pdf",
    log:
        "results/logs/plot_activity.log",
    benchmark:
        "results/benchmarks/plot_activity.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
    script:
        "../workflow_scripts/plot_activity.py"


rule plot_cohort_agreement:
    """Draw the correlation of the maps' scores between cohorts as a matrix."""
    input:
        cohorts="results/agreement/summary/cohorts.csv",
        style=STYLE,
        code=imports_of("plot_cohort_agreement"),
    output:
        png=report(
            "results/figures/cohort_agreement.png",
            caption="captions/cohort_agreement.rst",
            category="Agreement",
            labels={"figure": "Scores in different cohorts"},
        ),
        pdf="results/figures/cohort_agreement.pdf",
    log:
        "results/logs/plot_cohort_agreement.log",
    benchmark:
        "results/benchmarks/plot_cohort_agreement.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    script:
        "../workflow_scripts/plot_cohort_agreement.py"
