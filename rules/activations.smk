# Reads the networks that the config names and the pictures of results/datasets/; writes
# results/networks/ and results/activations/.


rule prepare_network:
    """Load a network and its weights, check where it is cut, and keep it in one checked file."""
    input:
        weights=lambda wildcards: weights_files(wildcards.model),
        code=imports_of("prepare_network"),
    output:
        network="results/networks/{model}.safetensors",
    log:
        "results/logs/prepare_network/{model}.log",
    benchmark:
        "results/benchmarks/prepare_network/{model}.tsv"
    priority: 100
    localrule: True
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(3000),
        runtime=doubling(30),
    params:
        model=lambda wildcards: config["models"][wildcards.model],
        versions=versions("torch", "torchvision"),
    script:
        "../workflow_scripts/prepare_network.py"


rule extract_activations:
    """Run a network over the pictures: feature maps, embeddings and class scores."""
    input:
        index="results/datasets/{dataset}/pictures.csv",
        pictures=ancient("results/datasets/{dataset}/images"),
        checked=ancient("results/datasets/{dataset}/summary.txt"),
        network="results/networks/{model}.safetensors",
        code=imports_of("extract_activations"),
    output:
        activations="results/activations/{dataset}/{model}.h5",
    log:
        "results/logs/extract_activations/{dataset}/{model}.log",
    benchmark:
        "results/benchmarks/extract_activations/{dataset}/{model}.tsv"
    conda:
        "../envs/alignment.yaml"
    threads: 8
    resources:
        mem_mb=doubling(config["compute"]["memory_mb"]),
        runtime=doubling(60),
    params:
        framing=config["framing"],
        device=config["compute"]["device"],
        versions=versions("torch", "torchvision", "pillow"),
    script:
        "../workflow_scripts/extract_activations.py"
