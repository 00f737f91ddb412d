"""Install what the browser tests take from npm: the versions of tests/browser/package.json."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from get_chromium import from_debian

HOME = Path(__file__).parent / "browser"
OPTIONS = ("--silent", "--no-audit", "--no-fund", "--no-package-lock")
NO_NPM = (
    "The browser tests take axe-core and Pyodide's runtime from npm, and there is no npm on the "
    "PATH. Install Node.js with npm (Debian: apt install npm)."
)


def complete() -> bool:
    """Whether every package is there at the version wanted."""
    wanted = json.loads((HOME / "package.json").read_text())["dependencies"]
    for name, version in wanted.items():
        manifest = HOME / "node_modules" / name / "package.json"
        if not manifest.is_file() or json.loads(manifest.read_text())["version"] != version:
            return False
    return True


def main() -> None:
    if complete():
        return
    if not shutil.which("npm") and not from_debian("npm"):
        sys.exit(NO_NPM)
    done = subprocess.run(["npm", "install", *OPTIONS], cwd=HOME, check=False)
    if done.returncode or not complete():
        sys.exit("npm could not install the packages of tests/browser/package.json; see above.")


if __name__ == "__main__":
    main()
