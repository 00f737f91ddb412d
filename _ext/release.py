"""The students' version of the exercises: made by nbgrader, packed for download."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import fingerprint

GENERATED = (
    *("release", "submitted*", "autograded", "feedback", "reports", ".ffn-grade"),
    *("gradebook.db*", "grades.csv", ".nbgrader.log"),
)
UNUSED = ("bank", "cases", "hints", "__pycache__")  # no release needs them
START = """\
{title}

You need Python 3.11 or newer. To see yours, type in a terminal:  python3 --version
(on Windows, in PowerShell:  py --version). If it is missing or older: https://www.python.org/downloads/

1. Unpack the zip file. Open a terminal (Windows: PowerShell) and go into the folder that came out
   of it, where this file lies. If it lies in your downloads, type

       cd Downloads/{folder}

2. Once: make an environment of the course's own in that folder, and install JupyterLab and the
   course's library in it. This takes a few minutes and about 300 MB.

   Linux, macOS:

       python3 -m venv venv
       venv/bin/python -m pip install jupyterlab ./{wheel}

   Windows:

       py -m venv venv
       venv\\Scripts\\python -m pip install jupyterlab ./{wheel}

3. Start, today and every other time, in the same folder:

   Linux, macOS:   venv/bin/python -m jupyterlab {notebook}
   Windows:        venv\\Scripts\\python -m jupyterlab {notebook}

   A browser opens with the notebook. Run a cell with Shift+Enter.

4. Save with Ctrl+S, and hand in the file {notebook}.

You can also solve the assignment on its page in the book, without installing anything, and download
the notebook there.
"""
# nbgrader, without the grammar of internet addresses that a validator would compile at each start.
NBGRADER = """
import sys
sys.modules["rfc3987_syntax"] = None
from nbgrader.apps.nbgraderapp import main
main()
"""


def assignments(root: Path) -> list[str]:
    """Names of the assignments: the folders of ``exercises/source`` that hold a notebook."""
    return sorted({path.parent.name for path in (root / "exercises" / "source").glob("*/*.ipynb")})


def sources(root: Path, name: str) -> list[Path]:
    """Files that the release version of an assignment is made from."""
    course = root / "exercises"
    return [*sorted(course.glob("*.py")), *fingerprint.files(course / "source" / name)]


def release(root: Path, build: Path, name: str) -> Path:
    """The release notebook, made by ``nbgrader generate_assignment`` if its source has changed."""
    home = build / "exercises" / "release" / name / fingerprint.of(*sources(root, name))
    if not home.is_dir():
        print(f"Making the release notebook of {name} ...", flush=True)
        made = _generate(root / "exercises", name)
        shutil.rmtree(home.parent, ignore_errors=True)
        home.mkdir(parents=True)
        for file, content in made.items():
            (home / file).write_bytes(content)
    notebooks = sorted(home.glob("*.ipynb"))
    if len(notebooks) != 1:
        raise RuntimeError(f"exercises/source/{name} must hold one notebook, not {len(notebooks)}")
    return notebooks[0]


def release_all(root: Path, build: Path) -> None:
    """Make what is not there yet, several at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda name: release(root, build, name), assignments(root)))


def _generate(course: Path, name: str) -> dict[str, bytes]:
    """Run nbgrader on a copy of the course: it writes a gradebook, which is not wanted here."""
    # nbgrader calls a program of its own environment by name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "course"
        shutil.copytree(course, copy, ignore=shutil.ignore_patterns(*GENERATED, *UNUSED))
        done = subprocess.run(
            [sys.executable, "-c", NBGRADER, "generate_assignment", name, "--force"],
            cwd=copy,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        folder = copy / "release" / name
        if done.returncode or not folder.is_dir():
            raise RuntimeError(f"nbgrader generate_assignment {name} failed:\n{done.stderr}")
        return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def pack(notebook: Path, wheel: Path, target: Path) -> None:
    """Write the download: the notebook, the library's wheel, and how a beginner starts."""
    title = f"Exercises: {notebook.stem}"
    names = {"wheel": wheel.name, "notebook": notebook.name, "folder": notebook.stem}
    start = START.format(title=f"{title}\n{'=' * len(title)}", **names)
    # the day it was packed: files of 1980 look like an accident
    today = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))[:6]
    contents = {
        notebook.name: notebook.read_bytes(),
        wheel.name: wheel.read_bytes(),
        "START.txt": start.replace("\n", "\r\n").encode(),  # for every editor
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(f"{notebook.stem}/{name}", today)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
