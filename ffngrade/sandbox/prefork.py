"""Kernels that start warm: forked, in the sandbox, from a template that has imported everything.

A cold kernel needs most of a second of processor time to import what every notebook here imports. A
template (`ffngrade.sandbox.fork_server`) does so once for each process that grades; a kernel forked
from it is ready in a few hundredths.

Which process forks, and where, decides what a student's code could do. One sandbox for many kernels
without more would let siblings signal, trace and overhear one another. A trusted template outside
the sandbox would have to build the sandbox of each child by itself, and a mistake there would show
the instructor's files. So bubblewrap builds the room once, without network, with a read-only system
and nothing of the course; the template stands in it and never runs a student's code; and each
child gets namespaces and file systems of its own within (`ffngrade.sandbox.namespaces`) before it
runs anything. A hole in the inner walls still ends at bubblewrap's.

Not every machine lets a process do the second. Where it does not, `obstacle` says why, and kernels
start cold, in a sandbox each.
"""

import atexit
import functools
import itertools
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from threading import Lock
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

import ffngrade
from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import fork_server, inside, limits, namespaces, seccomp
from ffngrade.sandbox.bubblewrap import HOME, USERS, Limits

CHANNELS = 5


class Template:
    """The template process, and what it is asked; safe to be used from several threads."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ffn-"))
        self._lock = Lock()
        self._owner = os.getpid()
        first = self._owner * 7  # another one for each process that grades
        self._users = itertools.count(first)
        modules = (ffngrade, seccomp, limits, namespaces, fork_server)
        program = [sys.executable, "-m", "ffngrade.sandbox.fork_server"]
        self._process = subprocess.Popen(
            sandbox.command_for_template(
                program,
                placed={inside.path_of(m): Path(str(m.__file__)) for m in modules},
                sessions=self.folder,
                at=fork_server.OTHERS,
                empty=(fork_server.OWN, fork_server.ASIDE),
            ),
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        if self._heard() != "ready":
            raise OSError(f"the template of warm kernels does not start: {self._complaint()}")

    def start(self, name: str, allowed: Limits) -> None:
        """Fork a kernel for the connection file in the folder ``name``."""
        user = USERS[next(self._users) % len(USERS)] if os.geteuid() == 0 else None
        bounds = {**allowed.by_name(), "RLIMIT_NPROC": allowed.processes}
        kept, counters = sandbox.kept_in_tmp(), sandbox.COUNTERS
        room = {"home": HOME, "disk": allowed.disk, "kept": kept, "counters": counters}
        self._ask("start", name, user, room, bounds)

    def alive(self, name: str) -> bool:
        """Return whether the kernel runs."""
        return self._ask("alive", name) is True

    def end(self, name: str) -> None:
        """End the kernel and all that it started; nothing of it is left."""
        self._ask("end", name)

    def close(self) -> None:
        """End the template and its kernels; one that a parent started stays the parent's."""
        if self._owner != os.getpid():
            return
        with suppress(OSError, ValueError):
            self._process.stdin.close()  # type: ignore[union-attr]
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            pipe.close()  # type: ignore[union-attr]
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def process(self) -> int:
        """Id of the process that all of it is part of, kernels included."""
        return self._process.pid

    def runs(self) -> bool:
        """Return whether the template itself is there."""
        return self._process.poll() is None

    def _ask(self, *order: object) -> Any:
        with self._lock:
            try:
                print(json.dumps(order), file=self._process.stdin, flush=True)
            except OSError:
                return None
            return self._heard()

    def _heard(self) -> Any:
        line = self._process.stdout.readline()  # type: ignore[union-attr]
        return json.loads(line) if line else None

    def _complaint(self) -> str:
        _, said = self._process.communicate(timeout=10)
        return (said.strip().splitlines() or [f"exit code {self._process.returncode}"])[-1]


class WarmKernel:
    """One kernel forked from a template."""

    def __init__(self, of: Template, startup_timeout: float) -> None:
        self._template = of
        self._name = secrets.token_hex(6)
        self._folder = of.folder / self._name
        self._folder.mkdir()
        known = write_connection_file(
            str(self._folder / "kernel.json"),
            transport="ipc",
            ip=f"{fork_server.OWN}/kernel",
            key=secrets.token_hex().encode(),
        )[1]
        if os.geteuid() == 0:  # inside it is another user who reads and writes them
            self._folder.chmod(0o777)
            (self._folder / "kernel.json").chmod(0o644)
        of.start(self._name, Limits())
        deadline = time.monotonic() + startup_timeout
        while len(list(self._folder.glob("kernel-*"))) < CHANNELS:
            if time.monotonic() > deadline or not of.alive(self._name):
                self.close()
                raise RuntimeError("a warm kernel does not start")
            time.sleep(0.002)
        self.process = of.process
        self.client = BlockingKernelClient()
        self.client.load_connection_info({**known, "ip": str(self._folder / "kernel")})

    def is_alive(self) -> bool:
        """Return whether it runs."""
        return self._template.alive(self._name)

    def interrupt(self) -> None:
        """Ask it to stop what it does."""
        self.client.control_channel.send(self.client.session.msg("interrupt_request", {}))

    def close(self) -> None:
        """End it and everything it started."""
        self._template.end(self._name)
        shutil.rmtree(self._folder, ignore_errors=True)


def shared() -> Template:
    """Return the template of this process, started when it is first asked for."""
    one = _template_of(os.getpid())
    if not one.runs():
        close()
        one = _template_of(os.getpid())
    return one


def close() -> None:
    """End the template of this process, if there is one."""
    if _template_of.cache_info().currsize:
        _template_of(os.getpid()).close()
        _template_of.cache_clear()


@functools.lru_cache(1)
def _template_of(_process: int) -> Template:
    one = Template()
    atexit.register(one.close)
    return one


@functools.cache
def obstacle() -> str:
    """Say why kernels cannot start warm on this machine; empty if they can."""
    if why := sandbox.obstacle():
        return why
    try:
        kernel = WarmKernel(shared(), startup_timeout=60)
    except (OSError, RuntimeError) as error:
        return str(error)
    try:
        kernel.client.start_channels(stdin=False, hb=False, control=False)
        kernel.client.kernel_info(reply=True, timeout=10)
    except (RuntimeError, TimeoutError, Empty):
        return "a warm kernel does not answer"
    finally:
        kernel.client.stop_channels()
        kernel.close()
    return ""
