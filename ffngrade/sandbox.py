"""A command line around a program so that it sees nothing and can harm nothing: bubblewrap.

Inside there is a read-only system, the Python that runs this course, an empty home of limited size,
no network, no other process, no environment, no capability. Bubblewrap works on Linux; where it
does not, `obstacle` says why.
"""

import functools
import os
import shutil
import site
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import ffngrade
import ffnlib
from ffngrade import inside

MIB = 2**20
HOME = "/tmp/home"
NOBODY = 65534
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/fonts")
"""What every program needs; no passwords, no host names, nobody's home."""


@dataclass(frozen=True)
class Limits:
    """What one kernel may use."""

    memory: int = 3072 * MIB
    """Bytes of address space of each process."""
    together: int = 4096 * MIB
    """Bytes of memory that all processes hold; whoever runs them looks (`ffngrade.memory`)."""
    disk: int = 64 * MIB
    """Bytes of all files together, and of each."""
    processes: int = 64
    seconds: int = 900
    """Of processor time."""

    def apply(self) -> None:
        """Bind this process, and all it will start, to the limits."""
        import resource  # not on Windows, where there is no sandbox either

        for name, most in self.by_name().items():
            what = getattr(resource, name)
            _, hard = resource.getrlimit(what)
            least = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(what, (least, least))

    def by_name(self) -> dict[str, int]:
        """The limits of each process, by the names that Python knows them by."""
        return {
            "RLIMIT_AS": self.memory,
            "RLIMIT_FSIZE": self.disk,
            "RLIMIT_CPU": self.seconds,
            "RLIMIT_NOFILE": 256,
            "RLIMIT_CORE": 0,
        }


