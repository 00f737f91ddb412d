"""What a build depends on, as short hashes of file contents.

The output kept from a notebook's last run is right only for the library it ran with. So the cache
lies in a folder that is named after the library's hash.
"""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

IGNORED = {"__pycache__", ".ipynb_checkpoints"}


def files(*paths: Path) -> Iterator[Path]:
    """The files named, and those in the folders named, in a fixed order."""
    for path in paths:
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (f for f in found if f.is_file() and not IGNORED & set(f.parts))


def of(*paths: Path) -> str:
    """Hash of names and contents, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in paths:
        base = path.parent
        for file in files(path):
            digest.update(str(file.relative_to(base)).encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def execution(root: Path) -> str:
    """Hash of what a chapter's cells compute with: the library and the pinned packages.

    ``ffnlib/static`` and ``ffnlib/_page`` (the page's own) are left out: they change no number.
    """
    library = root / "ffnlib"
    parts = [p for p in sorted(library.iterdir()) if p.name not in {"static", "_page", *IGNORED}]
    return of(*parts, root / "constraints.txt")


def prune(app: Sphinx) -> None:
    """Remove the execution caches of earlier versions of the library."""
    current = Path(app.config.nb_execution_cache_path)
    if current.parent.is_dir():
        for other in current.parent.iterdir():
            if other != current and other.is_dir():
                shutil.rmtree(other)
