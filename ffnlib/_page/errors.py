"""What a reader is told of an error: the own line first, the library's frames folded."""

import linecache
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final

AROUND: Final = 2
"""Lines shown before and after the one that failed."""
ENDS: Final = 3
"""Of very many frames, the first and the last so many are shown."""
LONGEST: Final = 4000
MOST_CAUSES: Final = 3
MAGIC: Final = (
    "Lines that begin with % or ! are commands of Jupyter; in the page only Python itself runs."
)
MEMORY: Final = (
    "Python in the page has at most 4 GB, less on a phone: use a smaller array, or a smaller dtype."
)
TOO_BIG: Final = "array is too big"  # NumPy, where an address has 32 bits
HERE: Final = "ffnlib/_page/"
ABSENT: Final = (
    "The page carries Python's standard library, NumPy, Matplotlib and ffnlib. For anything else,"
    " download the chapter as a notebook."
)


def explain(error: BaseException, cells: Mapping[str, str], causes: int = 0) -> dict[str, Any]:
    """Return what the page shows of an exception.

    Parameters
    ----------
    error : BaseException
    cells : mapping
        For each file name that a cell was compiled under, the words for it ("this cell").
    causes : int
        How many errors that led to one another have been described already.

    Returns
    -------
    dict
        ``type``; ``message``; ``hint``, a sentence on what to do, or ""; ``frames``, outermost
        first, each with ``where``, ``line``, ``function``, ``own`` (whether it is the reader's
        code) and ``source``, a list of ``[number, text]``; or ``{"skipped": count}`` in the place
        of many; ``line``, the last line of the cell that ran that took part, or None; and
        ``cause``, the error that this one followed, in the same form, or None.
    """
    frames = _frames(error.__traceback__, cells)
    if isinstance(error, SyntaxError) and error.filename and error.filename in cells:
        frames = [_frame(error.filename, error.lineno or 1, "", cells)]
    own = [frame["line"] for frame in frames if frame["where"] == "this cell"]
    first = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if first is not None and causes < MOST_CAUSES and not isinstance(first, SystemExit):
        cause = explain(first, cells, causes + 1)
    else:
        cause = None
    return {
        "output": "error",
        "type": type(error).__name__,
        "message": _message(error),
        "hint": _hint(error),
        "frames": _shortened(frames),
        "line": own[-1] if own else None,
        "cause": cause,
    }


def _message(error: BaseException) -> str:
    try:
        said = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # the reader's own class may fail at this too
        said = "(its message could not be made)"
    said = said.encode("utf8", "replace").decode()
    return said if len(said) <= LONGEST else f"{said[:LONGEST]} …"


def _hint(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and (error.text or "").lstrip().startswith(("%", "!")):
        return MAGIC
    if isinstance(error, MemoryError) or TOO_BIG in _message(error):
        return MEMORY
    if isinstance(error, ModuleNotFoundError) and sys.platform == "emscripten":
        return ABSENT
    return ""


def _frames(tb: TracebackType | None, cells: Mapping[str, str]) -> list[dict[str, Any]]:
    steps = [(frame, line) for frame, line in traceback.walk_tb(tb)]
    names = [frame.f_code.co_filename for frame, _ in steps]
    begin = next((i for i, name in enumerate(names) if name in cells), len(steps))
    found = [
        _frame(frame.f_code.co_filename, line, frame.f_code.co_name, cells)
        for frame, line in steps[begin:]
    ]
    return [frame for frame in found if not frame["where"].startswith(HERE)]


def _frame(file: str, line: int, function: str, cells: Mapping[str, str]) -> dict[str, Any]:
    own = file in cells
    around = range(max(1, line - AROUND), line + AROUND + 1) if own else [line]
    source = [(n, linecache.getline(file, n).rstrip("\n")) for n in around]
    while source and not source[-1][1] and source[-1][0] > line:
        source.pop()
    return {
        "where": cells.get(file) or _short(file),
        "line": line,
        "function": "" if function == "<module>" else function,
        "own": own,
        "source": [list(pair) for pair in source],
    }


def _short(file: str) -> str:
    """Name a file from its package on: ``ffnlib/nn/_linear.py``."""
    parts = Path(file).parts
    if "ffnlib" in parts:
        return "/".join(parts[parts.index("ffnlib") :])
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return "/".join(parts[-2:])


def _shortened(frames: list[dict[str, Any]]) -> list[dict[str, Any]]:
    skipped = len(frames) - 2 * ENDS
    if skipped <= ENDS:
        return frames
    return [*frames[:ENDS], {"skipped": skipped}, *frames[-ENDS:]]
