"""What nbgrader's exchange wants beside a feedback page, so that its student gets it.

`nbgrader submit` hands in a time and a secret, and `nbgrader release_feedback` files the page under
that secret. If one folder lacked them, it would stop, and the whole class would get nothing.
"""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from ffnlib._base.files import write_whole

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
LIKE_A_SECRET = re.compile(r"[0-9A-Za-z_-]{1,500}")


def accompany(folder: Path, known: Mapping[str, str]) -> None:
    """Write a submission's time and secret beside its feedback.

    Where they are not known, nothing came through the exchange: the time is empty, and the secret
    one that nobody has.

    Parameters
    ----------
    folder : Path
        Of the feedback.
    known : mapping of str to str
        Texts by `TIMESTAMP` and `SECRET`; what is not there is left out.
    """
    for name, otherwise in ((TIMESTAMP, ""), (SECRET, secrets.token_hex(64))):
        if name in known or not (folder / name).is_file():
            write_whole(folder / name, known.get(name, otherwise))


def beside(folder: Path) -> dict[str, str]:
    """Time and secret that stand in a folder of ours, as far as they are there."""
    found = {
        name: (folder / name).read_text(encoding="utf-8", errors="replace")
        for name in (TIMESTAMP, SECRET)
        if (folder / name).is_file()
    }
    if not LIKE_A_SECRET.fullmatch(found.get(SECRET, "")):
        found.pop(SECRET, None)
    return found
