# Reads results/image_ais/, results/retained/, results/activations/ and the pictures; writes
# results/heatmaps/ and results/pair_ais/: the numbers first, then overlays that only draw them.

OVERLAY_INDEXES = everywhere(
    "results/heatmaps/{cohort}/{model}/{threshold}/index.csv", model=MAKERS
)
# Any overlay in an index that was lost since is drawn again.
TARGETS += OVERLAY_INDEXES + [
    lost for index in OVERLAY_INDEXES for lost in sources.lost_overlays(index)
]
# A job of several processes waits until as many cores are free: not worth it for few pictures.
OVERLAY_PROCESSES = 2 if len(IMAGES or ()) > 500 else 1


rule compute_heatmaps:
    """Weight each image's feature maps by their scores, and all of them alike."""
    input:
        image_ais="results/image_ais/{cohort}/{model}.h5",
        cohort="results/cohorts/{cohort}.csv",
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
    output:
        heatmaps="results/heatmaps/{cohort}/{model}/heatmaps.h5",
    log:
        "results/logs/compute_heatmaps/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/compute_heatmaps/{cohort}/{model}.tsv"
    wildcard_constraints:
        model=any_of(config["models"]),
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(1500, 5),
    params:
        negative_scores=config["heatmaps"]["negative_scores"],
        similarity=config["similarity"],
        framing=config["framing"],
    script:
        "../workflow_scripts/compute_heatmaps.py"


rule compute_rival_heatmaps:
    """Make heatmaps of another kind than AIS, by all of a picture's judgments or by none."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        network="results/networks/{model}.safetensors",
    output:
        heatmaps="results/heatmaps/{cohort}/{model}@{kind}/heatmaps.h5",
    log:
        "results/logs/compute_rival_heatmaps/{cohort}/{model}@{kind}.log",
    benchmark:
        "results/benchmarks/compute_rival_heatmaps/{cohort}/{model}@{kind}.tsv"
    wildcard_constraints:
        model=any_of(config["models"]),
        kind=any_of(HEATMAP_KINDS),
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(config["compute"]["memory_mb"], 20),
    params:
        **HEAD,
        negative_scores=config["heatmaps"]["negative_scores"],
    script:
        "../workflow_scripts/compute_rival_heatmaps.py"


rule draw_overlays:
    """Draw the overlays of all images of a cohort at every threshold, and list them."""
    input:
        heatmaps="results/heatmaps/{cohort}/{model}/heatmaps.h5",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
    output:
        indexes=expand(
            "results/heatmaps/{cohort}/{model}/{threshold}/index.csv",
            threshold=THRESHOLDS,
            allow_missing=True,
        ),
    log:
        "results/logs/draw_overlays/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/draw_overlays/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: OVERLAY_PROCESSES
    params:
        colours=config["heatmaps"]["colours"],
        thresholds=THRESHOLDS,
    script:
        "../workflow_scripts/draw_overlays.py"


rule draw_overlay:
    """Draw the overlay of one image alone."""
    input:
        heatmaps="results/heatmaps/{cohort}/{model}/heatmaps.h5",
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
    output:
        overlay="results/heatmaps/{cohort}/{model}/{threshold}/{image}.png",
    log:
        "results/logs/draw_overlay/{cohort}/{model}/{threshold}/{image}.log",
    benchmark:
        "results/benchmarks/draw_overlay/{cohort}/{model}/{threshold}/{image}.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        colours=config["heatmaps"]["colours"],
    script:
        "../workflow_scripts/draw_overlay.py"


rule explain_pairs:
    """Say of single pairs of images which maps and which places make a network find them alike."""
    input:
        cohort="results/cohorts/{cohort}.csv",
        folds="results/folds/{cohort}.h5",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        activations=of_dataset("results/activations/{dataset}/{model}.h5"),
        perturbation=of_dataset("results/perturbation/{dataset}/{model}.h5"),
        retained=of_seeds("retained"),
    output:
        pair_ais="results/pair_ais/{cohort}/{model}.h5",
        pairs="results/heatmaps/{cohort}/{model}/pairs.h5",
    log:
        "results/logs/explain_pairs/{cohort}/{model}.log",
    benchmark:
        "results/benchmarks/explain_pairs/{cohort}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(2000, 15),
    params:
        similarity=config["similarity"],
        framing=config["framing"],
        all_pairs=config["heatmaps"]["all_pairs"],
        nearest=config["heatmaps"]["nearest"],
    script:
        "../workflow_scripts/explain_pairs.py"


rule draw_pair_heatmap:
    """Draw which places of two pictures make a network find them alike."""
    input:
        pairs=of_named_pair("results/heatmaps/{cohort}/{model}/pairs.h5"),
        cohort="results/cohorts/{cohort}.csv",
        judgments=of_dataset("results/datasets/{dataset}/similarity.h5"),
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        style=STYLE,
    output:
        heatmap="results/heatmaps/{cohort}/{model}/pairs/{pair}.png",
    log:
        "results/logs/draw_pair_heatmap/{cohort}/{model}/{pair}.log",
    benchmark:
        "results/benchmarks/draw_pair_heatmap/{cohort}/{model}/{pair}.tsv"
    conda:
        "../envs/alignment.yaml"
    params:
        cohort=lambda wildcards: LABELS["cohorts"][wildcards.cohort],
        model=lambda wildcards: LABELS["models"][wildcards.model],
    script:
        "../workflow_scripts/draw_pair_heatmap.py"
