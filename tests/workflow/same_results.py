"""Whether two projects hold the same results: cells, arrays and attributes, pixels, or bytes."""

import csv
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from PIL import Image
from project import Project
from safetensors import safe_open

# What a run says of itself, the PDFs that carry a date, and what only some tests ask for.
LEFT_OUT = {"logs", "benchmarks", "figures", "second", "records.json.gz"}


def results_of(project: Project) -> set[Path]:
    """Return the files under results/ that hold results."""
    return {
        path.relative_to(project.folder)
        for path in (project / "results").rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }


def contents(path: Path) -> Any:
    """Return everything that a result holds."""
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))
    if path.suffix == ".h5":
        with h5py.File(path) as file:
            return _arrays(file), {name: str(value) for name, value in file.attrs.items()}
    if path.suffix == ".safetensors":
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name).tobytes() for name in file.keys()}  # noqa: SIM118
            return arrays, file.metadata()
    if path.suffix == ".png":
        return np.asarray(Image.open(path)).tobytes()
    return path.read_bytes()


def differing(project: Project, other: Project) -> list[Path]:
    """Return the results that only one project has, or that hold something else in the other."""
    paths, others = results_of(project), results_of(other)
    changed = {p for p in paths & others if contents(project / p) != contents(other / p)}
    return sorted(changed | (paths ^ others))


def _arrays(group: h5py.Group) -> dict[str, Any]:
    found = {}
    for name, item in group.items():
        if isinstance(item, h5py.Group):
            found[name] = _arrays(item)
        elif item.dtype == object:
            found[name] = np.asarray(item[()]).tolist()
        else:
            found[name] = item.dtype.str, item.shape, item[()].tobytes()
    return found
