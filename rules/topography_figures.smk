# Reads results/topography/; writes results/figures/topography/{dataset}/: each figure is a target of
# its own, as PNG and as PDF.  Nothing is computed here.

EXAMPLES = design.examples(TRAINED, TOPOGRAPHY["lambdas"])
# What captions say of the networks
SAID = {
    "n_seeds": len(TOPOGRAPHY["seeds"]),
    "lambdas": ", ".join(f"{strength:g}" for strength in TOPOGRAPHY["lambdas"]),
    "rows": SHEET["grid"][0],
    "columns": SHEET["grid"][1],
    "permutations": TOPOGRAPHY["alignment"]["permutations"],
}
TOPOGRAPHY_TARGETS = ["results/topography/claims.csv"]


rule plot_topography_accuracy:
    """Draw how accurate networks are, and what their spatial losses come to."""
    input:
        style=STYLE,
        summary="results/topography/summary/{dataset}.csv",
    output:
        **topography_figure("accuracy", "Accuracy and spatial losses"),
    log:
        "results/logs/plot_topography_accuracy/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_accuracy/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.accuracy",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_weight_noise:
    """Draw how accurate networks stay when noise is added to their weights."""
    input:
        style=STYLE,
        summary="results/topography/summary/{dataset}.csv",
    output:
        **topography_figure("weight_noise", "Accuracy with noisy weights"),
    log:
        "results/logs/plot_topography_weight_noise/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_weight_noise/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.weight_noise",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_input_noise:
    """Draw how accurate networks stay when noise is added to their images."""
    input:
        style=STYLE,
        summary="results/topography/summary/{dataset}.csv",
    output:
        **topography_figure("input_noise", "Accuracy with noisy images"),
    log:
        "results/logs/plot_topography_input_noise/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_input_noise/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.input_noise",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_smoothness:
    """Draw how smooth and how localized the sheets of units are."""
    input:
        style=STYLE,
        summary="results/topography/summary/{dataset}.csv",
    output:
        **topography_figure("smoothness", "Smoothness and localization"),
    log:
        "results/logs/plot_topography_smoothness/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_smoothness/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.smoothness",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_correlation:
    """Draw how alike units are at each distance, and how their correlations spread."""
    input:
        style=STYLE,
        summary="results/topography/summary/{dataset}.csv",
    output:
        **topography_figure("correlation", "Correlation of units by distance"),
    log:
        "results/logs/plot_topography_correlation/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_correlation/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.correlation",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_dimensionality:
    """Draw the effective dimensionality, variance and entropy of units."""
    input:
        style=STYLE,
        summary="results/topography/summary/{dataset}.csv",
    output:
        **topography_figure("dimensionality", "Dimensionality, variance and entropy"),
    log:
        "results/logs/plot_topography_dimensionality/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_dimensionality/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.dimensionality",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_profiles:
    """Draw what units prefer: orientations, mirror images, the centre, classes."""
    input:
        style=STYLE,
        summary="results/topography/summary/{dataset}.csv",
    output:
        **topography_figure("profiles", "What units prefer"),
    log:
        "results/logs/plot_topography_profiles/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_profiles/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.profiles",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_similarity:
    """Draw how alike the representations of networks are, within and between conditions."""
    input:
        style=STYLE,
        summary="results/topography/summary/similarity-{dataset}.csv",
    output:
        **topography_figure("similarity", "Similarity of representations"),
    log:
        "results/logs/plot_topography_similarity/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_similarity/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.similarity",
        settings={},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_claims:
    """Draw the table of claims: difference, interval and verdict of each."""
    input:
        style=STYLE,
        table="results/topography/claims.csv",
    output:
        **topography_figure("claims", "Claims and verdicts"),
    log:
        "results/logs/plot_topography_claims/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_claims/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.claims",
        settings=lambda wildcards: {"dataset": wildcards.dataset},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_importance:
    """Draw the maps of AIS: what each unit adds to the prediction of human judgments."""
    input:
        style=STYLE,
        units="results/topography/alignment/{dataset}/{cohort}.csv",
        maps="results/topography/alignment/{dataset}/maps/{cohort}.csv",
    output:
        **topography_figure("importance", "Maps of AIS", cohort=True),
    log:
        "results/logs/plot_topography_importance/{dataset}/{cohort}.log",
    benchmark:
        "results/benchmarks/plot_topography_importance/{dataset}/{cohort}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        figure="topography.importance",
        settings={"fit": config["fit"]},
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_tables.py"


rule plot_topography_maps:
    """Draw the sheets of single networks side by side: responses, and preferred classes."""
    input:
        activations=of_networks("activations", "h5", EXAMPLES),
        units="results/topography/units/{dataset}.csv",
        images="results/topography/datasets/{dataset}.h5",
        style=STYLE,
    output:
        **topography_figure("maps", "Sheets of single networks"),
    log:
        "results/logs/plot_topography_maps/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_maps/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        grid=SHEET["grid"],
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_topography_maps.py"


rule plot_topography_overview:
    """Draw the whole story on one page: sheets, smoothness, accuracy, robustness, verdicts."""
    input:
        activations=of_networks("activations", "h5", EXAMPLES),
        images="results/topography/datasets/{dataset}.h5",
        summary="results/topography/summary/{dataset}.csv",
        claims="results/topography/claims.csv",
        style=STYLE,
    output:
        **topography_figure("overview", "Overview"),
    log:
        "results/logs/plot_topography_overview/{dataset}.log",
    benchmark:
        "results/benchmarks/plot_topography_overview/{dataset}.tsv"
    wildcard_constraints:
        **OF_TOPOGRAPHY,
    group:
        "figures"
    conda:
        "../envs/alignment.yaml"
    params:
        grid=SHEET["grid"],
        dataset="{dataset}",
        said=said_of_networks,
    script:
        "../workflow_scripts/plot_topography_overview.py"


rule topography:
    """Topographic networks: training, measures, claims and figures (make topography)."""
    input:
        TOPOGRAPHY_TARGETS,
