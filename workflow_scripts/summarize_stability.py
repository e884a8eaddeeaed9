"""Summarize the agreement between folds, for every cohort and model."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import groups_of, read_tables, write_rows
from alignment.comparison.stability import SUMMARY_COLUMNS, summarize_stability


def main(input, output, params):
    maps, pairs, halves, predictions = (
        groups_of(read_tables(input[name]), "cohort", "model")
        for name in ("maps", "fold_pairs", "halves", "predictions")
    )
    rows = []
    for (cohort, model), table in maps.items():
        which = cohort, model
        sizes = predictions[which]["n_retained"]
        summary = summarize_stability(table, pairs[which], halves[which], sizes, params.share)
        rows.append({"cohort": cohort, "model": model, **summary})
        if not summary["n_stable"]:
            print(
                f"{cohort}, {model}: no map is retained in {params.share:.0%} of the folds; "
                f"the most frequent one is in {table['share_retained'].max():.0%}."
            )
    write_rows(output.summary, SUMMARY_COLUMNS, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output, snakemake.params)
