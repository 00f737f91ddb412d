"""Make sure that there is a PostgreSQL server for the tests of the gradebook; print where it is."""

import shutil
import sys
from pathlib import Path

from . import debian

NONE = (
    "The gradebook is tested in PostgreSQL, and there is no server: neither initdb is on the PATH "
    "nor Debian's package in /usr/lib/postgresql, and it could not be installed (that needs root "
    "and apt). Install PostgreSQL."
)


def installed() -> Path | None:
    """Folder of the server's programs, the newest version first."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    there = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return there[-1].parent if there else None


def _version(path: Path) -> float:
    return float(path.parts[-3])


def main() -> None:
    if not installed():
        debian.install("postgresql")
    found = installed()
    if not found:
        sys.exit(NONE)
    print(f"The gradebook is tested with {found}")


if __name__ == "__main__":
    main()
