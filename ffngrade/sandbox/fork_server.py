"""The template of warm kernels: a process in the sandbox that has imported everything and forks.

It runs no student's code, ever, and holds no secret: neither hidden cases nor anybody's keys. It
reads orders from the grader, one JSON list a line (`ffngrade.sandbox.prefork` writes them), and
forks three processes for a kernel:

- the keeper stays in the template's own namespaces; it does nothing but end the kernel,
- the first process of the kernel's new namespaces makes their file systems, waits, and buries
  orphans; when it ends, Linux kills everything in there,
- the kernel itself, an ordinary ipykernel. It has lost all privileges before it opens its sockets,
  and the folder of the sockets is read-only before it runs anything.

Why a fork needs walls of its own (`ffngrade.sandbox.namespaces`): within one sandbox, siblings of
one user could otherwise signal and trace one another, meet in ``/tmp``, ``/dev/shm``, message
queues, keyrings, terminals or on loopback, and read one another's sockets and keys. They cannot
reach the template or the grader either: no open file is inherited.
"""

import gc
import importlib
import json
import os
import resource
import signal
import sys
from contextlib import suppress
from typing import Any, NoReturn

import ipykernel.kernelapp
import numpy
from ipykernel.iostream import OutStream
from IPython.core.inputtransformer2 import TransformerManager

from ffngrade.sandbox import namespaces
from ffngrade.sandbox.limits import bind

OTHERS, OWN, ASIDE = "/run/sessions", "/run/session", "/run/aside"
AWAITED = (signal.SIGTERM, signal.SIGCHLD)
Room = dict[str, Any]
Limits = dict[str, int]
FLAGS = (
    "--HistoryManager.hist_file=:memory:",
    # `exit()` in a notebook ends no kernel here: it would end while the next cell runs
    "--IPKernelApp.exec_lines=get_ipython().ask_exit = lambda: None",
    f"--IPKernelApp.outstream_class={__name__}.Stream",
)
IMPORTED = """
    ffnlib.checks.kernel_side
    IPython.core.completerlib IPython.core.debugger IPython.core.logger IPython.core.oinspect
    IPython.extensions.storemagic IPython.utils.wildcard asttokens email.parser executing fractions
    jupyter_client.localinterfaces psutil pure_eval pydoc pygments.formatters.terminal256
    pygments.styles.default sqlite3 stack_data tornado.locks tornado.platform.asyncio tornado.queues
"""
"""What kernels import when they start, run their first cell or show an error."""


class Stream(OutStream):
    """What a kernel prints, which waits for its sender only if there is something to send."""

    def flush(self) -> None:
        """Send what was printed and was not sent yet."""
        if self._flush_pending or self._buffers:
            super().flush()


def main() -> None:
    """Obey orders until there are no more."""
    sys.modules["debugpy"] = None  # type: ignore[assignment]  # large, and nobody debugs here
    for name in IMPORTED.split():
        with suppress(ImportError):
            importlib.import_module(name)
    TransformerManager().transform_cell("None")  # its expressions compiled once, for all kernels
    gc.collect()
    gc.freeze()  # pages that the kernels share stay shared
    print(json.dumps("ready"), flush=True)
    keepers: dict[str, int] = {}
    for line in iter(sys.stdin.readline, ""):  # nothing is read ahead that a child could hold
        order, name, *rest = json.loads(line)
        if order == "start":
            keepers[name] = start(name, *rest)
        elif order == "end" and name in keepers:
            end(keepers.pop(name))
        elif order == "alive" and name in keepers and os.waitpid(keepers[name], os.WNOHANG)[0]:
            del keepers[name]
        print(json.dumps(name in keepers), flush=True)
    for keeper in keepers.values():
        end(keeper)


def end(keeper: int) -> None:
    """End a kernel, and wait until nothing is left of it."""
    os.kill(keeper, signal.SIGTERM)
    os.waitpid(keeper, 0)


def start(name: str, user: int | None, room: Room, limits: Limits) -> int:
    """Fork a kernel whose sockets are in the folder ``name``; give its keeper's process id."""
    signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    keeper = os.fork()
    if keeper == 0:
        try:
            keep(name, user, room, limits)
        finally:
            os._exit(1)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
    return keeper


def keep(name: str, user: int | None, room: Room, limits: Limits) -> NoReturn:
    """Be the keeper: start the first process, and end it when told to."""
    namespaces.die_with_parent()
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.closerange(3, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    namespaces.leave(privileged=user is not None)
    first = os.fork()
    if first == 0:
        try:
            be_first(name, user, room, limits)
        finally:
            os._exit(1)
    while True:
        if signal.sigwait(AWAITED) == signal.SIGTERM:
            os.kill(first, signal.SIGKILL)
        if os.waitpid(first, os.WNOHANG)[0]:  # every process in there is gone
            os._exit(0)


def be_first(name: str, user: int | None, room: Room, limits: Limits) -> NoReturn:
    """Be the first process of the new namespaces."""
    namespaces.die_with_parent()
    namespaces.mount_private(f"{OTHERS}/{name}", OWN, ASIDE, room)
    bound, telling = os.pipe()
    hearing, closed = os.pipe()
    kernel = os.fork()
    if kernel == 0:
        try:
            os.close(bound)
            os.close(closed)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
            be_kernel(user, limits, telling, hearing)
        finally:
            os._exit(1)
    os.close(telling)
    os.close(hearing)
    if os.read(bound, 1):
        namespaces.close_door(OWN)
    namespaces.drop_privileges(user)
    namespaces.readable_by_debuggers(False)
    namespaces.die_with_parent()  # forgotten by a change of user
    os.write(closed, b"x")
    os.close(closed)
    os.close(bound)
    while True:
        ended, _ = os.wait()
        if ended == kernel:
            os._exit(0)


def be_kernel(user: int | None, limits: Limits, telling: int, hearing: int) -> NoReturn:
    """Be the kernel: powerless first, then with sockets, and only then with a student's code."""
    os.setsid()
    bind(limits)
    namespaces.drop_privileges(user)
    namespaces.readable_by_debuggers(True)  # as every program is that was started anew
    numpy.random.seed()  # noqa: NPY002  # not what the siblings draw
    app = ipykernel.kernelapp.IPKernelApp.instance()
    app.initialize(["-f", f"{OWN}/kernel.json", *FLAGS])
    os.write(telling, b"x")
    os.close(telling)
    os.read(hearing, 1)
    os.close(hearing)
    app.start()
    os._exit(0)


if __name__ == "__main__":
    main()
