# Reads the files that the config names (or downloads them); writes results/datasets/ and
# results/cohorts/: pictures, labels, judgments, and which images a cohort compares. What downloads is
# a local rule, since the nodes of a cluster often have no network.

TARGETS += everywhere("results/datasets/{dataset}/summary.txt")


rule fetch_dataset:
    """Download a published dataset, or take a local copy, and write it as users have theirs."""
    output:
        pictures=directory("results/datasets/{dataset}/source/pictures"),
        judgments="results/datasets/{dataset}/source/judgments.npz",
        labels="results/datasets/{dataset}/source/labels.csv",
    log:
        "results/logs/fetch_dataset/{dataset}.log",
    priority: 100
    localrule: True
    conda:
        "../envs/alignment.yaml"
    params:
        source=lambda wildcards: config["datasets"][wildcards.dataset].get("source"),
        archive=lambda wildcards: config["datasets"][wildcards.dataset].get("archive"),
    script:
        "../workflow_scripts/fetch_dataset.py"


rule import_images:
    """Check every picture and write it as PNG, with an index of what was read."""
    input:
        pictures=given(picture_files),
    output:
        pictures=directory("results/datasets/{dataset}/images"),
        index="results/datasets/{dataset}/pictures.csv",
    log:
        "results/logs/import_images/{dataset}.log",
    benchmark:
        "results/benchmarks/import_images/{dataset}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    params:
        # Also part of the key under which checkouts share results: names of files are not.
        folder=lambda wildcards: config["datasets"][wildcards.dataset]["images"],
        contents=contents_of(own_pictures),
    script:
        "../workflow_scripts/import_images.py"


rule label_images:
    """List the pictures in order with their label columns."""
    input:
        index="results/datasets/{dataset}/pictures.csv",
        labels=given(label_file),
    output:
        images="results/datasets/{dataset}/images.csv",
    log:
        "results/logs/label_images/{dataset}.log",
    benchmark:
        "results/benchmarks/label_images/{dataset}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    params:
        contents=contents_of(label_file),
    script:
        "../workflow_scripts/label_images.py"


rule import_judgments:
    """Read the human judgments in any supported format and check them against the pictures."""
    input:
        pictures="results/datasets/{dataset}/pictures.csv",
        judgments_file=given(judgments_file),
    output:
        judgments="results/datasets/{dataset}/similarity.h5",
    log:
        "results/logs/import_judgments/{dataset}.log",
    benchmark:
        "results/benchmarks/import_judgments/{dataset}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(2000, 10),
    params:
        contents=contents_of(judgments_file),
        options=lambda wildcards: {
            key: value
            for key, value in config["datasets"][wildcards.dataset][
                "judgments"
            ].items()
            if key != "file"
        },
    script:
        "../workflow_scripts/import_judgments.py"


rule define_cohort:
    """Find the images of a cohort."""
    input:
        images=of_dataset("results/datasets/{dataset}/images.csv"),
    output:
        cohort="results/cohorts/{cohort}.csv",
    log:
        "results/logs/define_cohort/{cohort}.log",
    benchmark:
        "results/benchmarks/define_cohort/{cohort}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    params:
        query=lambda wildcards: config["cohorts"][wildcards.cohort].get("query"),
    script:
        "../workflow_scripts/define_cohort.py"


rule describe_dataset:
    """Say in a few lines what was read."""
    input:
        images="results/datasets/{dataset}/images.csv",
        judgments="results/datasets/{dataset}/similarity.h5",
        judgments_file=rules.import_judgments.input.judgments_file,
        pictures="results/datasets/{dataset}/pictures.csv",
        cohorts=lambda wildcards: [
            f"results/cohorts/{name}.csv" for name in cohorts_of(wildcards)
        ],
        # Their logs are read.
        folds=lambda wildcards: [
            f"results/folds/{name}.h5" for name in cohorts_of(wildcards)
        ],
    output:
        summary="results/datasets/{dataset}/summary.txt",
    log:
        "results/logs/describe_dataset/{dataset}.log",
    benchmark:
        "results/benchmarks/describe_dataset/{dataset}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    params:
        logs=logs_of_dataset,
    script:
        "../workflow_scripts/describe_dataset.py"
