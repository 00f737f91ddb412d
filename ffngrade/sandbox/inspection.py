"""A look from inside the sandbox: which walls stand, and whether the course can be seen.

It is done by the same kernels that run students' code, cold and warm, on this machine.
"""

import json
import os
import sys
from collections.abc import Iterable
from typing import Any, NamedTuple

from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel, prefork
from ffngrade.sandbox.session import Session

LOOK = """
import json, os
with open("/proc/self/status") as file:
    status = dict(line.split(":", 1) for line in file)
with open("/proc/self/net/dev") as file:
    devices = {line.split(":")[0].strip() for line in file if ":" in line}
def listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []
def environment(process):
    try:
        with open(f"/proc/{process}/environ") as file:
            return {part.partition("=")[0] for part in file.read().split("\\0") if part}
    except OSError:
        return set()
others = [name for name in os.listdir("/proc") if name.isdigit() and int(name) != os.getpid()]
print(json.dumps({
    "seen": [path for path in PATHS if os.path.lexists(path)],
    "its own processes": len(others) < 3,
    "no network": devices <= {"lo"},
    "no privilege": os.getuid() != 0 and not any(
        int(status[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")
    ) and int(status["NoNewPrivs"]) == 1,
    "nobody's environment": set().union(*map(environment, others)) <= set(os.environ),
    "refused system calls": int(status["Seccomp"]) == 2,
}))
"""


class Seen(NamedTuple):
    """What a kernel saw: paths that it must not see, and of each wall whether it stands."""

    paths: list[str]
    walls: dict[str, bool]


def look(folders: Iterable[str | os.PathLike[str]], start_warm: bool) -> Seen:
    """Look from inside a kernel for what stands in folders outside.

    Parameters
    ----------
    folders : iterable of paths
        Of the course and the exchange; what Python itself needs of them is left out.
    start_warm : bool

    Raises
    ------
    RuntimeError
        If the kernel does not start or does not answer.
    """
    known = map(os.path.realpath, folders)
    there = [os.path.join(f, name) for f in known if os.path.isdir(f) for name in os.listdir(f)]
    paths = [path for path in there if not sandbox.is_needed(path)]
    session = Session(kernel.NAME, warm=start_warm)
    try:
        ran = session.run(f"PATHS = {paths!r}\n{LOOK}", 30)
    finally:
        session.close()
    text = "".join(str(output.get("text", "")) for output in ran.outputs)
    try:
        said: dict[str, Any] = json.loads(text)
    except ValueError:
        raise RuntimeError(f"a kernel in the sandbox does not say what it sees: {text}") from None
    return Seen(said.pop("seen"), said)


def main(folders: dict[str, str]) -> bool:
    """Say which walls stand, and whether folders with these names can be seen; give if all is well.

    Parameters
    ----------
    folders : dict of str to str
        From what a folder is called to where it is.
    """
    sandbox.hide(*folders.values())
    well = True
    for start_warm in (True, False):
        if start_warm and prefork.obstacle():
            continue
        start = "warm" if start_warm else "cold"
        seen = look(folders.values(), start_warm)
        fallen = [name for name, stands in seen.walls.items() if not stands]
        standing = [name for name, stands in seen.walls.items() if stands]
        print(f"A {start} kernel has: {', '.join(standing)}.")
        for what in (*fallen, *(f"nothing of {path}" for path in seen.paths[:5])):
            print(f"A {start} kernel has NOT: {what}.", file=sys.stderr)
        well = well and not fallen and not seen.paths
    if well:
        for name, folder in folders.items():
            print(f"From inside, nothing is seen of {name} ({folder}).")
    return well
