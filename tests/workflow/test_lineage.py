"""Results that were altered or exchanged by hand: the stage that reads them says so.

Times of change are set back, so that Snakemake itself has no reason to doubt a file.
"""

import os
import re
import shutil

import h5py
import pytest

pytestmark = pytest.mark.workflow

LITE0, LITE1 = "efficientnet_lite0", "efficientnet_lite1"
# What is spoilt, what the next stage makes of it, and what it is exchanged for.
ARRAYS = [
    (
        "datasets/second/similarity.h5",
        "datasets/second/summary.txt",
        "datasets/tiny/similarity.h5",
    ),
    (
        f"activations/tiny/{LITE0}.h5",
        f"perturbation/tiny/{LITE0}.h5",
        f"activations/second/{LITE0}.h5",  # the same network, other pictures
    ),
    (
        f"perturbation/tiny/{LITE1}.h5",
        f"ais/tiny/{LITE1}/seed-111/fold-0.csv",
        f"perturbation/tiny/{LITE0}.h5",
    ),
    (
        "folds/tiny-a.h5",
        f"resamples/tiny-a/{LITE1}.csv",
        "folds/tiny.h5",
    ),
    (
        f"image_ais/tiny-a/{LITE1}.h5",
        f"heatmaps/tiny-a/{LITE1}/heatmaps.h5",
        f"image_ais/tiny-a/{LITE0}.h5",
    ),
    (
        f"heatmaps/tiny/{LITE1}/heatmaps.h5",
        f"heatmaps/tiny/{LITE1}/p80/03.png",
        f"heatmaps/tiny/{LITE0}/heatmaps.h5",
    ),
]
NETWORK = [
    (
        f"networks/{LITE0}.safetensors",
        f"activations/second/{LITE0}.h5",
        f"networks/{LITE1}.safetensors",
    )
]


def cut_short(path, other):
    path.write_bytes(path.read_bytes()[:-1000])


def alter(path, other):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def exchange(path, other):
    path.write_bytes(other)


def unseal(path, other):
    # As an earlier version wrote it: without the block before the file proper.
    path.write_bytes(path.read_bytes()[512:])
    with h5py.File(path) as file:
        assert file.attrs["h5py_version"]


CHANGED = "was changed or cut short after it was written"
FOREIGN = "was (not )?made (from|with) "
CASES = {
    "cut": (ARRAYS, cut_short, CHANGED),
    "altered": (ARRAYS, alter, CHANGED),
    "exchanged": (ARRAYS, exchange, FOREIGN),
    "earlier": (ARRAYS, unseal, "was written without a checksum, by an earlier version"),
    "network-cut": (NETWORK, cut_short, CHANGED),
    "network-altered": (NETWORK, alter, CHANGED),
    "network-exchanged": (NETWORK, exchange, f"is not the network that config: models: {LITE0}"),
}


def contents(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in files
        if path.relative_to(folder).parts[0] not in ("logs", "benchmarks", "records.json.gz")
    }


@pytest.mark.parametrize("case", CASES)
def test_a_spoilt_artifact_is_named_where_it_is_read_and_nothing_else_is_lost(copied, case):
    artifacts, spoil, sentence = CASES[case]
    results = copied / "results"
    intact = contents(results)
    others = [(results / other).read_bytes() for _, _, other in artifacts]
    for (path, made, _), other in zip(artifacts, others, strict=True):
        state = (results / path).stat()
        spoil(results / path, other)
        os.utime(results / path, ns=(state.st_atime_ns, state.st_mtime_ns))
        (results / made).unlink()
        if made.startswith("ais/"):  # made together, with those of the other seeds
            shutil.rmtree((results / made).parents[1])
    before = contents(results)
    targets = [f"results/{made}" for _, made, _ in artifacts]

    done = copied.snakemake(*targets, flags=["--cores", "2", "--keep-going"])
    assert done.code != 0
    assert "Traceback" not in done.said
    errors = [line for line in done.said.splitlines() if line.startswith("Error: ")]
    for path, _, _ in artifacts:
        said = [line for line in errors if re.match(f"Error: results/{path} {sentence}", line)]
        assert said, done.said
        assert all(line.endswith("; delete it and run snakemake again.") for line in said)
    assert contents(results) == before
    if spoil is not cut_short:
        return  # once they are deleted, nothing tells how they were spoilt

    # The advice helps.
    for path, _, _ in artifacts:
        (results / path).unlink()
    copied.run(*targets)
    after = contents(results)
    assert {path for path in before if path not in after} == set()
    for _, made, _ in artifacts:
        if not made.endswith(".txt"):
            assert after[made] == intact[made], made
