"""Arrays by name in a file: NumPy's ``.npz``, and never a pickle, which could run code.

A file is written whole or not at all, and read whole before anybody uses a number of it.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping
from os import PathLike
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.files import write_whole
from ffnlib.errors import UnreadableFileError

FORMAT: Final[str] = "ffnlib parameters 1"
_MARK: Final[str] = "format"


def write_arrays(path: str | PathLike[str], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays to exactly this path, in place of what was there.

    OSError if the folder does not exist or cannot be written; the old file is then still there.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:  # np.savez would pickle what is no number
        for name, array in {_MARK: np.array(FORMAT), **arrays}.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, np.asarray(array), allow_pickle=False)
    write_whole(path, content.getvalue())


def read_arrays(path: str | PathLike[str]) -> dict[str, NDArray[Any]]:
    """Read what ``write_arrays`` wrote.

    UnreadableFileError if the file is damaged or something else; OSError if it cannot be opened.
    """
    with open(path, "rb") as file:
        try:
            with np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        except (
            AttributeError, EOFError, KeyError, MemoryError, NotImplementedError, OSError,
            OverflowError, SyntaxError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
        ) as error:  # fmt: skip
            raise UnreadableFileError(
                f"{path} is damaged or not a file of parameters ({error or type(error).__name__})"
            ) from error
    mark = arrays.pop(_MARK, None)
    if mark is None or str(mark) != FORMAT:
        raise UnreadableFileError(f"{path} holds arrays, but was not written by save()")
    return arrays


def copy_into(path: str | PathLike[str], parameters: Mapping[str, NDArray[Any]]) -> None:
    """Read a file into existing arrays: all of them, or none if anything does not fit."""
    stored = read_arrays(path)
    if stored.keys() != parameters.keys():
        raise UnreadableFileError(
            f"{path} is of another model: it holds {', '.join(stored) or 'nothing'}, and "
            f"{', '.join(parameters)} are needed"
        )
    for name, array in parameters.items():
        if stored[name].shape != array.shape or stored[name].dtype.kind != "f":
            raise UnreadableFileError(
                f"{path} is of another model: its {name} is {stored[name].dtype} of shape "
                f"{stored[name].shape}, and floats of shape {array.shape} are needed"
            )
    for name, array in parameters.items():
        np.copyto(array, stored[name], casting="same_kind")
