"""Which system calls a student's code may not make: a filter for Linux' seccomp, by hand.

Everything is allowed but what is named here, and calls that are newer than the filter. What is
named makes namespaces, traces, holds memory that no limit counts, or reaches what two sandboxes
have in common. For they have something in common: the files of the system, which none can write,
are the same ones for all. A lock on such a file, a watch, a futex in it or whether it is in memory
could tell one sandbox what another one knows.

The filter is a program for the kernel's packet filter (BPF), the same for a process that puts it on
itself (`ffngrade.sandbox.namespaces`) and for bubblewrap (``--seccomp``).
"""

import errno
import os
import platform
import struct
import sys
from collections.abc import Iterable

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
NEWEST = 446
"""The last call that this filter knows; newer ones do not exist inside."""
OTHER_ABI = 0x40000000
REFUSED = {  # number on x86_64, and on aarch64 if it is there
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # memory of no process: shared segments, queues, keys, files without a name
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "memfd_create": (319, 279),
    # what two sandboxes could tell one another by files that both only read
    "flock": (73, 32),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "inotify_add_watch": (254, 27),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    "mincore": (27, 232),
    "preadv2": (327, 286),
    "readahead": (187, 213),
    "fadvise64": (221, 223),
    "io_setup": (206, 0),  # how many there are is counted for all together
    "sysinfo": (99, 179),
    # the kernel itself
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "seccomp": (317, 277),
    "syslog": (103, 116),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "iopl": (172, None),
    "ioperm": (173, None),
}
LOOKED_AT = {
    "clone": (56, 220),
    "clone3": (435, 435),
    "fcntl": (72, 25),
    "futex": (202, 98),
    "ioctl": (16, 29),
    "prctl": (157, 167),
    "setsockopt": (54, 208),
    "socket": (41, 198),
    "socketpair": (53, 199),
}
NEW_NAMESPACE = 0x7E020000
FCNTL = (0, 1, 2, 3, 4, 8, 9, 10, 11, 15, 16, 1030, 1032)
"""Commands on the file descriptor alone: no lock, lease, notice or hint on the file."""
LOCKS = (5, 6, 7, 36, 37, 38)
DEATH_SIGNAL, KILL = 1, 9
LOCAL = 1
"""The one family of sockets: between processes of a machine, with buffers of a fixed size."""
BUFFERS = (7, 8, 32, 33)
"""Options of a socket that say how much memory it takes."""
TERMINAL = (0x5412, 0x541C)
"""What puts words into a terminal's mouth."""
FUTEX_PRIVATE, FUTEX_PLAIN, FUTEX_WAITS, FUTEX_WAKES = 128, 0x7F, (0, 9), (1, 10)
WORD, EQUAL, ABOVE, MASKED, AND, RETURN = 0x20, 0x15, 0x25, 0x45, 0x54, 0x06
ALLOW, ERROR = 0x7FFF0000, 0x00050000

Instruction = tuple[int, int, int, int]


def obstacle() -> str:
    """Say why there is no filter for this machine; empty if there is."""
    if platform.machine() in ARCHITECTURES and sys.byteorder == "little":
        return ""
    return f"no filter of system calls for {platform.machine()}"


def program(machine: str | None = None) -> bytes:
    """Return the filter, as the kernel takes it.

    Parameters
    ----------
    machine : str, optional
        "x86_64" or "aarch64"; otherwise that of this machine.

    Raises
    ------
    OSError
        If there is none.
    """
    machine = machine or platform.machine()
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, obstacle())
    which = list(ARCHITECTURES).index(machine)
    number = {name: known[which] for name, known in (REFUSED | LOOKED_AT).items()}
    steps = [
        (WORD, 0, 0, 4),
        *_unless(EQUAL, ARCHITECTURES[machine], [_error(errno.EPERM)]),
        (WORD, 0, 0, 0),
        *_when(ABOVE, OTHER_ABI - 1, [_error(errno.ENOSYS)]),
        *_when(ABOVE, NEWEST, [_error(errno.ENOSYS)]),
    ]
    for name, inside in _looked_at().items():
        steps += _when(EQUAL, number[name], inside)
    for name in REFUSED:
        steps += _when(EQUAL, number[name], [_error(errno.EPERM)])
    steps.append(_allowed())
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def opened() -> int:
    """Return a file from which bubblewrap, or what becomes of this process, reads the filter."""
    reading, writing = os.pipe()
    os.write(writing, program())  # a pipe holds more
    os.close(writing)
    os.set_inheritable(reading, True)
    return reading


def _looked_at() -> dict[str, list[Instruction]]:
    """Calls of which only some are refused; each ends with what becomes of it."""
    # With another error ZeroMQ, which looks for networks when it starts, would give up.
    local = [_argument(0), *_when(EQUAL, LOCAL, [_allowed()]), _error(errno.EINVAL)]
    return {
        "futex": [
            _argument(1),
            *_when(MASKED, FUTEX_PRIVATE, [_allowed()]),
            (AND, 0, 0, FUTEX_PLAIN),
            # Whoever waits for another process looks again and again instead, and nobody wakes
            # or counts who waits at a place in a file that all can read.
            *_among(FUTEX_WAITS, _error(errno.EAGAIN)),
            *_among(FUTEX_WAKES, _error(0)),
            _error(errno.ENOSYS),
        ],
        "fcntl": [
            _argument(1),
            *_among(FCNTL, _allowed()),
            *_among(LOCKS, _error(errno.ENOLCK)),
            _error(errno.EINVAL),
        ],
        "ioctl": [_argument(1), *_among(TERMINAL, _error(errno.EPERM)), _allowed()],
        # Who dies with the grader dies with the grader.
        "prctl": [
            _argument(0),
            *_unless(EQUAL, DEATH_SIGNAL, [_allowed()]),
            _argument(1),
            *_when(EQUAL, KILL, [_allowed()]),
            _error(errno.EPERM),
        ],
        "socket": local,
        "socketpair": local,
        "setsockopt": [_argument(2), *_among(BUFFERS, _error(errno.EPERM)), _allowed()],
        "clone": [_argument(0), *_when(MASKED, NEW_NAMESPACE, [_error(errno.EPERM)]), _allowed()],
        # Its flags stand where a filter cannot look; libraries then call clone.
        "clone3": [_error(errno.ENOSYS)],
    }


def _argument(place: int) -> Instruction:
    return WORD, 0, 0, 16 + 8 * place


def _error(number: int) -> Instruction:
    return RETURN, 0, 0, ERROR | number


def _allowed() -> Instruction:
    return RETURN, 0, 0, ALLOW


def _when(test: int, value: int | None, then: list[Instruction]) -> list[Instruction]:
    return [] if value is None else [(test, 0, len(then), value), *then]


def _unless(test: int, value: int, then: list[Instruction]) -> list[Instruction]:
    return [(test, len(then), 0, value), *then]


def _among(values: Iterable[int], then: Instruction) -> list[Instruction]:
    return [step for value in values for step in _when(EQUAL, value, [then])]
