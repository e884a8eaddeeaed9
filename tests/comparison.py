"""Which artifacts of two results folders hold different numbers."""

import csv
from pathlib import Path

import h5py
import numpy as np


def artifacts(folder: Path) -> set[str]:
    """Return the tables and HDF5 files of a results folder, as relative paths."""
    return {
        str(path.relative_to(folder))
        for suffix in ("csv", "h5")
        for path in folder.rglob(f"*.{suffix}")
        if not path.name.startswith(".")
    }


def differing(folder: Path, other: Path) -> list[str]:
    """Return the artifacts that only one folder has, or whose cells or datasets are not equal."""
    names, others = artifacts(folder), artifacts(other)
    found = names ^ others
    for name in names & others:
        equal = equal_datasets if name.endswith(".h5") else equal_cells
        if not equal(folder / name, other / name):
            found.add(name)
    return sorted(found)


def equal_cells(path: Path, other: Path) -> bool:
    with (
        path.open(newline="", encoding="utf-8") as a,
        other.open(newline="", encoding="utf-8") as b,
    ):
        return list(csv.reader(a)) == list(csv.reader(b))


def equal_datasets(path: Path, other: Path) -> bool:
    with h5py.File(path) as a, h5py.File(other) as b:
        return a.keys() == b.keys() and all(
            a[name].dtype == b[name].dtype
            and np.array_equal(a[name], b[name], equal_nan=number(a[name]))
            for name in a
        )


def number(dataset: h5py.Dataset) -> bool:
    return dataset.dtype.kind == "f"
