"""What cohorts come to: means, intervals and tests of heatmaps against saliency maps."""

from collections.abc import Mapping, Sequence

import numpy as np

from alignment.distributions import holm
from alignment.saliency_comparison import typical
from alignment.saliency_measures import FIXATION_MEASURES, OVERLAPS, RELATIVE_RISKS

N_BOOTSTRAPS = 2000
MEASURES = (
    *(*OVERLAPS, *FIXATION_MEASURES),
    *(f"saliency_{measure}" for measure in FIXATION_MEASURES),
)
COLUMNS = (
    *("cohort", "model", "source", "kind", "measure", "n_images", "n_empty_heatmaps"),
    *("n_flat_maps", "n_zero_denominators", "n", "mean", "sd", "statistic", "value", "low", "high"),
    *("null", "null_low", "null_high", "p", "p_holm"),
)


def bootstrap_interval(
    measure: str, values: np.ndarray, n_draws: int = N_BOOTSTRAPS, seed: int = 0
) -> tuple[float, float]:
    """Return the 95 % percentile interval of :func:`typical` over images drawn with replacement.

    Parameters
    ----------
    measure : str
    values : (n,) array
        NaN values are left out.
    n_draws, seed : int
    """
    values = values[~np.isnan(values)]
    if not len(values):
        return np.nan, np.nan
    draws = np.random.default_rng(seed).integers(len(values), size=(n_draws, len(values)))
    drawn = typical(measure, values[draws])
    # The nearest draw: between infinite values there is nothing to interpolate.
    low, high = np.nanpercentile(drawn, [2.5, 97.5], method="nearest")
    return float(low), float(high)


def summarize(
    table: Mapping[str, np.ndarray], tests: Mapping[str, np.ndarray], kinds: Mapping[str, str]
) -> list[dict]:
    """Summarize one cohort and model.

    Parameters
    ----------
    table : dict of str to array
        One row an image and source, the columns of
        :func:`alignment.saliency_comparison.compare_image`.
    tests : dict of str to array
        Columns ``source``, ``measure`` and those of
        :func:`alignment.saliency_comparison.permutation_test`.
    kinds : dict of str to str
        What the maps of each source are.

    Returns
    -------
    list of dict
        One row a source and measure with values; all `COLUMNS` but ``cohort``, ``model`` and
        ``p_holm``.  ``mean`` and ``sd`` are over finite values, ``n`` counts the defined ones.
    """
    rows = []
    for source, kind in kinds.items():
        here = table["source"] == source
        for measure in MEASURES:
            values = np.asarray(table[measure][here], dtype=np.float64)
            if measure not in OVERLAPS and np.isnan(values).all():
                continue
            finite = values[np.isfinite(values)]
            low, high = bootstrap_interval(measure, values)
            is_risk = measure in RELATIVE_RISKS
            row = {
                "source": source,
                "kind": kind,
                "measure": measure,
                "n_images": len(values),
                "n_empty_heatmaps": int(table["empty_heatmap"][here].sum()),
                "n_flat_maps": int(table["flat_map"][here].sum()),
                "n_zero_denominators": int(np.isinf(values).sum()),
                "n": int((~np.isnan(values)).sum()),
                "mean": finite.mean() if len(finite) else np.nan,
                "sd": finite.std(ddof=1) if len(finite) > 1 else np.nan,
                "statistic": "median log" if is_risk else "mean",
                "value": float(typical(measure, values)) if len(values) else np.nan,
                "low": low,
                "high": high,
            }
            match = np.flatnonzero((tests["source"] == source) & (tests["measure"] == measure))
            names = ("null", "null_low", "null_high", "p")
            rows.append(
                row
                | {name: float(tests[name][match[0]]) if len(match) else np.nan for name in names}
            )
    return rows


def correct(rows: Sequence[dict]) -> list[dict]:
    """Return rows with ``p_holm``, corrected over all rows that have a p-value."""
    tested = [k for k, row in enumerate(rows) if not np.isnan(row["p"])]
    corrected = dict(zip(tested, holm([rows[k]["p"] for k in tested]), strict=True))
    return [row | {"p_holm": corrected.get(k, np.nan)} for k, row in enumerate(rows)]
