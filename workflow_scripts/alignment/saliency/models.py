"""Saliency maps that need no weights: bottom-up models, and the centred Gaussian."""

from importlib.metadata import distributions

import numpy as np

from alignment.artifacts.errors import InputError

# OpenCV's names of the models.  They find what stands out; nobody's gaze was measured for them.
BOTTOM_UP = {
    "spectral_residual": "StaticSaliencySpectralResidual_create",
    "fine_grained": "StaticSaliencyFineGrained_create",
}
# Pixels at which the spectral residual is found, whatever the size of the picture
SIDE = 64
CENTRE = "gaussian"
# Standard deviation of the centred Gaussian, as a share of the picture's width and height
CENTRE_SPREAD = 0.25
PACKAGE = "opencv-contrib-python-headless"


def centred_gaussian(picture: np.ndarray) -> np.ndarray:
    """Return the baseline that knows nothing of the picture: people look at the middle.

    Parameters
    ----------
    picture : (height, width, 3) array
        Only its size counts.

    Returns
    -------
    (height, width) float32 array
        exp(-(x² + y²) / 2 s²), x and y measured from the centre in widths and heights, s = 0.25.
        Top areas do not depend on s.
    """
    height, width = picture.shape[:2]
    across, down = (
        np.exp(-(((np.arange(n) + 0.5) / n - 0.5) ** 2) / (2 * CENTRE_SPREAD**2))
        for n in (width, height)
    )
    return np.outer(down, across).astype(np.float32)


def bottom_up_map(picture: np.ndarray, model: str) -> np.ndarray:
    """Return the bottom-up saliency of a picture by a model of OpenCV's contrib modules.

    Parameters
    ----------
    picture : (height, width, 3) uint8 array, RGB
    model : {"spectral_residual", "fine_grained"}
        Hou & Zhang (2007); Montabone & Soto (2010).

    Returns
    -------
    (64, 64) float32 array, or (height, width) uint8 array
        The spectral residual at the size at which it is found, or the fine-grained map in OpenCV's
        256 levels: bytes of what a map of floats at the size of the picture says in megabytes.
        All zero where nothing stands out, as in a picture of one colour.

    Raises
    ------
    InputError
        OpenCV is missing or lacks these models.
    """
    algorithm = _factory(BOTTOM_UP[model])()
    import cv2

    given = np.ascontiguousarray(picture[..., ::-1])
    if model == "spectral_residual":
        # As OpenCV does, which then brings the map back to the size of the picture
        grey = cv2.cvtColor(given, cv2.COLOR_BGR2GRAY)
        given = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR_EXACT)
    worked, values = algorithm.computeSaliency(given)
    one_colour = not np.ptp(picture.reshape(-1, 3), axis=0).any()
    if one_colour or not worked or not np.isfinite(values).all():
        # The spectral residual of one colour is rounding.
        values = np.zeros(given.shape[:2])
    if model == "fine_grained":
        return np.rint(255 * values).astype(np.uint8)
    return np.asarray(values, dtype=np.float32)


def _factory(name: str):
    try:
        import cv2
    except ImportError as error:
        raise InputError(
            f"the bottom-up saliency models need OpenCV, which cannot be imported ({error}): "
            f"run pip install {PACKAGE}."
        ) from error
    cv2.setNumThreads(1)
    if found := getattr(getattr(cv2, "saliency", None), name, None):
        return found
    raise InputError(without_saliency(opencv_packages()))


def opencv_packages() -> list[str]:
    """Return the names of the installed packages that bring the module cv2."""
    names = {d.name.lower().replace("_", "-") for d in distributions() if d.name}
    return sorted(name for name in names if name.startswith("opencv"))


def without_saliency(packages: list[str]) -> str:
    """Say why OpenCV has no saliency models, and what to do.

    The four packages of OpenCV write to the same folder, so that the last one installed wins; only
    those with `contrib` in their name hold the models.
    """
    plain = [name for name in packages if "contrib" not in name]
    if plain and len(plain) < len(packages):
        cause = f"{' and '.join(plain)} is installed beside it and has overwritten its files"
    elif plain:
        cause = f"only {' and '.join(plain)} is installed"
    else:
        cause = "the one installed is damaged"
    remove = f"pip uninstall --yes {' '.join(packages)}, then " if packages else ""
    return (
        f"OpenCV has no saliency models: they are in {PACKAGE}, but {cause}; run {remove}"
        f"pip install {PACKAGE}."
    )
