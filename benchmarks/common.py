"""What benchmarks have in common: processes of their own, tables, and the plot of growth."""

import csv
import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "workflow_scripts"))
GROWTH_COLUMNS = ("varied", "images", "maps", "folds", "score_s", "select_s", "peak_mb")


def draw_growth(rows, path):
    """Draw the time of scoring and selection against the number of images, maps and folds."""
    import matplotlib.pyplot as plt

    from alignment.figures.charts import use_style

    use_style(ROOT / "workflow_scripts/figures.mplstyle")
    figure, panels = plt.subplots(1, 3, figsize=(7, 2.1), sharey=True)
    for panel, varied in zip(panels, ("images", "maps", "folds"), strict=True):
        chosen = [row for row in rows if row[0] == varied]
        column = GROWTH_COLUMNS.index(varied)
        x = [row[column] for row in chosen]
        for stage, name in (("score_s", "scoring"), ("select_s", "selection")):
            y = [row[GROWTH_COLUMNS.index(stage)] for row in chosen]
            panel.plot(x, y, "o-", markersize=4, label=name)
        fixed = [
            f"{row_value} {name}"
            for name, row_value in zip(GROWTH_COLUMNS[1:4], chosen[0][1:4], strict=True)
            if name != varied
        ]
        panel.set_xlabel(f"{varied} ({', '.join(fixed)})")
        panel.set_xticks(x)
        panel.set_xlim(0, None)
        panel.set_ylim(0, None)
    panels[0].set_ylabel("seconds")
    panels[0].legend()
    figure.savefig(path)


def in_own_process(function, *arguments):
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def save(path, columns, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([columns, *rows])
    for row in [columns, *rows]:
        print("  ".join(f"{v:>12.4g}" if isinstance(v, float) else f"{v:>12}" for v in row))
    print(f"saved as {path}", flush=True)
