"""How the held-out fit grows with the pictures and observers of a study."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from alignment.artifacts.tables import groups_of
from alignment.heads.opening import Head, Removals
from alignment.importance.selection import Curve
from alignment.similarity.fits import rank_maps
from alignment.similarity.pairs import pair_positions
from alignment.statistics.means import mean_of_defined

COLUMNS = ("varied", "n_pictures", "n_observers", "draw", "n_test", "n_retained")
FITS = ("train_full", "train_retained", "test_full", "test_retained")
COLUMNS += FITS
SUMMARY_COLUMNS = ("varied", "n_pictures", "n_observers", "n_draws", "n_retained")
SUMMARY_COLUMNS += tuple(
    f"{name}{end}" for name in ("full", "retained", "gain") for end in ("", "_low", "_high")
)
SUMMARY_COLUMNS += ("share_gaining",)
MIDDLE = (2.5, 97.5)  # per cent of the draws


@dataclass(frozen=True)
class Draw:
    """A study that was drawn from a larger one.

    Attributes
    ----------
    varied : {"pictures", "observers"}
        Of which of the two fewer are drawn than there are.
    number : int
        Draws of one number share their test pictures.
    train, test : int arrays
        Rows of the dataset.
    observers : int array or None
        Those whose mean judgments are learned from; None for those of the dataset.
    """

    varied: str
    number: int
    train: np.ndarray
    test: np.ndarray
    observers: np.ndarray | None = None


def draw_studies(
    images: np.ndarray,
    n_observers: int,
    pictures: Sequence[int],
    observers: Sequence[int],
    n_draws: int,
    n_folds: int,
    seed: int = 0,
) -> Iterator[Draw]:
    """Yield studies of fewer pictures, and of fewer observers, than there are.

    Parameters
    ----------
    images : (n,) int array
        The cohort: rows of the dataset.
    n_observers : int
        0 where the judgments are not told apart.
    pictures, observers : sequences of int
        How many to learn from.  Numbers beyond what there is are left out, and the last studies
        learn from all that there are.
    n_draws : int
    n_folds : int
        One part in so many of the pictures, drawn first, is tested on.
    seed : int

    Yields
    ------
    Draw
        Within a draw the smaller study is a part of the larger one, and the test pictures are the
        same.
    """
    generator = np.random.default_rng(seed)
    for number in range(n_draws):
        order = generator.permutation(images)
        test, rest = np.array_split(order, [-(-len(order) // n_folds)])
        for size in _sizes(pictures, len(rest)):
            yield Draw("pictures", number, np.sort(rest[:size]), np.sort(test))
        people = generator.permutation(n_observers)
        for size in _sizes(observers, n_observers):
            chosen = np.sort(people[:size])
            yield Draw("observers", number, np.sort(rest), np.sort(test), chosen)


def _sizes(asked, available):
    sizes = sorted({size for size in asked if size < available})
    return [*sizes, available] if available else []


def measure(
    draw: Draw,
    head: Head,
    removals: Removals,
    similarity: np.ndarray,
    observers: np.ndarray | None,
    kind: str = "r2",
) -> dict:
    """Score and retain maps in a drawn study, and predict judgments of pictures outside it.

    Parameters
    ----------
    draw : Draw
    head, removals
        See :mod:`alignment.heads.opening`.
    similarity : (P,) array
        Human similarities; NaN where a pair was not judged.  What is predicted.
    observers : (S, P) array or None
        Those of every observer.
    kind : {"r2", "pearson", "spearman"}

    Returns
    -------
    dict
        The keys `COLUMNS`.  ``n_observers`` is 0 where the judgments are not told apart.
    """
    learned, n_observers = similarity, 0 if observers is None else len(observers)
    if draw.observers is not None:
        n_observers = len(draw.observers)
        judged = np.isfinite(observers[draw.observers])
        total = np.where(judged, observers[draw.observers], 0).sum(axis=0)
        with np.errstate(invalid="ignore"):
            learned = total / judged.sum(axis=0)
    train, test = (pair_positions(part, head.n_images) for part in (draw.train, draw.test))
    train, test = train[np.isfinite(learned[train])], test[np.isfinite(similarity[test])]
    _, _, ais = removals.map_scores(train, learned, kind)
    order = rank_maps(ais)
    # Of the judgments that are learned from, and of those that are predicted
    (train_fit,) = head.growing_fits(order, [train], learned, kind)
    (test_fit,) = head.growing_fits(order, [test], similarity, kind)
    n_retained = Curve(order, train_fit, test_fit).n_retained
    retained = [fit[n_retained - 1] if n_retained else np.nan for fit in (train_fit, test_fit)]
    values = (train_fit[-1], retained[0], test_fit[-1], retained[1])
    sizes = len(draw.train), n_observers, draw.number, len(draw.test), n_retained
    return dict(zip(COLUMNS, (draw.varied, *sizes, *map(float, values)), strict=True))


def summarize(table: Mapping[str, np.ndarray]) -> list[dict]:
    """Return what each size of a study comes to, over its draws, for one cohort and model.

    Parameters
    ----------
    table : dict of str to array
        A row per draw: `COLUMNS`.

    Returns
    -------
    list of dict
        The keys `SUMMARY_COLUMNS`: means over draws of the test fits with all and with the
        retained maps, and of the gain, the middle 95 % of the draws, and the share of draws in
        which the retained maps predict better.  Draws without a defined fit are left out.
    """
    rows = []
    keys = ("varied", "n_pictures", "n_observers")
    for key, here in groups_of(table, *keys).items():
        defined = np.isfinite(here["test_full"]) & np.isfinite(here["test_retained"])
        full, retained = (here[name][defined] for name in ("test_full", "test_retained"))
        row = dict(zip(keys, key, strict=True)) | {"n_draws": int(defined.sum())}
        row["n_retained"] = mean_of_defined(here["n_retained"][defined])
        for name, values in (("full", full), ("retained", retained), ("gain", retained - full)):
            row[name] = mean_of_defined(values)
            ends = np.percentile(values, MIDDLE) if len(values) else (np.nan, np.nan)
            row |= {f"{name}_low": float(ends[0]), f"{name}_high": float(ends[1])}
        row["share_gaining"] = mean_of_defined(retained > full)
        rows.append(row)
    return sorted(rows, key=lambda row: (row["varied"] != "pictures", *(row[k] for k in keys[1:])))
