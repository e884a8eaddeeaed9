"""Where networks run."""

import torch

from alignment.artifacts.errors import InputError


def choose_device(name: str) -> torch.device:
    """Return the device of a config's choice, set to full float32 precision.

    Parameters
    ----------
    name : {"auto", "cpu", "cuda"}
        ``auto`` takes a GPU where there is one.

    Raises
    ------
    InputError
        There is no GPU that torch can use.
    """
    # Scores are differences of about 1e-4: TF32 keeps three decimal digits of a product.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError(
            "config: compute: device: there is no GPU that torch can use here; "
            "set it to cpu or auto, or install the CUDA build of torch."
        )
    return torch.device(name)
