"""Switch every map off in turn and record the similarity of every pair of images."""

from functools import partial

from alignment.artifacts.arrays import Arrays, write_arrays
from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import read_network
from alignment.heads.opening import open_head


def main(input, output, params, wildcards, threads, memory_mb):
    check_made_from(input.activations, input, params, wildcards)
    activations = Arrays(input.activations)
    head = open_head(
        activations,
        partial(read_network, input.network),
        params.similarity,
        params.device,
        threads,
        memory_mb,
        progress,
    )
    rsm, rsm_without, one_side = head.leave_one_out()
    write_arrays(
        output.perturbation,
        {"rsm": rsm, "rsm_without": rsm_without, "rsm_without_one_side": one_side},
        {
            **activations.attributes,
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
            snakemake.wildcards,
            snakemake.threads,
            snakemake.resources.mem_mb,
        )
