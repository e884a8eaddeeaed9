# Reads results/predictions/, results/retained/, results/activations/ and the judgments; writes
# results/controls/ and results/resamples/ and, over all cohorts and models,
# results/predictions/controls.csv, control_tests.csv and observers.csv: what pruning is to be
# compared with, on the same folds.


rule measure_controls:
    """Fit random sets, active maps, reweighted dimensions and single observers in every fold."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        predictions="results/predictions/{cohort}/{model}.csv",
        retained=seed_tables("retained"),
        code=imports_of("measure_controls"),
    output:
        controls="results/controls/{cohort}/{model}.csv",
    log:
        "results/logs/measure_controls/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/measure_controls/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_head
    resources:
        mem_mb=doubling(memory_of_head),
        runtime=doubling(runtime_of_head),
    params:
        **config["controls"],
        seeds=SEEDS,
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
        fit=config["fit"],
        similarity=config["similarity"],
        framing=config["framing"],
        device=config["compute"]["device"],
    script:
        "../workflow_scripts/measure_controls.py"


rule collect_controls:
    """Put the controls into one table and compare the retained maps with each of them."""
    input:
        controls=expand(
            "results/controls/{cohort}/{model}.csv",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        ceiling="results/predictions/ceiling.csv",
        code=imports_of("collect_controls"),
    output:
        controls="results/predictions/controls.csv",
        tests="results/predictions/control_tests.csv",
        observers="results/predictions/observers.csv",
    log:
        "results/logs/collect_controls.log",
    benchmark:
        "results/benchmarks/collect_controls.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(500),
        runtime=doubling(10),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
        fit=config["fit"],
    script:
        "../workflow_scripts/collect_controls.py"


rule resample_images:
    """Draw the test images of every fold anew and fit all and the retained maps to them."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        retained=seed_tables("retained"),
        code=imports_of("resample_images"),
    output:
        resamples="results/resamples/{cohort}/{model}.csv",
    log:
        "results/logs/resample_images/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/resample_images/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_head
    resources:
        mem_mb=doubling(memory_of_head),
        runtime=doubling(runtime_of_head),
    params:
        resamples=config["statistics"]["resamples"],
        seeds=SEEDS,
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
        fit=config["fit"],
        similarity=config["similarity"],
        framing=config["framing"],
        device=config["compute"]["device"],
    script:
        "../workflow_scripts/resample_images.py"
