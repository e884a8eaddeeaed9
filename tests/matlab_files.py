"""MATLAB files of version 7.3, which SciPy does not write."""

import h5py
import numpy as np


def write_v73(path, variables):
    """The layout of MATLAB's -v7.3: a user block, transposed arrays, classes as attributes."""

    def put(group, key, value):
        if isinstance(value, dict):
            child = group.create_group(key)
            child.attrs["MATLAB_class"] = np.bytes_("struct")
            for name, member in value.items():
                put(child, name, member)
        elif isinstance(value, list):
            cells = []
            for index, text in enumerate(value):
                cell = group.file.require_group("#refs#").create_dataset(
                    f"{key}{index}", data=np.array([[ord(c)] for c in text], dtype=np.uint16)
                )
                cell.attrs["MATLAB_class"] = np.bytes_("char")
                cells.append([cell.ref])
            data = group.create_dataset(key, data=np.array(cells, dtype=h5py.ref_dtype))
            data.attrs["MATLAB_class"] = np.bytes_("cell")
        else:
            data = group.create_dataset(key, data=np.asarray(value).T)
            data.attrs["MATLAB_class"] = np.bytes_("double")

    with h5py.File(path, "w", userblock_size=512) as file:
        for key, value in variables.items():
            put(file, key, value)
    with path.open("r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM")
