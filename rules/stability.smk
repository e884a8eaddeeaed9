# Reads results/ais/, results/retained/, results/perturbation/ and the judgments; writes
# results/stability/: how far folds agree on the maps; and figures of it and of the stable maps.


rule measure_stability:
    """Compare scores and retained sets between the folds of one cohort and model."""
    input:
        ais=seed_tables("ais"),
        retained=seed_tables("retained"),
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
        code=imports_of("measure_stability"),
    output:
        maps="results/stability/{cohort}/{model}.csv",
        fold_pairs="results/stability/fold_pairs/{cohort}/{model}.csv",
        halves="results/stability/halves/{cohort}/{model}.csv",
    log:
        "results/logs/measure_stability/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/measure_stability/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1500),
        runtime=doubling(10),
    params:
        seeds=SEEDS,
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
        fit=config["fit"],
        similarity=config["similarity"],
    script:
        "../workflow_scripts/measure_stability.py"


rule summarize_stability:
    """Summarize the agreement between folds, for every cohort and model."""
    input:
        maps=expand(
            "results/stability/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        fold_pairs=expand(
            "results/stability/fold_pairs/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        halves=expand(
            "results/stability/halves/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        predictions=expand(
            "results/predictions/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        code=imports_of("summarize_stability"),
    output:
        summary="results/stability/summary.csv",
    log:
        "results/logs/summarize_stability.log",
    benchmark:
        "results/benchmarks/summarize_stability.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(500),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        share=config["stability"]["retained_share"],
    script:
        "../workflow_scripts/summarize_stability.py"


rule plot_stability:
    """Draw how far folds agree, and how often each map is retained."""
    input:
        maps=expand(
            "results/stability/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        fold_pairs=expand(
            "results/stability/fold_pairs/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        summary="results/stability/summary.csv",
        style=STYLE,
        code=imports_of("plot_stability"),
    output:
        png=report(
            "results/figures/stability.png",
            caption="captions/stability.rst",
            category="Stability",
            labels={"figure": "Agreement between folds"},
        ),
        pdf="results/figures/stability.pdf",
    log:
        "results/logs/plot_stability.log",
    benchmark:
        "results/benchmarks/plot_stability.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        share=config["stability"]["retained_share"],
    script:
        "../workflow_scripts/plot_stability.py"


rule plot_stable_maps:
    """Draw the images of the cohort that excite the most stable maps most."""
    input:
        maps="results/stability/{cohort}/{model}.csv",
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        cohort="results/cohorts/{cohort}.csv",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        style=STYLE,
        code=imports_of("plot_stable_maps"),
    output:
        png=report(
            "results/figures/stable_maps-{cohort}-{model}.png",
            caption="captions/stable_maps.rst",
            category="Stability",
            subcategory="{cohort}",
            labels={"cohort": "{cohort}", "model": "{model}"},
        ),
        pdf="results/figures/stable_maps-{cohort}-{model}.pdf",
    log:
        "results/logs/plot_stable_maps/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/plot_stable_maps/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        share=config["stability"]["retained_share"],
    script:
        "../workflow_scripts/plot_stable_maps.py"
