# Reads results/perturbation/, results/activations/ and the judgments; writes results/ais/,
# results/selection/, results/retained/, results/image_ais/ and results/predictions/.


rule score_maps:
    """Score every map on the training side of each fold of a seed."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        code=imports_of("score_maps"),
    output:
        ais=fold_tables("ais"),
    log:
        "results/logs/score_maps/{cohort}/{model}/seed-{seed}.log",
    benchmark:
        "results/benchmarks/score_maps/{cohort}/{model}/seed-{seed}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1500),
        runtime=doubling(10),
    params:
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
        fit=config["fit"],
        similarity=config["similarity"],
    script:
        "../workflow_scripts/score_maps.py"


rule select_maps:
    """Switch maps on from best to worst in each fold of a seed and keep the best set."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        ais=fold_tables("ais"),
        code=imports_of("select_maps"),
    output:
        selection=fold_tables("selection"),
        retained=fold_tables("retained"),
    log:
        "results/logs/select_maps/{cohort}/{model}/seed-{seed}.log",
    benchmark:
        "results/benchmarks/select_maps/{cohort}/{model}/seed-{seed}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_head
    resources:
        mem_mb=doubling(memory_of_head),
        runtime=doubling(runtime_of_head),
    params:
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
        fit=config["fit"],
        similarity=config["similarity"],
        framing=config["framing"],
        device=config["compute"]["device"],
    script:
        "../workflow_scripts/select_maps.py"


rule collect_predictions:
    """Put the fits of all and of the retained maps into one table, a row a fold."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        selection=seed_tables("selection"),
        retained=seed_tables("retained"),
        code=imports_of("collect_predictions"),
    output:
        predictions="results/predictions/{cohort}/{model}.csv",
    log:
        "results/logs/collect_predictions/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/collect_predictions/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        seeds=SEEDS,
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
    script:
        "../workflow_scripts/collect_predictions.py"


rule summarize_predictions:
    """Compare retained with all maps over the folds, for every cohort and model."""
    input:
        predictions=expand(
            "results/predictions/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        resamples=resamples(),
        networks=expand("results/networks/{model}.safetensors", model=config["models"]),
        code=imports_of("summarize_predictions"),
    output:
        summary="results/predictions/summary.csv",
    log:
        "results/logs/summarize_predictions.log",
    benchmark:
        "results/benchmarks/summarize_predictions.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
    script:
        "../workflow_scripts/summarize_predictions.py"


rule estimate_ceiling:
    """Estimate the highest fit that the reliability of the judgments leaves room for."""
    input:
        cohorts=expand("results/cohorts/{cohort}.csv", cohort=config["cohorts"]),
        similarity=[
            f"results/datasets/{cohort['dataset']}/similarity.h5"
            for cohort in config["cohorts"].values()
        ],
        judgments=judgments_of_cohorts(),
        pictures=[
            f"results/datasets/{cohort['dataset']}/pictures.csv"
            for cohort in config["cohorts"].values()
        ],
        code=imports_of("estimate_ceiling"),
    output:
        ceiling="results/predictions/ceiling.csv",
    log:
        "results/logs/estimate_ceiling.log",
    benchmark:
        "results/benchmarks/estimate_ceiling.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        seeds=SEEDS,
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
        fit=config["fit"],
    script:
        "../workflow_scripts/estimate_ceiling.py"


rule score_images:
    """Score every map for the comparisons of each single image of a cohort."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        code=imports_of("score_images"),
    output:
        image_ais="results/image_ais/{cohort}/{model}.h5",
    log:
        "results/logs/score_images/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/score_images/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1500),
        runtime=doubling(10),
    params:
        similarity=config["similarity"],
    script:
        "../workflow_scripts/score_images.py"
