"""The ffnlib wheel: what the browser installs and what students download."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from . import fingerprint

INGREDIENTS = ("ffnlib", "pyproject.toml", "README.md", "LICENSE")
EPOCH = "315532800"  # 1980-01-01, the oldest date a zip file can hold: same source, same wheel


def build(root: Path, folder: Path) -> Path:
    """The wheel of the library as it is now; built only when its sources have changed."""
    home = folder / fingerprint.of(*(root / name for name in INGREDIENTS))
    if not (built := sorted(home.glob("*.whl"))):
        shutil.rmtree(folder, ignore_errors=True)
        home.mkdir(parents=True)
        _build(root, home)
        built = sorted(home.glob("*.whl"))
    return built[0]


def _build(root: Path, home: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        # A copy, so that no leftover of an earlier build slips in, and with plain modes.
        for name in INGREDIENTS:
            for file in fingerprint.files(root / name):
                copy = Path(temporary) / file.relative_to(root)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(file.read_bytes())
                copy.chmod(0o644)
        order = "import sys, setuptools.build_meta as b; b.build_wheel(sys.argv[1])"
        done = subprocess.run(
            [sys.executable, "-c", order, str(home.resolve())],
            cwd=temporary,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"the ffnlib wheel could not be built:\n{done.stdout}{done.stderr}")
