"""Search for a heatmap that points better than AIS: choose in one place, judge in all others.

    snakemake --cores 4 --configfile benchmarks/search.yaml faithfulness
    python benchmarks/search.py [--fill mean]

Reads what the first command left in results/faithfulness/.  Prints the gains of all candidates
over AIS where is chosen, and then their gains in all other cohorts and models.
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow_scripts"))

# Named before any of the maps was judged: see docs/faithfulness.md.
CHOSEN_IN = ("mur92-animate", "efficientnet_lite0")
CANDIDATES = ["cam", "grad_cam", "place", "places", "groups", "shapley", "gradient", "integrated"]
CANDIDATES += ["centred"]
CONTROLS = ["mean", "centred_mean", "gaussian"]


def number(row, star):
    """Write a gain with its interval, and a star where it is significant."""
    text = f"{row['gain']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"
    return text.replace("0.", ".") + (r" \*" if star else "")


def table(rows, columns, names):
    """Print a table: a row per map, a column per test, or per cohort, model and test."""
    print(f"| map | {' | '.join(columns)} |\n| --- |{' --- |' * len(columns)}")
    for name in names:
        cells = [rows[name, column] for column in columns]
        marked = (number(row, row.get("p_holm", 1) < 0.05) for row in cells)
        print(f"| {name} | {' | '.join(marked)} |")
    print()


def main():
    from alignment.artifacts.tables import groups_of, read_tables
    from alignment.faithfulness.search import confirmed, gains, points_better, ranked

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fill", default="mean", choices=["mean", "blur"])
    parser.add_argument("--results", type=Path, default=Path("results"))
    arguments = parser.parse_args()
    files = sorted(arguments.results.glob("faithfulness/*/*.csv"))
    tables = groups_of(read_tables(files), "cohort", "model")
    here = gains(tables.pop(CHOSEN_IN), CANDIDATES + CONTROLS)
    order = [name for name in ranked(here, arguments.fill) if name in CANDIDATES]
    rows = {(row["map"], row["test"]): row for row in here if row["fill"] == arguments.fill}
    print(f"Gains over AIS in {', '.join(CHOSEN_IN)} (n = {here[0]['n']}), where is chosen:\n")
    table(rows, ["keep", "delete"], order + CONTROLS)
    print(f"Chosen: {order[0]}. Gains elsewhere (* p < .05 after Holm over the row):\n")
    found, columns = {}, []
    for name in order + CONTROLS:
        confirmation = confirmed(tables, name, arguments.fill)
        for row in confirmation:
            columns.append(f"{row['cohort']} {row['model']} {row['test']} (n = {row['n']})")
            found[name, columns[-1]] = row
    table(found, list(dict.fromkeys(columns)), order + CONTROLS)
    verdict = points_better(confirmed(tables, order[0], arguments.fill))
    print(f"{order[0]} points better than AIS: {'yes' if verdict else 'no'}")


if __name__ == "__main__":
    main()
