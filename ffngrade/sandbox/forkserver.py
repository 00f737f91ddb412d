"""Where worker processes come from: a server that has imported what they need, and forks.

It is started first of all, so that it imports while the command itself still does.
"""

import os
from multiprocessing import context as contexts
from multiprocessing import get_context

GRADING = ("ffngrade.sandbox.startup", "ffngrade.grading.pool")
FEEDBACK = ("ffngrade.sandbox.startup", "ffngrade.cli.commands")


def context(modules: tuple[str, ...]) -> contexts.BaseContext:
    """The way to start processes that have imported ``modules``."""
    if os.name != "posix":
        return get_context("spawn")
    found = get_context("forkserver")
    found.set_forkserver_preload(list(modules))
    return found


def begin(modules: tuple[str, ...]) -> None:
    """Start the server for `context`, where there is one."""
    context(modules)
    if os.name == "posix":
        from multiprocessing import forkserver

        forkserver.ensure_running()
