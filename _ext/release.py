"""The students' version of the exercises: made by nbgrader, packed for download."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
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
python -m pip install jupyterlab nbgrader {wheel}
python -m jupyterlab {notebook}
"""
# nbgrader, without the grammar of internet addresses that a validator would compile at each start.
NBGRADER = """
import sys
sys.modules["rfc3987_syntax"] = None
from nbgrader.apps.nbgraderapp import main
main()
"""
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the same content gives the same file


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
    """Write the download: the notebook, the library's wheel, two lines on how to start."""
    start = START.format(wheel=wheel.name, notebook=notebook.name)
    contents = {
        notebook.name: notebook.read_bytes(),
        wheel.name: wheel.read_bytes(),
        "START.txt": start.encode(),
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(f"{notebook.stem}/{name}", ZIP_DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)


def as_markdown(notebook: Path) -> str:
    """The notebook as MyST text, without its title: the page has one of its own."""
    cells = json.loads(notebook.read_text(encoding="utf8"))["cells"]
    parts = []
    for cell in cells:
        text = "".join(cell["source"]).strip()
        if cell["cell_type"] == "markdown":
            parts.append(text)
        elif cell["cell_type"] == "code" and text:
            parts.append(f"````{{code-block}} python\n{text}\n````")
    return _without_title("\n\n".join(parts))


def _without_title(text: str) -> str:
    """Drop the first heading of the first level; a later one becomes a second-level heading."""
    lines, fence, titled = [], "", False
    for line in text.splitlines():
        mark = re.match(r"\s*(`{3,}|~{3,}|:{3,})", line)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip() == fence:
            fence = ""
        if line.startswith("# ") and not fence:
            if titled:
                lines.append(f"#{line}")
            titled = True
        else:
            lines.append(line)
    return "\n".join(lines).strip()
