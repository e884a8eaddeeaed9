# Reads heatmaps, scores, predictions and the pictures; writes results/explorer/: a page per dataset.

if config["explorer"]["enabled"]:
    TARGETS += everywhere(
        "results/explorer/{dataset}.html",
        "results/pair_ais/{cohort}/{model}.h5",
        "results/heatmaps/{cohort}/{model}/pairs.h5",
        "results/predictions/{cohort}/{model}-held_out.h5",
    )


# What the page says of how its numbers were made
FACTS = [
    [
        "held out",
        f"{UNIT}, {N_FOLDS} folds for each seed ({', '.join(map(str, SEEDS))})",
    ],
    ["similarity of embeddings", config["similarity"]],
    ["fit", config["fit"]],
    ["framing of pictures", config["framing"]],
]


rule explorer:
    """The pages on which results can be looked at, for every dataset."""
    input:
        everywhere("results/explorer/{dataset}.html"),


rule draw_explorer:
    """Put what a dataset's results hold into one page, to be looked at in a browser."""
    input:
        pictures="results/datasets/{dataset}/pictures.csv",
        labels="results/datasets/{dataset}/images.csv",
        judgments="results/datasets/{dataset}/similarity.h5",
        cohorts=of_cohorts("results/cohorts/{cohort}.csv"),
        activations=of_models("results/activations/{dataset}/{model}.h5"),
        image_ais=of_cohorts("results/image_ais/{cohort}/{model}.h5"),
        heatmaps=of_cohorts("results/heatmaps/{cohort}/{model}/heatmaps.h5"),
        rivals=of_cohorts(
            "results/heatmaps/{cohort}/{model}@{kind}/heatmaps.h5", kind=HEATMAP_KINDS
        ),
        pair_ais=of_cohorts("results/pair_ais/{cohort}/{model}.h5"),
        pairs=of_cohorts("results/heatmaps/{cohort}/{model}/pairs.h5"),
        held_out=of_cohorts("results/predictions/{cohort}/{model}-held_out.h5"),
        ais=of_cohorts("results/ais/{cohort}/{model}/seed-{seed}/fold-{fold}.csv"),
        retained=of_cohorts(
            "results/retained/{cohort}/{model}/seed-{seed}/fold-{fold}.csv"
        ),
        maps=SALIENCY_MAPS if SALIENCY else [],
        summary="results/predictions/summary.csv",
        ceiling="results/predictions/ceiling.csv",
        tests=["results/predictions/control_tests.csv"] if HAS_CONTROLS else [],
        influence=["results/predictions/influence.csv"] if HAS_CONTROLS else [],
        label_tests=["results/predictions/label_tests.csv"] if LABEL_TESTS else [],
        template=[
            ancient(str(SCRIPTS / "alignment/explorer" / file))
            for file in ("page.html", "page.css")
        ],
        programs=[
            ancient(str(file))
            for file in sorted(SCRIPTS.glob("alignment/explorer/scripts/*.js"))
        ],
    output:
        page=report(
            "results/explorer/{dataset}.html",
            caption="captions/explorer.rst",
            category="Explorer",
            labels={"dataset": "{dataset}"},
        ),
        # Empty where the page holds everything: how large it comes out no one knows before, and
        # Snakemake wants every folder that a rule names.
        data=directory("results/explorer/data/{dataset}"),
    log:
        "results/logs/draw_explorer/{dataset}.log",
    benchmark:
        "results/benchmarks/draw_explorer/{dataset}.tsv"
    conda:
        "../envs/alignment.yaml"
    resources:
        **needs(3000, 20),
    params:
        cohorts=cohorts_of,
        models=list(config["models"]),
        rivals=HEATMAP_KINDS,
        labels=LABELS,
        facts=FACTS,
        citations=lambda wildcards: sources.citations_of(
            config["datasets"][wildcards.dataset]
        ),
        folds=FOLDS,
        kinds={name: source["kind"] for name, source in SOURCES.items()},
        settings={
            "fit": config["fit"],
            "framing": config["framing"],
            "seeds": SEEDS,
            "all_pairs": config["heatmaps"]["all_pairs"],
            "heatmaps": [
                ("ais", "AIS"),
                *((kind, sources.KIND_LABELS[kind]) for kind in HEATMAP_KINDS),
            ],
        },
        config=yaml.safe_dump(config, sort_keys=False, allow_unicode=True),
    script:
        "../workflow_scripts/draw_explorer.py"
