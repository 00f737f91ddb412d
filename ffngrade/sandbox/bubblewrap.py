"""A command line around a program so that it sees nothing and can harm nothing: bubblewrap.

Inside there are the system's libraries and a few of its programs, read-only, the Python that runs
this course, an empty home of limited size, no network, no other process, no environment, no
capability, and not all system calls (`ffngrade.sandbox.seccomp`). What is there is named here, one
by one; nothing else is, and what `hide` was told is not there even if it lies in what is named.
Bubblewrap works on Linux; where it does not, `obstacle` says why.
"""

import functools
import glob
import os
import secrets
import shutil
import site
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import ffngrade
import ffnlib
from ffngrade.sandbox import inside, seccomp
from ffngrade.sandbox.limits import bind

MIB = 2**20
HOME = "/tmp/home"
USERS = range(20_000, 60_000)
"""As root, every kernel is a user of its own: numbers that systems do not give to people."""
SYSTEM = (
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/usr/lib64", "/usr/lib32"),
    *("/usr/share/fonts", "/usr/share/fontconfig", "/usr/share/zoneinfo"),
)
"""What programs need besides libraries; no passwords, no host names, nobody's home."""
SHORT = ("/bin", "/sbin", "/lib", "/lib32", "/lib64")
"""Names for folders in ``/usr`` on most systems; on others, folders."""
PROGRAMS = """
    bash cat cp cut date dash echo env expr false find grep head ls mkdir mv nohup printf prlimit
    pwd rm sed seq setpriv setsid sh sleep sort tail test touch tr true uname wc
"""
"""What a shell, and the way into the sandbox, need."""
KEPT = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
"""Of root's privileges, those by which root gives up all of them inside."""
ALONE = ("setpriv", "--pdeathsig=KILL", "--no-new-privs", "--")
"""As bubblewrap does for a first process of its own: it ends with whoever runs the sandbox."""
COUNTERS = ("/proc/sys",)
"""What the kernel counts for the whole machine, the processes of every sandbox together."""
HIDDEN = "FFN_HIDDEN"
"""In the environment: folders that are never shown, wherever they are."""


@dataclass(frozen=True)
class Limits:
    """What one kernel may use."""

    memory: int = 3072 * MIB
    """Bytes of address space of each process."""
    together: int = 4096 * MIB
    """Bytes of memory that all processes hold; whoever runs them looks (`memory`)."""
    disk: int = 64 * MIB
    """Bytes of all files together, and of each."""
    processes: int = 64
    files: int = 256
    """That each process may have open, sockets and pipes too."""
    seconds: int = 900
    """Of processor time."""

    def apply(self) -> None:
        """Bind this process, and all it will start, to the limits."""
        bind(self.by_name())

    def by_name(self) -> dict[str, int]:
        """The limits of each process, by the names that Python knows them by."""
        return {
            "RLIMIT_AS": self.memory,
            "RLIMIT_FSIZE": self.disk,
            "RLIMIT_CPU": self.seconds,
            "RLIMIT_NOFILE": self.files,
            "RLIMIT_CORE": 0,
        }


