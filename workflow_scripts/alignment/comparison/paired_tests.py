"""Do two models differ in what each says of the same image?"""

from itertools import combinations

import numpy as np

from alignment.comparison.distributions import Samples
from alignment.statistics.holm import with_holm

# One value per image in every model.  Statistics of maps cannot be paired: map 7 of one network has
# nothing to do with map 7 of another.
PAIRED = ("image_entropy", "image_deviation")
COLUMNS = [
    *("cohort", "statistic", "model_a", "model_b", "n", "median_difference", "w", "p", "p_holm"),
]


def compare_images(samples: Samples) -> list[dict]:
    """Compare each pair of models by Wilcoxon's signed-rank test over images.

    Parameters
    ----------
    samples : dict of (cohort, statistic) to dict of model to (N,) array
        As :func:`alignment.comparison.distributions.samples` gives them, indexed by image.

    Returns
    -------
    list of dict
        One row per cohort, statistic in `PAIRED` and pair of models, with the keys `COLUMNS`:
        ``n`` images that both models give a value, the median difference a - b, the statistic
        ``w`` (the smaller sum of ranks), its two-sided p, and p corrected by Holm's method over
        the table.  NaN where all differences are zero.

    Notes
    -----
    Wilcoxon (1945).  A Kolmogorov-Smirnov test takes the two samples for different images and so
    throws away what pairs them.
    """
    from scipy.stats import wilcoxon  # costs a second, which the drawing of figures saves

    rows = []
    for (cohort, statistic), models in samples.items():
        if statistic not in PAIRED:
            continue
        for a, b in combinations(models, 2):
            difference = models[a] - models[b]
            difference = difference[np.isfinite(difference)]
            test = wilcoxon(difference) if difference.any() else None
            rows.append(
                {
                    "cohort": cohort,
                    "statistic": statistic,
                    "model_a": a,
                    "model_b": b,
                    "n": len(difference),
                    "median_difference": np.median(difference) if len(difference) else np.nan,
                    "w": float(test.statistic) if test else np.nan,
                    "p": float(test.pvalue) if test else np.nan,
                }
            )
    return with_holm(rows)
