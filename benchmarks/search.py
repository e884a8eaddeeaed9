"""Search for a heatmap that points better than AIS: choose in one place, judge in all others.

    snakemake faithfulness --cores 4 --configfile benchmarks/search.yaml
    python benchmarks/search.py [--fill mean]

Reads what the first command left in results/.  Prints how alike heatmaps of scores of maps are to
those of AIS, the gains of all candidates over AIS where one is chosen, and then their gains in all
other cohorts and models, as far as these were judged.
"""

import argparse
import sys
from pathlib import Path

import common  # noqa: F401  (finds the library)
import numpy as np

# Named before any of the maps was judged: see docs/faithfulness_search.md.
DATASET = "mur92"
CHOSEN_IN = ("mur92-animate", "efficientnet_lite0")
CANDIDATES = ["cam", "grad_cam", "place", "places", "groups", "shapley", "gradient", "integrated"]
CANDIDATES += ["centred"]
CONTROLS = ["mean", "centred_mean", "gaussian"]


def number(row):
    """Write a gain with its interval, and a star where it is significant."""
    if row is None:
        return "not judged"
    text = f"{row['gain']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"
    return text.replace("0.", ".") + (r" \*" if row.get("p_holm", 1) < 0.05 else "")


def print_table(rows, columns, names):
    """Print a table: a row per map, a column per test, or per cohort, model and test."""
    print(f"| map | {' | '.join(columns)} |\n| --- |{' --- |' * len(columns)}")
    for name in names:
        print(f"| {name} | {' | '.join(number(rows.get((name, column))) for column in columns)} |")
    print()


def correlation(first, second):
    """Return the mean over images of the correlation of two heatmaps, or of two rows of scores."""
    pairs = zip(first, second, strict=True)
    return np.mean([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in pairs])


def say_how_alike(results, cohort, model):
    """Print how alike heatmaps are, made from all judgments of a cohort."""
    from alignment.artifacts.arrays import Arrays, read_arrays
    from alignment.artifacts.tables import read_columns
    from alignment.heads.groups import alike_maps, group_scores
    from alignment.heads.one_image import PooledImages
    from alignment.heads.shapley import shapley_values
    from alignment.heatmaps.heatmaps import heatmap

    rows = read_columns(results / f"cohorts/{cohort}.csv")["index"]
    activations = Arrays(results / f"activations/{DATASET}/{model}.h5")
    maps, embedding = (activations[name][rows] for name in ("feature_maps", "embedding"))
    judgments = read_arrays(results / f"datasets/{DATASET}/similarity.h5", "similarity")
    images = PooledImages(embedding, judgments[np.ix_(rows, rows)])
    groups = alike_maps(maps.mean(axis=(2, 3), dtype=np.float64))
    scores = {
        "ais": group_scores(images, np.arange(maps.shape[1])),
        "groups": group_scores(images, groups),
        "shapley": shapley_values(images),
        "shapley, other orders": shapley_values(images, seed=1),
    }
    made = {
        name: [heatmap(own, score) for own, score in zip(maps, values, strict=True)]
        for name, values in scores.items()
    }
    print(
        f"{maps.shape[1]} maps in {groups.max() + 1} groups, of at most {np.bincount(groups).max()}"
    )
    for first, second in (("ais", "groups"), ("ais", "shapley"), tuple(scores)[2:]):
        print(
            f"{first} and {second}: scores correlate by "
            f"{correlation(scores[first], scores[second]):.3f}, heatmaps by "
            f"{correlation(made[first], made[second]):.4f}"
        )
    print(
        f"ais and the mean of all maps: heatmaps by {correlation(made['ais'], maps.mean(1)):.4f}\n"
    )


def main():
    from gains import confirmed, gains, points_better, ranked

    from alignment.artifacts.tables import groups_of, read_tables
    from alignment.faithfulness.areas import TESTS

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fill", default="mean", choices=["mean", "blur"])
    parser.add_argument("--results", type=Path, default=Path("results"))
    arguments = parser.parse_args()
    files = sorted(arguments.results.glob("faithfulness/*/*.csv"))
    tables = groups_of(read_tables(files), "cohort", "model") if files else {}
    if CHOSEN_IN not in tables:
        sys.exit(f"there is no table of {', '.join(CHOSEN_IN)} in {arguments.results}/faithfulness")
    here = gains(tables.pop(CHOSEN_IN), CANDIDATES + CONTROLS)
    order = [name for name in ranked(here, arguments.fill) if name in CANDIDATES]
    rows = {(row["map"], row["test"]): row for row in here if row["fill"] == arguments.fill}
    say_how_alike(arguments.results, *CHOSEN_IN)
    print(f"Gains over AIS in {', '.join(CHOSEN_IN)} (n = {here[0]['n']}), where is chosen:\n")
    print_table(rows, ["keep", "delete"], order + CONTROLS)
    print(f"Chosen: {order[0]}. Gains elsewhere (* p < .05 after Holm over a map's own tests):\n")
    found = {test: {} for test in TESTS}
    for name in order + CONTROLS:
        for row in confirmed(tables, name, arguments.fill):
            found[row["test"]][name, f"{row['cohort']}, {row['model']} (n = {row['n']})"] = row
    for test, of_test in found.items():
        print(f"{test}:\n")
        print_table(of_test, sorted({column for _, column in of_test}), order + CONTROLS)
    verdict = points_better(confirmed(tables, order[0], arguments.fill))
    print(f"{order[0]} points better than AIS: {'yes' if verdict else 'no'}")


if __name__ == "__main__":
    main()
