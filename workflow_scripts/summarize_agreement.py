"""Summarize over images how models agree, and how scores relate to activity."""

from alignment.artifacts.job_log import job_log
from alignment.artifacts.tables import read_tables, write_rows
from alignment.comparison import models
from alignment.importance import activity


def main(input, output):
    heatmaps = models.summarize_agreement(read_tables(input.heatmaps))
    write_rows(output.heatmaps, models.SUMMARY_COLUMNS, heatmaps)
    means = models.summarize_means(read_tables(input.mean_maps))
    write_rows(output.mean_maps, models.MEANS_SUMMARY_COLUMNS, means)
    related = activity.summarize_activity(read_tables(input.activity))
    write_rows(output.activity, activity.SUMMARY_COLUMNS, related)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(snakemake.input, snakemake.output)