def command(
    program: Sequence[str],
    *,
    readable: Iterable[str | Path] = (),
    writable: Iterable[str | Path] = (),
    limits: Limits | None = None,
    calls: int | None = None,
) -> list[str]:
    """Return the command that runs ``program`` inside.

    There is nobody whom it could look into: the first process there is root's or, for an ordinary
    user, the program itself. Start it with an empty environment, which nobody can then read.

    Parameters
    ----------
    program : sequence of str
    readable, writable : iterable of paths
        Files and folders that stand at the same place inside, besides the system and Python.
    limits : Limits, optional
        For the processes there; the address space and the like are bound by ``Limits.apply``.
    calls : int, optional
        An open file with the filter of system calls, as `ffngrade.sandbox.seccomp.opened` gives it,
        which the program inherits.
    """
    limits = limits or Limits()
    written = list(map(str, writable))
    root = os.geteuid() == 0
    return [
        *_room(limits),
        *([] if root else ["--as-pid-1"]),
        *(["--seccomp", str(calls)] if calls is not None else []),
        *(part for folder in COUNTERS for part in ("--tmpfs", folder, "--remount-ro", folder)),
        *_shown(readable, written),
        *(["--perms", "0777"] if root else []),
        *("--dir", HOME, "--chdir", HOME, "--remount-ro", "/dev", "--remount-ro", "/"),
        *("--cap-drop", "ALL"),
        *(part for name in KEPT if root for part in ("--cap-add", name)),
        "--",
        *(_as_nobody(secrets.choice(USERS)) if root else ALONE),
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
    """Return the command that runs the template of warm kernels inside.

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
    """Return the folders in ``/tmp`` that stand inside: a Python may be there."""
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


def hide(*folders: str | Path) -> None:
    """Never show these folders inside, from now on and in every process that this one starts."""
    known = {*_hidden(), *(os.path.realpath(folder) for folder in folders)}
    os.environ[HIDDEN] = os.pathsep.join(sorted(known))


def _hidden() -> list[str]:
    return [path for path in os.environ.get(HIDDEN, "").split(os.pathsep) if path]


def _shown(
    readable: Iterable[str | Path],
    written: Sequence[str],
    placed: Mapping[str, Path] = MappingProxyType({}),
) -> list[str]:
    """The system, Python and more, where they stand outside; and the kernel's own ``ffnlib``."""
    shown = {path for path in [*_system(), *_python(), *map(str, readable)] if os.path.exists(path)}
    how = {path: ["--ro-bind", path, path] for path in shown}
    covered = {
        path
        for path in [*_course(), *_hidden()]
        if any(path != other and _is_in(path, other) for other in shown)
    }
    how |= {path: ["--perms", "0755", "--size", "4096", "--tmpfs", path] for path in covered}
    files = {f"{inside.FOLDER}/{at}": str(path) for at, path in placed.items()}
    files |= {f"{inside.FOLDER}/{at}": str(path) for at, path in inside.contents().items()}
    how |= {at: ["--ro-bind", path, at] for at, path in files.items()}
    how |= {path: ["--bind", path, path] for path in written}
    # what is in a folder comes after it, so that it is on top
    return [
        *_folders_above(how),
        *(part for short in SHORT if os.path.islink(short) for part in _link(short)),
        *(part for path in sorted(how) for part in how[path]),
        *(part for path in sorted(covered) for part in ("--remount-ro", path)),
    ]


def is_needed(path: str) -> bool:
    """Return whether something that must be shown is at this path or below it."""
    return any(_is_in(shown, path) for shown in [*_system(), *_python()])


def _link(path: str) -> list[str]:
    return ["--symlink", os.readlink(path), path]


@functools.cache
def obstacle() -> str:
    """Say why nothing can be run inside on this machine; empty if all is well."""
    if not sys.platform.startswith("linux"):
        return f"bubblewrap needs Linux, and this is {sys.platform}"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (Debian, Ubuntu: apt install bubblewrap)"
    done = run([sys.executable, "-I", "-c", "import numpy"], timeout=60)
    if done.returncode == 0:
        return ""
    said = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return f"bubblewrap does not work on this machine: {said}"


def run(program: Sequence[str], *, timeout: float) -> "subprocess.CompletedProcess[str]":
    """Run a program inside to its end; what it prints is in ``stdout`` and ``stderr``."""
    calls = None if seccomp.obstacle() else seccomp.opened()
    try:
        return subprocess.run(
            command(program, calls=calls),
            env={},
            pass_fds=() if calls is None else (calls,),
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    finally:
        if calls is not None:
            os.close(calls)


def _bubblewrap() -> str:
    return shutil.which("bwrap") or "bwrap"


def _as_nobody(user: int) -> list[str]:
    """From root to a user without rights, for good, whose processes are counted alone."""
    return [
        *("setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"),
        *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"),
    ]


def _folders_above(paths: Iterable[str]) -> list[str]:
    """Make the empty folders in which the paths will stand; bubblewrap's own are for root only."""
    above = {str(parent) for path in paths for parent in Path(path).parents} - {"/", "/tmp"}
    inside = sorted(folder for folder in above if not any(_is_in(folder, path) for path in paths))
    return [part for folder in inside for part in ("--perms", "0755", "--dir", folder)]


def _is_in(folder: str, path: str) -> bool:
    return folder == path or folder.startswith(f"{path}/")


def _system() -> list[str]:
    """Libraries of the system, and the programs that are named."""
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    libraries = [f"/usr/lib/{triplet}"] if triplet and os.path.isdir(f"/usr/lib/{triplet}") else []
    folders = [] if os.path.islink("/lib") else [f"/lib/{triplet}"]
    more = [path for path in ("/lib32", "/lib64") if not os.path.islink(path)]
    where = os.pathsep.join(("/usr/bin", "/bin"))
    programs = [shutil.which(name, path=where) for name in PROGRAMS.split()]
    return [*SYSTEM, *(libraries or ["/usr/lib"]), *folders, *more, *filter(None, programs)]


def _python() -> list[str]:
    """The Python that runs here and its packages."""
    prefixes = {sys.prefix, sys.base_prefix}
    own = {prefix for prefix in prefixes if prefix not in ("/", "/usr", "/usr/local")}
    parts = {os.path.dirname(os.__file__), *site.getsitepackages(), *_links_to(sys.executable)}
    parts |= set(glob.glob(f"{sys.base_prefix}/lib/libpython*"))
    more = {part for part in parts if not any(_is_in(part, folder) for folder in own)}
    return sorted(own | more)


def _links_to(program: str) -> set[str]:
    """A program, and by which links it is found."""
    found = set()
    while program not in found:
        found.add(program)
        if os.path.islink(program):
            program = os.path.join(os.path.dirname(program), os.readlink(program))
    return {os.path.normpath(path) for path in found}


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
