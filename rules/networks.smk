# Reads the networks that the config names and the pictures of results/datasets/; writes
# results/networks/ and results/activations/.


rule prepare_network:
    """Load a network and its weights, check where it is cut, and keep it in one checked file."""
    input:
        weights=given(weights_file),
        function=given(network_code),
    output:
        network="results/networks/{model}.safetensors",
    log:
        "results/logs/prepare_network/{model}.log",
    cache: SHARED
    # After the checks of what the user gave, for which many jobs wait.
    priority: 90
    localrule: True
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(3000, 30),
    params:
        contents=contents_of(network_files),
        model=network_of,
        name="{model}",
        versions=lambda wildcards: versions(*packages_of(wildcards)),
    script:
        "../workflow_scripts/prepare_network.py"


rule extract_activations:
    """Run a network over the pictures: feature maps, embeddings and class scores."""
    input:
        pictures="results/datasets/{dataset}/pictures.csv",
        folder=ancient("results/datasets/{dataset}/images"),
        network="results/networks/{model}.safetensors",
    output:
        activations="results/activations/{dataset}/{model}.h5",
    log:
        "results/logs/extract_activations/{dataset}/{model}.log",
    cache: SHARED
    # Before all that waits for it. Since it takes all cores, a second network would else be run only
    # when nothing is left to do but what needs it, with cores idle before.
    priority: 80
    conda:
        "../envs/alignment.yaml"
    threads: all_cores
    resources:
        **needs(config["compute"]["memory_mb"], 60),
    params:
        model=network_of,
        dataset="{dataset}",
        framing=config["framing"],
        device=config["compute"]["device"],
        versions=lambda wildcards: versions(*packages_of(wildcards), "pillow", "numpy"),
    script:
        "../workflow_scripts/extract_activations.py"
