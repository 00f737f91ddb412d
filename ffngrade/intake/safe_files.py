"""A submission's folder read without trust: no link is followed, nothing but files is opened."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ffngrade.core.errors import UnreadableSubmissionError

DEEPEST = 6
MOST_FILES = 5_000
LEFT_OUT = re.compile(r"\.ipynb_checkpoints|__MACOSX|__pycache__|\.git|\._.*|\.DS_Store")


@dataclass(frozen=True)
class Entry:
    """Something in a submission's folder."""

    path: Path
    name: str
    """Path within the folder, with ``/``."""
    kind: str
    """file, link or special."""
    why: str = ""

    @property
    def shown(self) -> str:
        """The name as it can stand in a sentence."""
        return re.sub(r"[^\w .,+/()-]", "", self.name)[:80]


def entries(folder: Path, deep: int = DEEPEST) -> list[Entry]:
    """Everything in a folder that is no folder, sorted by name.

    Raises
    ------
    UnreadableSubmissionError
        If the folder is a link or no folder, cannot be listed, or holds far too much.
    """
    try:
        mode = os.lstat(folder).st_mode
    except OSError as error:
        raise UnreadableSubmissionError(
            f"the submission's folder cannot be read ({error.strerror})"
        ) from None
    if not stat.S_ISDIR(mode):
        what = "a link" if stat.S_ISLNK(mode) else "no folder"
        raise UnreadableSubmissionError(f"the submission's folder is {what}")
    found = []
    for entry in _walk(folder, folder, deep):
        found.append(entry)
        if len(found) > MOST_FILES:
            raise UnreadableSubmissionError(
                f"the submission's folder holds more than {MOST_FILES:,} files"
            )
    return sorted(found, key=lambda entry: entry.name)


def content(entry: Entry, max_bytes: int) -> bytes:
    """The bytes of a file.

    Raises
    ------
    UnreadableSubmissionError
        If it is more than ``max_bytes`` bytes, cannot be read, or is a file no longer.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        number = os.open(entry.path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(number, "rb") as file:
            about = os.fstat(number)
            if not stat.S_ISREG(about.st_mode):
                raise UnreadableSubmissionError(f"{entry.shown} is no file")
            if about.st_size > max_bytes:
                raise UnreadableSubmissionError(
                    f"{entry.shown} has {_size(about.st_size)}, and at most {_size(max_bytes)} "
                    "are read"
                )
            return file.read(max_bytes)
    except OSError as error:
        raise UnreadableSubmissionError(
            f"{entry.shown} cannot be read ({error.strerror})"
        ) from None


def _size(count: int) -> str:
    for unit, size in (("MB", 2**20), ("kB", 2**10)):
        if count >= size:
            return f"{count / size:.0f} {unit}"
    return f"{count} bytes"


def _walk(folder: Path, top: Path, deep: int) -> Iterator[Entry]:
    try:
        inside = sorted(os.scandir(folder), key=lambda item: item.name)
    except OSError as error:
        raise UnreadableSubmissionError(
            f"the submission's folder cannot be read ({error.strerror})"
        ) from None
    for item in inside:
        path = Path(item.path)
        name = path.relative_to(top).as_posix()
        if LEFT_OUT.fullmatch(item.name):
            continue
        if item.is_symlink():
            yield Entry(path, name, "link", f"is a link to {_where(path, top)}")
        elif item.is_dir(follow_symlinks=False):
            if deep > 0:
                yield from _walk(path, top, deep - 1)
        elif item.is_file(follow_symlinks=False):
            yield Entry(path, name, "file")
        else:
            yield Entry(path, name, "special", "is no ordinary file")


def _where(path: Path, top: Path) -> str:
    """Return whether a link leads out, without opening what it leads to."""
    target = os.path.normpath(path.parent / os.readlink(path))
    return "somewhere inside" if Path(target).is_relative_to(top) else "somewhere outside"
