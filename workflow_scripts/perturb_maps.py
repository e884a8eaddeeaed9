"""Record the similarity of every pair of images, and what it is with each map switched off.

The second is for heads whose layers have to be run again; for a pooled head it follows from the
embeddings where it is needed.
"""

from functools import partial

from alignment.artifacts.arrays import Arrays, put_array, writing
from alignment.artifacts.job_log import job_log, progress, usage_noted
from alignment.artifacts.lineage import check_made_from, made_from
from alignment.artifacts.network_files import read_network
from alignment.heads.opening import open_head
from alignment.heads.pooled import PooledHead


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
    attributes = {
        **activations.attributes,
        "similarity": params.similarity,
        "made_from": made_from(input.activations, activations=input.activations),
    }
    with writing(output.perturbation, attributes) as file:
        if isinstance(head, PooledHead):
            put_array(file, "rsm", head.similarities())
            return
        rsm, blocks = head.switched_off()
        put_array(file, "rsm", rsm)
        sides = head.n_images, head.n_maps, head.n_images
        both = file.create_dataset("rsm_without", (head.n_maps, len(rsm)), "f8")
        one_side = file.create_dataset("rsm_without_one_side", sides, "f8")
        for block in blocks:
            both[block.maps] = block.both
            one_side[:, block.maps] = block.one_side


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
