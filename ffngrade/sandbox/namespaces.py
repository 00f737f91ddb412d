"""Walls around one process among others of one sandbox: Linux namespaces, by the C library.

Used by `ffngrade.sandbox.fork_server`, inside. A child of the template that went through `leave`,
`mount_private` and `drop_privileges` shares nothing with its siblings that can be written: it has
its own processes, network, message queues, keys, ``/proc``, ``/tmp``, ``/dev/shm`` and terminals;
all else is read-only, and calls by which siblings could meet at it are refused.
"""

import ctypes
import os
import platform
import signal
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ffngrade.sandbox import seccomp

NEW_MOUNTS, NEW_CGROUP, NEW_UTS = 0x00020000, 0x02000000, 0x04000000
NEW_IPC, NEW_USER, NEW_PID, NEW_NET = 0x08000000, 0x10000000, 0x20000000, 0x40000000
READ_ONLY, NO_SUID, NO_DEVICES, NO_PROGRAMS = 1, 2, 4, 8
AGAIN, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
SET_PDEATHSIG, SET_DUMPABLE, DROP_BOUND, NO_NEW_PRIVILEGES, AMBIENT = 1, 4, 24, 38, 47
CLEAR_ALL = 4
SET_SECCOMP, SECCOMP_FILTER = 22, 2
CAPABILITIES_3 = 0x20080522
JOIN_SESSION_KEYRING = 1
KEYCTL = {"x86_64": 250, "aarch64": 219}

_C = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def leave(*, privileged: bool) -> None:
    """Leave the namespaces of this process; its next child is the first of new ones.

    Parameters
    ----------
    privileged : bool
        Whether this process may do so as it is. If not, it becomes the master of a user namespace
        of its own, which is all that it is master of.
    """
    kinds = NEW_MOUNTS | NEW_CGROUP | NEW_UTS | NEW_IPC | NEW_PID | NEW_NET
    user, group = os.getuid(), os.getgid()
    _checked(_C.unshare(kinds | (0 if privileged else NEW_USER)), "unshare")
    if not privileged:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        with suppress(OSError):  # no user namespace inside this one
            Path("/proc/sys/user/max_user_namespaces").write_text("0")


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount as mount(2) does."""
    done = _C.mount(
        source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()
    )
    _checked(done, f"mount {kind or source} on {target}")


def mount_private(own: str, shown: str, aside: str, room: Mapping[str, Any]) -> None:
    """Mount file systems of its own for this process, the first of its namespaces.

    Parameters
    ----------
    own, shown : str
        The one folder that is shared with the outside, and where it stands inside.
    aside : str
        An empty folder.
    room : mapping
        ``home``, a folder in ``/tmp``; ``disk``, the bytes of all files in ``/tmp``; ``kept``, the
        folders in ``/tmp`` that stay, for a Python may be there; ``counters``, folders of ``/proc``
        that are empty.
    """
    safe, others = NO_SUID | NO_DEVICES, os.path.dirname(own)
    mount("none", "/", "", PRIVATE | RECURSIVE)
    mount(own, shown, "", BIND)
    mount("none", shown, "", BIND | AGAIN | safe | NO_PROGRAMS)
    mount("tmpfs", others, "tmpfs", safe | READ_ONLY | NO_PROGRAMS, "size=4k,mode=0755")
    mount("/tmp", aside, "", BIND | RECURSIVE)
    mount("tmpfs", "/tmp", "tmpfs", safe, f"size={room['disk']},nr_inodes=20000,mode=1777")
    for folder in room["kept"]:
        os.makedirs(folder)
        mount(aside + folder.removeprefix("/tmp"), folder, "", BIND | RECURSIVE)
        mount("none", folder, "", BIND | AGAIN | safe | READ_ONLY)
    mount("tmpfs", aside, "tmpfs", safe | READ_ONLY, "size=4k,mode=0755")
    mount("tmpfs", "/dev/shm", "tmpfs", safe, "size=1m,nr_inodes=1000,mode=1777")
    terminals = "newinstance,ptmxmode=0666,mode=0620"
    mount("devpts", "/dev/pts", "devpts", NO_SUID | NO_PROGRAMS, terminals)
    mount("proc", "/proc", "proc", safe | NO_PROGRAMS)
    for folder in room["counters"]:
        mount("tmpfs", folder, "tmpfs", safe | READ_ONLY | NO_PROGRAMS, "size=4k,mode=0755")
    os.mkdir(room["home"])
    os.chmod(room["home"], 0o777)
    os.chdir(room["home"])


def close_door(shown: str) -> None:
    """Make the folder that is shared with the outside read-only from here on."""
    flags = BIND | AGAIN | READ_ONLY | NO_SUID | NO_DEVICES | NO_PROGRAMS
    mount("none", shown, "", flags)


def drop_privileges(user: int | None) -> None:
    """Give up every privilege, for good.

    Parameters
    ----------
    user : int or None
        Whom to become, where this process may choose (as root).
    """
    number = KEYCTL.get(platform.machine())
    if number:  # a keyring outlives a process, and is inherited
        _C.syscall(ctypes.c_long(number), ctypes.c_long(JOIN_SESSION_KEYRING), None)
    _checked(_C.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")
    _C.prctl(AMBIENT, CLEAR_ALL, 0, 0, 0)
    capability = 0
    while _C.prctl(DROP_BOUND, capability, 0, 0, 0) == 0:
        capability += 1
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_3, 0)
    _checked(_C.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    if not seccomp.obstacle():
        refuse(seccomp.program())


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_char_p))


def refuse(program: bytes) -> None:
    """Refuse system calls for good, by a filter of `ffngrade.sandbox.seccomp`."""
    given = ctypes.byref(_Filter(len(program) // 8, program))
    _checked(_C.prctl(SET_SECCOMP, SECCOMP_FILTER, given, 0, 0), "seccomp")


def readable_by_debuggers(yes: bool) -> None:
    """Say whether processes of the same user may look into this one."""
    _checked(_C.prctl(SET_DUMPABLE, int(yes), 0, 0, 0), "dumpable")


def die_with_parent() -> None:
    """End this process when the one that started it ends."""
    _checked(_C.prctl(SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0), "pdeathsig")
