# Reads results/activations/; writes results/perturbation/: similarities of images when a map is off.
# Nothing here depends on a cohort, a seed or a fold.


rule perturb_maps:
    """Switch every map off in turn and record the similarity of every pair of images."""
    input:
        activations="results/activations/{dataset}/{model}.h5",
        network="results/networks/{model}.safetensors",
        pictures="results/datasets/{dataset}/pictures.csv",
    output:
        perturbation="results/perturbation/{dataset}/{model}.h5",
    log:
        "results/logs/perturb_maps/{dataset}/{model}.log",
    cache: SHARED
    conda:
        "../envs/alignment.yaml"
    threads: 8
    resources:
        **needs(config["compute"]["memory_mb"], 240),
    params:
        **HEAD,
        versions=versions("torch", "torchvision", "numpy"),
    script:
        "../workflow_scripts/perturb_maps.py"
