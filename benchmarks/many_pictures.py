"""Run the whole workflow on as many pictures as THINGS has, and say what its jobs took.

Generated pictures of 64 x 64 pixels, judgments that follow from how they were generated, and a
network with random weights: the numbers mean nothing, the sizes are real.

    python benchmarks/many_pictures.py FOLDER [--pictures 1854] [--cores 2]
                                       [--architecture resnet50] [--input-size 64] [--off saliency]
"""

import argparse
import csv
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import yaml
from common import ROOT
from PIL import Image

SIDE = 64


def make_dataset(folder, n_pictures):
    """Write pictures with a blob each, and how alike blobs are in place, size and colour."""
    rng = np.random.default_rng(0)
    pictures = folder / "data/pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    traits = rng.random((n_pictures, 6))
    for k, (across, down, size, *colour) in enumerate(traits):
        blob = np.exp(-((x - across) ** 2 + (y - down) ** 2) / (0.02 + 0.1 * size))
        noise = rng.random((SIDE, SIDE, 1)) * 0.3
        picture = np.clip(blob[..., None] * np.array(colour) + noise, 0, 1)
        Image.fromarray((255 * picture).astype(np.uint8)).save(pictures / f"{k:04}.png")
    noisy = traits + 0.3 * rng.normal(size=traits.shape)
    distance = np.sqrt(((noisy[:, None] - noisy[None]) ** 2).sum(axis=2))
    np.save(folder / "data/judgments.npy", distance)


def write_config(folder, architecture, input_size, off):
    """Write a config that keeps every default but the data, the network and what is left out."""
    config = {
        "datasets": {
            "mur92": None,
            "many": {
                "images": "data/pictures",
                "judgments": {"file": "data/judgments.npy", "kind": "dissimilarity"},
            },
        },
        "cohorts": {
            "mur92": None,
            "mur92-animate": None,
            "mur92-inanimate": None,
            "many": {"dataset": "many"},
        },
        "models": {
            "efficientnet_lite0": None,
            "efficientnet_lite1": None,
            f"{architecture.rpartition(':')[-1]}_random": {
                "architecture": architecture,
                "weights": {"random": 1},
                "input_size": input_size,
            },
        },
        **{section: {"enabled": False} for section in off},
    }
    (folder / "many.yaml").write_text(yaml.safe_dump(config))


def heaviest(folder, n=12):
    """Return the jobs of a run that took longest: name, seconds, processor seconds, MB."""
    jobs = []
    for path in (folder / "results/benchmarks").rglob("*.tsv"):
        with open(path, encoding="utf-8") as file:
            (row,) = csv.DictReader(file, delimiter="\t")
        name = path.relative_to(folder / "results/benchmarks").with_suffix("")
        numbers = (float(row[k]) if row[k] not in ("NA", "-") else 0 for k in COLUMNS)
        jobs.append((str(name), *numbers))
    return sorted(jobs, key=lambda job: -job[1])[:n], max(job[3] for job in jobs)


COLUMNS = ("s", "cpu_time", "max_rss")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pictures", type=int, default=1854)
    parser.add_argument("--cores", default="2")
    parser.add_argument("--architecture", default="resnet50")
    parser.add_argument("--input-size", type=int, default=SIDE, help="pixels a side")
    off = "a section of the config to switch off, such as saliency; more than once for several"
    parser.add_argument("--off", action="append", default=[], metavar="SECTION", help=off)
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    make_dataset(folder, arguments.pictures)
    write_config(folder, arguments.architecture, arguments.input_size, arguments.off)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")]
    command += ["--directory", str(folder), "--cores", arguments.cores]
    command += ["--workflow-profile", str(ROOT / "profiles/default")]
    command += ["--configfile", str(folder / "many.yaml")]
    start = time.monotonic()
    done = subprocess.run(command, cwd=ROOT)
    print(f"\nexit code {done.returncode} after {time.monotonic() - start:.0f} s")
    jobs, peak = heaviest(folder)
    print("| job | s | processor s | MB |\n| --- | --- | --- | --- |")
    for name, seconds, processor, memory in jobs:
        print(f"| {name} | {seconds:.0f} | {processor:.0f} | {memory:.0f} |")
    print(f"most memory of a job: {peak:.0f} MB")
    size = sum(path.stat().st_size for path in (folder / "results").rglob("*") if path.is_file())
    print(f"results: {size / 1e6:.0f} MB")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
