"""Dissimilarities of multiple-arrangement tasks, as downloaded from Meadows.

Its pages on downloads and on the tree structure say what the files hold
(https://docs.meadows-research.com/downloads/structures/tree): a participation has its ``tasks``, or
is one task where only that was downloaded, and a file of several participations is a map of
nicknames to them.  A task has ``stimuli`` and, where it is a multiple arrangement, ``rdm``, the
vector of the pairs above the diagonal.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.datasets.raw_matrices import RawMatrices

ARRANGED = "multiarrange"


def read_mat(path: Path) -> RawMatrices:
    """Read a .mat export: one task of one participant or of several.

    Raises
    ------
    InputError
        Participants list different pictures, or the same in different orders.
    """
    from rsatoolbox.io.meadows import load_rdms
    from scipy.io import loadmat

    variables = loadmat(path)
    lists = [list(variables[key]) for key in variables if key.startswith("stimuli")]
    # rsatoolbox takes the pictures of the first list for all.
    if any(pictures != lists[0] for pictures in lists):
        raise InputError(
            f"{path}: the participants list different pictures, or the same in different orders: "
            "export them one by one, with the same pictures in each, or as the .json tree."
        )
    rdms = load_rdms(str(path), sort=False)
    names = tuple(str(name).strip() for name in rdms.pattern_descriptors["conds"])
    values = np.asarray(rdms.get_matrices(), dtype=np.float64)
    if rdms.n_rdm == 1:
        return RawMatrices(values[0], names)
    described = rdms.rdm_descriptors
    observers = zip(described["participant"], described["task"], strict=True)
    return RawMatrices(values, names, tuple(map(" ".join, observers)))


def read_tree(path: Path, task: str | None = None) -> RawMatrices:
    """Read a .json tree: one participant or several, one task or a whole experiment.

    Parameters
    ----------
    path : path
    task : str or None
        The name of the task to read.  Needed where several participants did several tasks, which
        may have asked for different things.

    Returns
    -------
    RawMatrices
        In the order of the first list of pictures.  An arrangement is an observer; all NaN where it
        was not finished.

    Raises
    ------
    InputError
        The file holds no such task, or several that may not belong together; participants list
        different pictures; or an arrangement has another number of pairs than its pictures.
    """
    tree = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(tree, Mapping):
        raise ValueError("a tree of participants is expected")
    of_one = _tasks(tree)
    participations = {"": tree} if of_one else tree
    arranged = [
        (nickname, found)
        for nickname, participation in participations.items()
        for found in _tasks(participation)
        if found["task"].get("task_type") == ARRANGED
    ]
    kinds = list(dict.fromkeys(_name(found) for _, found in arranged))
    arranged = _chosen(arranged, kinds, task, several=not of_one, path=path)
    given = [found for _, found in arranged if _is_given(found)]
    if not given:
        raise InputError(f"{path}: nobody finished the multiple-arrangement task.")
    pictures = _pictures(given[0], path)
    values = np.stack([_matrix(found, pictures, path) for _, found in arranged])
    nickname = _nickname(path) if of_one else None
    observers = tuple(
        f"{nickname or own} {_name(found)}{'' if _is_given(found) else ' (not finished)'}"
        for own, found in arranged
    )
    return RawMatrices.of_stack(values, pictures, observers)


def _tasks(participation) -> list[Mapping]:
    """Return the tasks of a participation; none where it is something else."""
    if isinstance(participation, Mapping) and "task" in participation:
        participation = [participation]
    elif isinstance(participation, Mapping):
        participation = participation.get("tasks", [])
    if isinstance(participation, Mapping):  # by their names
        participation = list(participation.values())
    return list(_described(participation)) if isinstance(participation, list) else []


def _described(tasks) -> Iterator[Mapping]:
    for task in tasks:
        if isinstance(task, Mapping) and isinstance(task.get("task"), Mapping):
            yield task


def _is_given(task):
    """Tell whether a participant arranged the pictures to the end."""
    return bool(task.get("rdm")) and task.get("status", "finished") == "finished"


def _nickname(path):
    """Return the participant whom the name of a file names, before the number of the task."""
    # Meadows_{experiment}_v_{version}_{nickname}_{number of the task}_tree; others may be shorter.
    *_, before, last = ["", "", *path.stem.split("_")[:-1]]
    return before if last.isdigit() else last


def _name(task):
    return str(task["task"].get("name", ""))


def _chosen(arranged, kinds, task, several, path):
    """Return the arrangements that were asked for, or all if they can be meant together."""
    listed = ", ".join(kinds)
    if not arranged:
        raise InputError(
            f"{path} holds no multiple-arrangement task: export one that does, as .json or .mat, "
            "or write the dissimilarities as .csv."
        )
    if task is not None and task not in kinds:
        raise InputError(f"{path} holds no task '{task}': set variable to one of {listed}.")
    if task is None and several and len(kinds) > 1:
        raise InputError(
            f"{path} holds several multiple-arrangement tasks of several participants: set "
            f"variable to one of {listed}."
        )
    return [pair for pair in arranged if task is None or _name(pair[1]) == task]


def _pictures(task, path):
    pictures = [str(picture["name"]).strip() for picture in task["stimuli"]]
    if len(set(pictures)) < len(pictures):
        twice = next(name for name in pictures if pictures.count(name) > 1)
        raise InputError(f"{path}: the task {_name(task)} lists the picture {twice} twice.")
    return pictures


def _matrix(task, pictures, path):
    """Return one arrangement, (N, N) in the order of `pictures`; NaN where it gives nothing."""
    n_pictures = len(pictures)
    matrix = np.full((n_pictures, n_pictures), np.nan)
    if not _is_given(task):
        return matrix
    own, vector = _pictures(task, path), task["rdm"]
    if sorted(own) != sorted(pictures):
        raise InputError(
            f"{path}: the participants or tasks list different pictures: export them one by one, "
            "with the same pictures in each."
        )
    rows, columns = np.triu_indices(n_pictures, 1)
    if len(vector) != len(rows):
        raise InputError(
            f"{path}: the task {_name(task)} has {len(vector)} dissimilarities, but {n_pictures} "
            f"pictures make {len(rows)} pairs."
        )
    order = np.array([pictures.index(name) for name in own])
    values = [np.nan if value is None else float(value) for value in vector]
    matrix[order[rows], order[columns]] = matrix[order[columns], order[rows]] = values
    np.fill_diagonal(matrix, 0)
    return matrix
