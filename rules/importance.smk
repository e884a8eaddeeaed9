# Reads results/cohorts/, results/perturbation/, results/activations/ and the judgments; writes
# results/folds/, results/ais/, results/selection/, results/retained/ and results/image_ais/.

TARGETS += everywhere(
    *(
        f"results/{stage}/{{cohort}}/{{model}}/seed-{{seed}}/fold-{{fold}}.csv"
        for stage in ("ais", "selection", "retained")
    ),
    "results/image_ais/{cohort}/{model}.h5",
)


rule make_folds:
    """Cut a cohort into folds, once for all stages: which fold tests which image, or pair."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
    output:
        folds="results/folds/{cohort}.h5",
    log:
        "results/logs/make_folds/{cohort}.log",
    benchmark:
        "results/benchmarks/make_folds/{cohort}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    params:
        seeds=SEEDS,
        n_folds=N_FOLDS,
        unit=UNIT,
    script:
        "../workflow_scripts/make_folds.py"


rule score_maps:
    """Score every map on the training side of each fold."""
    input:
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
    output:
        ais=of_seeds("ais"),
    log:
        "results/logs/score_maps/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/score_maps/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: processes_of_folds
    resources:
        **needs(lambda wildcards: 1500 * processes_of_folds(wildcards), 10),
    params:
        fit=config["fit"],
        similarity=config["similarity"],
        device=config["compute"]["device"],
    script:
        "../workflow_scripts/score_maps.py"


rule select_maps:
    """Switch maps on from best to worst in each fold and retain the best set."""
    input:
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        ais=of_seeds("ais"),
    output:
        selection=of_seeds("selection"),
        retained=of_seeds("retained"),
    log:
        "results/logs/select_maps/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/select_maps/{cohort}/{model}.tsv"
    wildcard_constraints:
        model=any_of(POOLED),
    conda:
        "../envs/alignment.yaml"
    threads: threads_of_folds
    resources:
        **needs_of_head(processes_of_folds),
    params:
        **HEAD,
        fit=config["fit"],
    script:
        "../workflow_scripts/select_maps.py"


use rule select_maps as select_maps_of_seed with:
    # Where layers are run again a seed takes long, and seeds can go to several nodes of a cluster.
    input:
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
        ais=of_folds("ais"),
    output:
        selection=of_folds("selection"),
        retained=of_folds("retained"),
    log:
        "results/logs/select_maps_of_seed/{cohort}/{model}/seed-{seed}.log",
    benchmark:
        "results/benchmarks/select_maps_of_seed/{cohort}/{model}/seed-{seed}.tsv"
    wildcard_constraints:
        model=any_of(sorted(set(config["models"]) - set(POOLED))),


rule score_images:
    """Score every map for the comparisons of each single image of a cohort."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
    output:
        image_ais="results/image_ais/{cohort}/{model}.h5",
    log:
        "results/logs/score_images/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/score_images/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(1500, 10),
    params:
        similarity=config["similarity"],
    script:
        "../workflow_scripts/score_images.py"
