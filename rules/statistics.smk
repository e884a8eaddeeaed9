# Reads results/image_ais/; writes results/statistics/: how scores are distributed, and whether two
# models differ in it.


rule describe_distributions:
    """Summarize the image scores of every cohort and model over maps and over images."""
    input:
        image_ais=expand(
            "results/image_ais/{cohort}/{model}.h5",
            cohort=config["cohorts"],
            model=config["models"],
        ),
        cohorts=expand("results/cohorts/{cohort}.csv", cohort=config["cohorts"]),
        judgments=judgments_of_cohorts(),
        networks=expand("results/networks/{model}.safetensors", model=config["models"]),
        code=imports_of("describe_distributions"),
    output:
        distributions="results/statistics/distributions.csv",
    log:
        "results/logs/describe_distributions.log",
    benchmark:
        "results/benchmarks/describe_distributions.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    params:
        cohorts=list(config["cohorts"]),
        models=list(config["models"]),
    script:
        "../workflow_scripts/describe_distributions.py"


rule compare_distributions:
    """Compare each pair of models by Kolmogorov-Smirnov tests, Holm-corrected over the table."""
    input:
        distributions="results/statistics/distributions.csv",
        code=imports_of("compare_distributions"),
    output:
        tests="results/statistics/ks_tests.csv",
    log:
        "results/logs/compare_distributions.log",
    benchmark:
        "results/benchmarks/compare_distributions.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(1000),
        runtime=doubling(5),
    script:
        "../workflow_scripts/compare_distributions.py"


rule compare_images:
    """Compare each pair of models image by image, by Wilcoxon signed-rank tests."""
    input:
        distributions="results/statistics/distributions.csv",
        code=imports_of("compare_images"),
    output:
        tests="results/statistics/paired_tests.csv",
    log:
        "results/logs/compare_images.log",
    benchmark:
        "results/benchmarks/compare_images.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        mem_mb=doubling(500),
        runtime=doubling(10),
    script:
        "../workflow_scripts/compare_images.py"
