# Reads packages of PyPI, npm and Debian (or local files), and the pictures and judgments of cohorts;
# writes results/topography/: small networks whose units lie on a grid, trained here, and what is
# measured on them.  No part of `rule all`: `make topography` asks for it.

from alignment.topography import design

TOPOGRAPHY = config["topography"]
TRAINED = design.networks(
    TOPOGRAPHY["conditions"], TOPOGRAPHY["lambdas"], TOPOGRAPHY["seeds"]
)
# Of the cohorts named, those that the config has.
ALIGNED = [
    name for name in TOPOGRAPHY["alignment"]["cohorts"] if name in config["cohorts"]
]
SHEET = {key: TOPOGRAPHY[key] for key in ("grid", "neighbourhood", "wrap")}
# What wildcards stand for here. That of datasets stands for those with judgments elsewhere.
IN_TOPOGRAPHY = {
    "dataset": TOPOGRAPHY["datasets"],
    "condition": dict.fromkeys(trained.condition for trained in TRAINED),
    "strength": dict.fromkeys(trained.strength for trained in TRAINED),
}
OF_TOPOGRAPHY = {name: any_of(values) for name, values in IN_TOPOGRAPHY.items()}


rule fetch_training_images:
    """Download images to train networks on, or take local files, and keep them as arrays."""
    input:
        files=given(image_files),
    output:
        images="results/topography/datasets/{dataset}.h5",
    log:
        "results/logs/fetch_training_images/{dataset}.log",
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    priority: 100
    localrule: True
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(1500, 30),
    params:
        contents=contents_of(image_files),
        dataset=image_source,
    script:
        "../workflow_scripts/fetch_training_images.py"


rule train_network:
    """Train one network in one thread, and keep its weights and its training curve."""
    input:
        images="results/topography/datasets/{dataset}.h5",
    output:
        network="results/topography/networks/{dataset}/{condition}/lambda-{strength}/seed-{seed}.safetensors",
        curve="results/topography/networks/{dataset}/{condition}/lambda-{strength}/seed-{seed}.csv",
    log:
        "results/logs/train_network/{dataset}/{condition}/lambda-{strength}/seed-{seed}.log",
    benchmark:
        "results/benchmarks/train_network/{dataset}/{condition}/lambda-{strength}/seed-{seed}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(2000, 120),
    params:
        grid=SHEET["grid"],
        loss=lambda wildcards: design.loss_options(TOPOGRAPHY, wildcards.condition),
        training=lambda wildcards: {
            "epochs": TOPOGRAPHY["datasets"][wildcards.dataset]["epochs"],
            **TOPOGRAPHY["training"],
        },
        versions=versions("torch"),
    script:
        "../workflow_scripts/train_network.py"


rule measure_networks:
    """Record what the units of networks do, and how accurate they stay under noise."""
    input:
        networks=of_lambda("networks", "safetensors"),
        curves=of_lambda("networks", "csv"),
        images="results/topography/datasets/{dataset}.h5",
    output:
        activations=of_lambda("activations", "h5"),
        robustness=of_lambda("robustness", "csv"),
    log:
        "results/logs/measure_networks/{dataset}/{condition}/lambda-{strength}.log",
    benchmark:
        "results/benchmarks/measure_networks/{dataset}/{condition}/lambda-{strength}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    conda:
        "../envs/alignment.yaml"
    resources:
        # Noise on the weights of all layers, not of the grid's alone, runs all of the network again.
        **needs(
            2500,
            (40 if TOPOGRAPHY["weight_noise"]["layers"] == "all" else 10)
            * len(TOPOGRAPHY["seeds"]),
        ),
    params:
        noise=TOPOGRAPHY["noise"],
        weight_noise=TOPOGRAPHY["weight_noise"],
    script:
        "../workflow_scripts/measure_networks.py"


rule measure_units:
    """Measure the units of every network, and gather all measures of a dataset in one table."""
    input:
        activations=of_networks("activations", "h5", TRAINED),
        robustness=of_networks("robustness", "csv", TRAINED),
    output:
        measures="results/topography/measures/{dataset}.csv",
        units="results/topography/units/{dataset}.csv",
    log:
        "results/logs/measure_units/{dataset}.log",
    benchmark:
        "results/benchmarks/measure_units/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(1500, 30),
    params:
        sheet=SHEET,
    script:
        "../workflow_scripts/measure_units.py"


rule compare_networks:
    """Compare the representations of all networks of a dataset, pair by pair."""
    input:
        activations=of_networks("activations", "h5", TRAINED),
    output:
        pairs="results/topography/similarity/{dataset}.csv",
        summary="results/topography/summary/similarity-{dataset}.csv",
    log:
        "results/logs/compare_networks/{dataset}.log",
    benchmark:
        "results/benchmarks/compare_networks/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(2000, 30),
    params:
        n_images=TOPOGRAPHY["similarity_images"],
    script:
        "../workflow_scripts/compare_networks.py"


rule summarize_topography:
    """Summarize a dataset's measures over seeds, and test the differences between conditions."""
    input:
        measures="results/topography/measures/{dataset}.csv",
    output:
        summary="results/topography/summary/{dataset}.csv",
        tests="results/topography/tests/{dataset}.csv",
    log:
        "results/logs/summarize_topography/{dataset}.log",
    benchmark:
        "results/benchmarks/summarize_topography/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    conda:
        "../envs/alignment.yaml"
    params:
        dataset="{dataset}",
    script:
        "../workflow_scripts/summarize_topography.py"


rule decide_claims:
    """Decide which claims of the paper's two versions hold in the networks trained here."""
    input:
        measures=expand(
            "results/topography/measures/{dataset}.csv", dataset=TOPOGRAPHY["datasets"]
        ),
    output:
        claims="results/topography/claims.csv",
    log:
        "results/logs/decide_claims.log",
    benchmark:
        "results/benchmarks/decide_claims.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        sources={
            name: chosen["source"] for name, chosen in TOPOGRAPHY["datasets"].items()
        },
        n_seeds=len(TOPOGRAPHY["seeds"]),
    script:
        "../workflow_scripts/decide_claims.py"


rule align_units:
    """Score the units of trained networks by what they add to the prediction of human judgments."""
    input:
        networks=of_networks("networks", "safetensors", TRAINED),
        cohort="results/cohorts/{cohort}.csv",
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        folder=ancient(of_dataset("results/datasets/{dataset}/images")),
    output:
        units="results/topography/alignment/{dataset}/{cohort}.csv",
        maps="results/topography/alignment/{dataset}/maps/{cohort}.csv",
    log:
        "results/logs/align_units/{dataset}/{cohort}.log",
    benchmark:
        "results/benchmarks/align_units/{dataset}/{cohort}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(2000, 30),
    params:
        sheet=SHEET,
        similarity=config["similarity"],
        fit=config["fit"],
        framing=config["framing"],
        permutations=TOPOGRAPHY["alignment"]["permutations"],
    script:
        "../workflow_scripts/align_units.py"
