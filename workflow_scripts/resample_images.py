"""Fit resampled test images of every fold, with all and with the retained maps."""

import numpy as np

from alignment.prediction.controls import only
from alignment.importance.folds import folds_of_seeds
from alignment.heads.opening import open_head
from alignment.artifacts.job_log import job_log
from alignment.artifacts.lineage import check_made_from
from alignment.similarity.pairs import pair_images, upper_triangle
from alignment.prediction.resampling import draw_images, resampled_fits
from alignment.artifacts.arrays import read_arrays
from alignment.artifacts.tables import read_columns, write_columns

SEED = 0


def main(input, output, params, threads, memory_mb):
    check_made_from(input.similarity, input)
    check_made_from(input.activations, input, params)
    images = read_columns(input.cohort)["index"]
    human = read_arrays(input.similarity, "similarity")
    judgments = upper_triangle(human)
    head = open_head(input, params, threads, memory_mb)
    drawn = np.zeros((params.resamples, len(human)))
    rng = np.random.default_rng(SEED)
    drawn[:, images] = draw_images(len(images), params.resamples, rng)
    first, second = pair_images(len(human))
    everything = np.ones((1, head.n_maps), dtype=bool)
    fits = []
    folds = folds_of_seeds(images, human, params.seeds, params.n_folds, params.unit)
    for (_, _, fold), path in zip(folds, input.retained, strict=True):
        pairs = fold.test_pairs
        retained = only(read_columns(path)["map"], head.n_maps)
        counts = drawn[:, first[pairs]] * drawn[:, second[pairs]]
        similarities = head.with_maps(np.concatenate([everything, retained]), pairs)
        fits.append([resampled_fits(x, judgments[pairs], counts, params.fit) for x in similarities])
    # A fold takes part where both fits are defined, so that the difference compares like with like.
    fits = np.array(fits)
    defined = np.isfinite(fits).all(axis=1)
    n_folds = defined.sum(axis=0)
    sums = np.where(defined[:, None], fits, 0).sum(axis=0)
    full, retained = np.where(n_folds > 0, sums / np.maximum(n_folds, 1), np.nan)
    write_columns(
        output.resamples,
        resample=np.arange(params.resamples),
        n_folds=n_folds,
        test_full=full,
        test_retained=retained,
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        main(
            snakemake.input,
            snakemake.output,
            snakemake.params,
            snakemake.threads,
            snakemake.resources.mem_mb,
        )
