"""Make sure that there is a Chromium for the browser tests; print where it is.

In this order: one that is installed; Debian's packages, as root; Playwright's own download. The
shell that has no window is preferred: the same pages, half the work.
"""

import os
import shutil
import sys
from pathlib import Path

from . import debian

SHELL = "chromium-headless-shell"
NAMES = (
    *(SHELL, "chromium", "chromium-browser"),
    *("google-chrome", "google-chrome-stable", "chrome"),
)
NONE = (
    "The browser tests need a Chromium, and none could be had: none of {names} is on the PATH, "
    "Debian's packages could not be installed (that needs root and apt), and Playwright's download "
    "failed. Install Chromium or Chrome, or name one in FFN_CHROMIUM."
)


def installed() -> str | None:
    """Path of a browser on this machine, the one in FFN_CHROMIUM before all others."""
    named = os.environ.get("FFN_CHROMIUM")
    if named:
        if not (found := shutil.which(named)):
            sys.exit(f"FFN_CHROMIUM={named} is not a program that can be run.")
        return found
    return next((path for name in NAMES if (path := shutil.which(name))), None) or downloaded()


def downloaded() -> str | None:
    """Path of the browser that Playwright has downloaded, if it has."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def main() -> None:
    if not installed() and not (debian.install(SHELL) or debian.install("chromium")):
        debian.run(sys.executable, "-m", "playwright", "install", "chromium")
    found = installed()
    if not found:
        sys.exit(NONE.format(names=", ".join(NAMES)))
    print(f"Browser tests use {found}")


if __name__ == "__main__":
    main()