def command(
    program: Sequence[str],
    *,
    readable: Iterable[str | Path] = (),
    writable: Iterable[str | Path] = (),
    limits: Limits | None = None,
) -> list[str]:
    """Give the command that runs ``program`` inside.

    Parameters
    ----------
    program : sequence of str
    readable, writable : iterable of paths
        Files and folders that stand at the same place inside, besides the system and Python.
    limits : Limits, optional
        For the processes there; the address space and the like are bound by ``Limits.apply``.
    """
    limits = limits or Limits()
    written = list(map(str, writable))
    root = os.geteuid() == 0
    return [
        *_room(limits),
        *_shown(readable, written),
        *(["--perms", "0777"] if root else []),
        *("--dir", HOME, "--chdir", HOME),
        *("--cap-drop", "ALL"),
        *(["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else []),
        "--",
        *(_as_nobody() if root else []),
        *("prlimit", f"--nproc={limits.processes}", "--"),
        *program,
    ]


def command_for_template(
    program: Sequence[str],
    *,
    placed: Mapping[str, Path],
    sessions: Path,
    at: str,
    empty: Sequence[str],
) -> list[str]:
    """Give the command that runs the template of warm kernels inside.

    It keeps what it needs to put walls around its children (as root; otherwise Linux lets it), and
    nothing but its children's own file systems can be written.

    Parameters
    ----------
    program : sequence of str
    placed : mapping of str to Path
        Files beside the kernels' ``ffnlib``, by where they stand in its folder.
    sessions : Path
        The folder of all sessions' sockets.
    at : str
        Where that folder stands inside.
    empty : sequence of str
        Empty folders on which something will be mounted.
    """
    kept = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL")
    return [
        *_room(Limits()),
        *_shown([], [], placed),
        *(part for folder in empty for part in ("--dir", folder)),
        *("--bind", str(sessions), at),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--cap-drop", "ALL"),
        *(part for name in kept if os.geteuid() == 0 for part in ("--cap-add", name)),
        "--",
        *program,
    ]


def kept_in_tmp() -> list[str]:
    """Folders in ``/tmp`` that stand inside: a Python may be there."""
    paths = {str(Path(path)) for path in _python() if path.startswith("/tmp/")}
    return sorted(p for p in paths if not any(_is_in(p, other) for other in paths - {p}))


def _room(limits: Limits) -> list[str]:
    """Bubblewrap with what every room in it has."""
    return [
        _bubblewrap(),
        *("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup"),
        *([] if os.geteuid() == 0 else ["--unshare-user"]),
        *("--die-with-parent", "--new-session", "--clearenv", "--hostname", "sandbox"),
        *(part for name, value in _environment().items() for part in ("--setenv", name, value)),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--perms", "1777", "--size", str(limits.disk), "--tmpfs", "/tmp"),
        *("--perms", "1777", "--size", str(MIB), "--tmpfs", "/dev/shm"),
    ]


def _shown(
    readable: Iterable[str | Path],
    written: Sequence[str],
    placed: Mapping[str, Path] = MappingProxyType({}),
) -> list[str]:
    """The system, Python and more, where they stand outside; and the kernel's own ``ffnlib``."""
    paths = [*SYSTEM, *_python(), *map(str, readable)]
    there = [path for path in paths if os.path.exists(path)]
    files = {f"{inside.FOLDER}/{at}": str(path) for at, path in placed.items()}
    files |= {f"{inside.FOLDER}/{at}": str(path) for at, path in inside.contents().items()}
    return [
        *_folders_above([*there, *written, *files]),
        *(part for path in there for part in ("--ro-bind", path, path)),
        *(
            part
            for path in _course()
            if any(_is_in(path, other) for other in there)
            for part in ("--tmpfs", path, "--remount-ro", path)
        ),
        *(part for at, path in files.items() for part in ("--ro-bind", path, at)),
        *(part for path in written for part in ("--bind", path, path)),
    ]


@functools.cache
def obstacle() -> str:
    """Say why nothing can be run inside on this machine; empty if all is well."""
    if not sys.platform.startswith("linux"):
        return f"bubblewrap needs Linux, and this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)"
    done = subprocess.run(
        command([sys.executable, "-I", "-c", "import numpy"]),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return f"bubblewrap does not work on this machine: {said}"


def _bubblewrap() -> str:
    return shutil.which("bwrap") or "bwrap"


def _as_nobody() -> list[str]:
    """From root to nobody, for good: root has no limit on processes."""
    return [
        *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"),
    ]


def _folders_above(paths: Iterable[str]) -> list[str]:
    """Make the empty folders in which the paths will stand; bubblewrap's own are for root only."""
    above = {str(parent) for path in paths for parent in Path(path).parents} - {"/", "/tmp"}
    inside = sorted(folder for folder in above if not any(_is_in(folder, path) for path in paths))
    return [part for folder in inside for part in ("--perms", "0755", "--dir", folder)]


def _is_in(folder: str, path: str) -> bool:
    return folder == path or folder.startswith(f"{path}/")


def _python() -> list[str]:
    """Folders of this Python and its packages."""
    folders = {sys.prefix, sys.base_prefix, *site.getsitepackages()}
    return sorted(folders - set(SYSTEM))


def _course() -> list[str]:
    """Folders of the course's own packages, which may be among Python's: they stay outside."""
    folders = {*site.getsitepackages(), *sys.path}
    found = [Path(folder) / name for folder in folders for name in ("ffnlib", "ffngrade")]
    used = [Path(str(package.__file__)).parent for package in (ffnlib, ffngrade)]
    return sorted({os.path.abspath(path) for path in [*found, *used] if path.is_dir()})


def _environment() -> dict[str, str]:
    binaries = str(Path(sys.prefix) / "bin")
    return {
        "PATH": f"{binaries}:/usr/bin:/bin",
        "PYTHONPATH": inside.FOLDER,
        "HOME": HOME,
        "TMPDIR": "/tmp",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "PYTHONDONTWRITEBYTECODE": "1",
        "IPYTHONDIR": f"{HOME}/.ipython",
        "JUPYTER_PLATFORM_DIRS": "1",
        **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    }
