"""Read square matrices of judgments from the file formats that laboratories keep them in.

Only what a file needs to be read at all is checked here; the meaning of the numbers is left to
`alignment.datasets.judgments`.  No pickle is ever loaded: unpickling runs code of
the file.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from alignment.artifacts.errors import InputError
from alignment.datasets.matrix_arrays import choose_matrices, load_arrays
from alignment.datasets.raw_matrices import RawMatrices

TABLES = (".csv", ".tsv", ".txt")
FORMATS = (
    ".npy, .npz, .mat, .csv, .tsv, .txt, .h5 or .hdf5 (RDMs of rsatoolbox), or a Meadows .mat or "
    ".json"
)
_PICKLES = {".pkl", ".pickle", ".p", ".joblib", ".pt", ".pth"}
_SPREADSHEETS = {".xlsx", ".xls", ".xlsm", ".ods", ".numbers"}
_COMPLETE = {
    ".npy": "a complete .npy file of real numbers; pickled objects are never loaded",
    ".npz": "a complete .npz archive of arrays of numbers; pickled objects are never loaded, but "
    "`variable` can name an array beside them",
    ".mat": "a complete .mat file",
}


def read_matrices(
    path: str | Path,
    n_images: int,
    *,
    variable: str | None = None,
    observer_axis: int | None = None,
    both_orders: bool = False,
    names: str | None = None,
    columns: Mapping[str, str] | None = None,
    repeats: str | None = None,
) -> RawMatrices:
    """Read the matrices of any supported file.

    Arrays (.npy, .npz, .mat) may be N × N, a stack of such matrices along any axis, a vector of
    the P = N (N - 1) / 2 pairs in the order of `scipy.spatial.distance.squareform` (which is also
    MATLAB's), or a stack of such vectors.  The diagonal of a vector is not given, hence NaN.
    Beside an array in .npz or .mat, a list of N texts called ``names``, or the only one, names the
    rows.

    Parameters
    ----------
    n_images : N, which tells a vector of pairs from a row and the axis of observers from the rest
    variable : name of the array in .npz or .mat (``a.b`` reaches into a struct), or of the pattern
        descriptor with the pictures' names in RDMs of rsatoolbox, or of the task in a tree of
        Meadows; needed where several would do
    observer_axis : axis of the observers in a stack; needed where the shape leaves it open
    both_orders : whether a long table may give a pair as (a, b) and also as (b, a)
    names : name of the list of texts in .npz or .mat that names the rows
    columns : names of the columns ``image_1, image_2, value, observer`` of a long table
    repeats : "mean" where a long table may give a pair several times for an observer

    Raises
    ------
    InputError
        If the file is missing, unreadable or of an unknown format, or if it holds no real numbers
        of a usable shape.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if not path.is_file():
        raise InputError(f"{path} is not a file: give the path of a file of judgments.")
    if suffix in _PICKLES:
        raise InputError(
            f"{path} is a pickle, and no pickle is ever loaded: save it as one of {FORMATS}."
        )
    for key, given in (("columns", columns), ("repeats", repeats)):
        if given and suffix not in TABLES:
            raise InputError(f"{path}: {key} is for tables ({', '.join(TABLES)}): leave it out.")
    if names and suffix not in (".npz", ".mat"):
        raise InputError(f"{path}: names is for .npz and .mat files: leave it out.")
    if suffix in TABLES:
        from alignment.datasets.matrix_tables import read_table  # pandas is not needed for arrays

        return read_table(path, n_images, both_orders, columns, repeats)
    if path.name.startswith("Meadows_") and suffix in (".mat", ".json"):
        return _read_meadows(path, variable)
    if suffix in (".h5", ".hdf5"):
        return _read_rdms(path, variable)
    if suffix in _SPREADSHEETS:
        raise InputError(f"{path} is a spreadsheet: save the sheet with the judgments as CSV.")
    if suffix not in _COMPLETE:
        raise InputError(f"{path} is of no known format: it must be one of {FORMATS}.")
    if suffix == ".npy":
        variable = None  # such a file holds a single array, which has no name
    # NumPy's own messages would advise to allow pickles.
    with _reading(path, _COMPLETE[suffix], quote=suffix == ".mat"):
        arrays = load_arrays(path, variable)
    return choose_matrices(path, arrays, n_images, variable, observer_axis, names)


@contextmanager
def _reading(path: Path, expected: str, *, quote: bool = True) -> Iterator[None]:
    """Turn whatever a parser stumbles over into one sentence."""
    try:
        yield
    except (InputError, MemoryError):  # want of memory says nothing of the file
        raise
    # Damaged files make the parsers raise nearly anything: OSError, KeyError, zlib.error, ...
    except Exception as error:
        found = f" ({' '.join(str(error).split())})" if quote and str(error) else ""
        raise InputError(f"{path} cannot be read{found}: it must be {expected}.") from error


def _read_meadows(path: Path, variable: str | None) -> RawMatrices:
    """Dissimilarities of a multiple-arrangement task, as downloaded from Meadows."""
    from alignment.datasets.meadows import read_mat, read_tree  # rsatoolbox takes seconds

    expected = (
        "a Meadows export, .mat or a .json tree, under the name it was downloaded with; what other "
        "files hold can be written as .csv"
    )
    with _reading(path, expected):
        if path.suffix.lower() == ".mat":
            return read_mat(path)
        return read_tree(path, variable)


def _read_rdms(path: Path, variable: str | None) -> RawMatrices:
    """RDMs saved by rsatoolbox; the names are a pattern descriptor of texts, each used once."""
    from rsatoolbox.rdm import load_rdm

    with _reading(path, "RDMs saved by rsatoolbox with file_type='hdf5'"):
        rdms = load_rdm(str(path), file_type="hdf5")
        stack = np.asarray(rdms.get_matrices(), dtype=np.float64)
        texts = {
            key: tuple(name.decode() if isinstance(name, bytes) else str(name) for name in column)
            for key, column in rdms.pattern_descriptors.items()
            if all(isinstance(name, str | bytes) for name in column)
        }
    unique = [key for key, names in texts.items() if len(set(names)) == len(names)]
    if variable is not None and variable not in texts:
        raise InputError(
            f"{path} has no pattern descriptor `{variable}` of texts: "
            f"set variable to one of {', '.join(texts) or '(there is none)'}."
        )
    if variable is None and len(unique) > 1:
        raise InputError(
            f"{path} has several pattern descriptors that could name the pictures: "
            f"set variable to one of {', '.join(unique)}."
        )
    key = variable if variable is not None else next(iter(unique), None)
    return RawMatrices.of_stack(stack, texts.get(key))
