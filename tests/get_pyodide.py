"""Fetch the pinned Pyodide with its NumPy wheel from the CDN into a folder, for ``FFN_PYODIDE``."""

import hashlib
import json
import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from _ext.assets import PYODIDE_FILES, PYODIDE_URL


def fetch(name: str, folder: Path) -> bytes:
    with urllib.request.urlopen(PYODIDE_URL + name, timeout=120) as answer:
        content: bytes = answer.read()
    (folder / name).write_bytes(content)
    return content


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in PYODIDE_FILES:
        fetch(name, folder)
    numpy = json.loads((folder / "pyodide-lock.json").read_bytes())["packages"]["numpy"]
    content = fetch(numpy["file_name"], folder)
    if hashlib.sha256(content).hexdigest() != numpy["sha256"]:
        sys.exit(f"{numpy['file_name']} is not the file that pyodide-lock.json names")
    print(f"Pyodide with {numpy['file_name']} is in {folder}")


if __name__ == "__main__":
    main()
