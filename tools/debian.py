"""Debian's packages, where this is a Debian and we may install them."""

import os
import shutil
import subprocess


def run(*command: str) -> bool:
    """Run a command that shows what it does; say whether it succeeded."""
    print("$", *command, flush=True)
    return subprocess.run(command, check=False).returncode == 0


def install(package: str) -> bool:
    """Install a package; False where that is not possible."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    order = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", package)
    return run(*order) or (run("apt-get", "update", "-qq") and run(*order))
