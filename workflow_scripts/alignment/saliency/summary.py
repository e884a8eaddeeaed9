"""What cohorts come to: means, intervals and tests of heatmaps against saliency maps."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from alignment.saliency.comparison import typical
from alignment.saliency.measures import FIXATION_MEASURES, OVERLAPS, RELATIVE_RISKS
from alignment.statistics.bootstrap import bootstrap_interval
from alignment.statistics.means import mean_of_defined

# Measures of the heatmap alone, and of the saliency map alone; the others are of both.
OF_HEATMAP = FIXATION_MEASURES
OF_MAP = tuple(f"saliency_{measure}" for measure in FIXATION_MEASURES)
MEASURES = (*OVERLAPS, *OF_HEATMAP, *OF_MAP)
COLUMNS = (
    *("cohort", "model", "source", "kind", "measure", "n_images", "n_empty_heatmaps"),
    *("n_flat_maps", "n_zero_denominators", "n", "mean", "sd", "statistic", "value", "low", "high"),
    *("null", "null_low", "null_high", "p", "p_holm", "n_undefined"),
)


def summarize(
    table: Mapping[str, np.ndarray], tests: Mapping[str, np.ndarray], kinds: Mapping[str, str]
) -> list[dict]:
    """Summarize one cohort and model.

    Parameters
    ----------
    table : dict of str to array
        One row per image and source, the columns of
        :func:`alignment.saliency.comparison.compare_image`.
    tests : dict of str to array
        Columns ``source``, ``measure`` and those of
        :func:`alignment.saliency.comparison.permutation_test`.
    kinds : dict of str to str
        What the maps of each source are.

    Returns
    -------
    list of dict
        One row per source and measure with values; all `COLUMNS` but ``cohort``, ``model`` and
        ``p_holm``.  ``mean`` and ``sd`` are over finite values, ``n`` counts the defined ones and
        ``n_undefined`` those that are not for another reason than an empty heatmap or a flat map:
        ties that leave no top area (relative risk), no positive value in the heatmap (SIM, KL), no
        fixations (NSS, AUC).
    """
    rows = []
    for source, kind in kinds.items():
        here = table["source"] == source
        empty, flat = (table[name][here].astype(bool) for name in ("empty_heatmap", "flat_map"))
        for measure in MEASURES:
            values = np.asarray(table[measure][here], dtype=np.float64)
            if measure not in OVERLAPS and np.isnan(values).all():
                continue
            finite = values[np.isfinite(values)]
            low, high = bootstrap_interval(values, partial(typical, measure))
            is_risk = measure in RELATIVE_RISKS
            row = {
                "source": source,
                "kind": kind,
                "measure": measure,
                "n_images": len(values),
                "n_empty_heatmaps": int(empty.sum()),
                "n_flat_maps": int(flat.sum()),
                "n_zero_denominators": int(np.isinf(values).sum()),
                "n": int((~np.isnan(values)).sum()),
                "n_undefined": int((np.isnan(values) & ~_is_without(measure, empty, flat)).sum()),
                "mean": mean_of_defined(finite),
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


def _is_without(measure, empty, flat):
    """Tell which images lack one of the maps that a measure is of."""
    if measure in OF_HEATMAP:
        return empty
    return flat if measure in OF_MAP else empty | flat
