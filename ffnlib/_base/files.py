"""Files that are written whole or not at all."""

import os
import tempfile
from os import PathLike
from pathlib import Path


def write_whole(path: str | PathLike[str], content: bytes | str, permissions: int = 0o644) -> Path:
    """Write a file in place of what was there; half a file never takes its place.

    Also when two processes do it at once, or one is killed while it does.

    Parameters
    ----------
    path : str or path
        The file; its folder must exist.
    content : bytes or str
        Text is written in UTF-8; halves of characters become question marks.
    permissions : int, optional
        The file's permissions; everybody may read it if none are given.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OSError
        If the folder does not exist or cannot be written; the old file is then still there.
    """
    target = Path(path)
    data = content.encode(errors="replace") if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, permissions)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target
