"""How much memory a process and all that it started hold together.

Linux limits each process by itself (`ffngrade.sandbox.bubblewrap.Limits`). Many of them could still
fill a machine together, so whoever runs them looks now and then. What a socket or pipe keeps for
its reader is memory of no process; it cannot be looked at, so each counts as if it were full.
"""

from contextlib import suppress

import psutil

from ffngrade.sandbox.bubblewrap import Limits

INTERVAL = 0.5
"""Seconds from one look to the next."""
BUFFER = 2**18
"""Bytes that Linux lets a socket or a pipe keep, if nobody asks for more."""


def held(root: int) -> int:
    """Return the bytes that a process and its descendants hold; a shared page counts once.

    Parameters
    ----------
    root : int
        Process id; a process that is gone holds nothing.
    """
    family = _family(root)
    return sum(map(_held_by, family)) + sum(map(_kept_for, family))


def own() -> int:
    """Return the bytes that this process itself holds."""
    return int(psutil.Process().memory_info().rss)


def holds_more(root: int, limit: int) -> bool:
    """Return whether `held` is above a number of bytes.

    Where it is clearly not, that is found fast.
    """
    resident = 0  # what is shared counts for each
    for process in _family(root):
        with suppress(psutil.Error):
            resident += process.memory_info().rss + _kept_for(process)
    return resident > limit and held(root) > limit


def _kept_for(process: psutil.Process) -> int:
    """Bytes that may be under way to or from a process, at most."""
    try:
        return BUFFER * int(process.num_fds())
    except (AttributeError, psutil.AccessDenied):  # not Linux, or it hides them
        return BUFFER * Limits.files
    except psutil.Error:
        return 0


def _family(root: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        top = psutil.Process(root)
        return [top, *top.children(recursive=True)]
    return []


def _held_by(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (AttributeError, psutil.AccessDenied):  # not Linux, or it hides itself
        with suppress(psutil.Error):
            return int(process.memory_info().rss)
    except psutil.Error:
        pass
    return 0
