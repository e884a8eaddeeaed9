# Reads results/heatmaps/, the pictures and maps that the config names; writes results/saliency/: the
# saliency maps of every source, how much heatmaps overlap with them, and two figures of it.


rule compute_saliency:
    """Compute or read the saliency maps of a dataset by one source."""
    input:
        pictures="results/datasets/{dataset}/pictures.csv",
        files=saliency_files,
        code=imports_of("compute_saliency"),
    output:
        maps="results/saliency/{dataset}/{source}.h5",
    log:
        "results/logs/compute_saliency/{dataset}/{source}.log",
    benchmark:
        "results/benchmarks/compute_saliency/{dataset}/{source}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(3000),
        runtime=doubling(10),
    params:
        definition=saliency_definition,
    script:
        "../workflow_scripts/compute_saliency.py"


rule compare_saliency:
    """Compare a cohort's heatmaps with the saliency maps of their own pictures and of others."""
    input:
        heatmaps="results/heatmaps/{cohort}/{model}/heatmaps.h5",
        image_ais="results/image_ais/{cohort}/{model}.h5",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        maps=saliency_maps,
        fixations=fixation_files,
        code=imports_of("compare_saliency"),
    output:
        table="results/saliency/{cohort}/{model}.csv",
        tests="results/saliency/{cohort}/{model}/tests.csv",
    log:
        "results/logs/compare_saliency/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/compare_saliency/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1500),
        runtime=doubling(10),
    params:
        sources=list(saliency_sources()),
    script:
        "../workflow_scripts/compare_saliency.py"


rule summarize_saliency:
    """Summarize the overlap of heatmaps with saliency maps over cohorts and models."""
    input:
        tables=expand(
            "results/saliency/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        tests=expand(
            "results/saliency/{cohort}/{model}/tests.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        code=imports_of("summarize_saliency"),
    output:
        summary="results/saliency/summary.csv",
    log:
        "results/logs/summarize_saliency.log",
    benchmark:
        "results/benchmarks/summarize_saliency.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(500),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        kinds=saliency_kinds(),
    script:
        "../workflow_scripts/summarize_saliency.py"


rule plot_saliency:
    """Draw pictures with the top areas of heatmap and saliency map outlined."""
    input:
        heatmaps=expand(
            "results/heatmaps/{{cohort}}/{model}/heatmaps.h5", model=config["models"]
        ),
        image_ais=expand(
            "results/image_ais/{{cohort}}/{model}.h5", model=config["models"]
        ),
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        maps=saliency_maps,
        tables=expand("results/saliency/{{cohort}}/{model}.csv", model=config["models"]),
        style=STYLE,
        code=imports_of("plot_saliency"),
    output:
        png=report(
            "results/figures/saliency-{cohort}.png",
            caption="captions/saliency.rst",
            category="Saliency",
            labels={"figure": "Heatmaps and saliency maps: {cohort}"},
        ),
        pdf="results/figures/saliency-{cohort}.pdf",
    log:
        "results/logs/plot_saliency/{cohort}.log",
    benchmark:
        "results/benchmarks/plot_saliency/{cohort}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        models=list(config["models"]),
        kinds=saliency_kinds(),
        n_shown=config["figures"]["grid_pictures"],
    script:
        "../workflow_scripts/plot_saliency.py"


rule plot_relative_risk:
    """Draw how much likelier a pixel is to matter where a picture is salient."""
    input:
        summary="results/saliency/summary.csv",
        style=STYLE,
        code=imports_of("plot_relative_risk"),
    output:
        png=report(
            "results/figures/relative_risk.png",
            caption="captions/relative_risk.rst",
            category="Saliency",
            labels={"figure": "Relative risk by cohort, model and source"},
        ),
        pdf="results/figures/relative_risk.pdf",
    log:
        "results/logs/plot_relative_risk.log",
    benchmark:
        "results/benchmarks/plot_relative_risk.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        kinds=saliency_kinds(),
    script:
        "../workflow_scripts/plot_relative_risk.py"
