"""Running programs as a user without any rights, who can nevertheless read this Python."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOBODY = 65534


def obstacle() -> str:
    """Say why nothing can be run as another user; empty if it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root can be another"
    return "" if shutil.which("setpriv") else "there is no setpriv"


def hidden_from_others(path: Path) -> Path | None:
    """The topmost folder above ``path`` that only its owner may enter."""
    above = [*reversed(path.resolve().parents), path.resolve()]
    return next((p for p in above if not p.stat().st_mode & stat.S_IXOTH), None)


def command(program: list[str]) -> list[str]:
    """Give the command that runs a program so."""
    needed = {ROOT, Path(sys.prefix), Path(sys.base_prefix)}
    covered = {hidden_from_others(path) for path in needed} - {None}
    room = ["bwrap", "--dev-bind", "/", "/", "--cap-add", "ALL"]
    for folder in covered:
        room += ["--perms", "0755", "--tmpfs", str(folder)]
    for path in sorted(needed):
        if (folder := hidden_from_others(path)) in covered:
            for between in reversed([p for p in path.parents if folder in p.parents]):
                room += ["--perms", "0755", "--dir", str(between)]
            room += ["--ro-bind", str(path), str(path)]
    who = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    return [*room, "--", *who, *program]


def as_nobody(program: str, home: Path) -> "subprocess.CompletedProcess[str]":
    """Run Python as this user."""
    home.chmod(0o777)
    known = {"HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    return subprocess.run(
        command([sys.executable, "-c", program]),
        env={**known, "TMPDIR": str(home), "PYTHONWARNINGS": "ignore"},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
