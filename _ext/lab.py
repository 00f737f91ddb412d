"""``python -m _ext.lab FOLDER``: lay the release notebooks out to work in."""

import shutil
import sys
from pathlib import Path

from . import release


def main() -> None:
    """Copy each release notebook to its place, unless work stands there already."""
    root, target = Path(__file__).parent.parent, Path(sys.argv[1])
    for name in release.assignments(root):
        notebook = release.release(root, root / "_build", name)
        place = target / name / notebook.name
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            print(f"kept your {place} (delete it for a fresh one)")
        else:
            shutil.copyfile(notebook, place)
            print(f"{place} is ready")


if __name__ == "__main__":
    main()
