"""Switch every map off in turn and record the similarity of every pair of images."""

from alignment.heads.opening import open_head
from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.arrays import read_attributes, write_arrays


def main(input, output, params, threads, memory_mb):
    check_made_from(input.activations, input, params)
    head = open_head(input, params, threads, memory_mb, progress)
    rsm, rsm_without, one_side = head.leave_one_out()
    write_arrays(
        output.perturbation,
        {"rsm": rsm, "rsm_without": rsm_without, "rsm_without_one_side": one_side},
        {
            **read_attributes(input.activations),
            "similarity": params.similarity,
            "made_from": made_from(input.activations, activations=input.activations),
        },
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]), usage_noted():
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.threads,
            snakemake.resources.mem_mb,
        )
