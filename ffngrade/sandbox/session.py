"""A kernel that runs a student's cells, and the outputs that come of them."""

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL
from typing import Any, Literal, NamedTuple, Protocol

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from nbformat import NotebookNode
from nbformat.v4 import new_output

from ffngrade.intake.notebook_reader import whole
from ffngrade.reports.outputs import MOST, SHOWN
from ffngrade.sandbox import memory, prefork
from ffngrade.sandbox.bubblewrap import HIDDEN, Limits
from ffngrade.sandbox.kernel import NAME

Ended = Literal["done", "late", "deaf", "dead", "spent"]
"""How a cell ended: by itself, interrupted, with a kernel that did not listen, with its kernel, or
not at all since no time was left."""

POLL = 0.05
FIRST = 0.05
LARGEST = 24 * 2**20
"""Bytes of a message, and of each of its parts: the socket refuses a larger part before it is
there, and a larger message is dropped unread."""
GROWTH = 128 * 2**20
"""Bytes by which this process may grow while it listens to a kernel: parts of one message come
together before they can be counted. A kernel that sends more at once is ended."""
VALUES = 16_000_000
"""Characters that the answers to one question may have together."""
MOST_ANSWERED = 400_000
"""Lists, objects and commas of an answer."""
AT_ONCE = 20
"""Answers that are taken before time and memory are looked at: a kernel can send any number."""
SMALL = 10_000
MOST_VALUES = 20_000
"""Lists, objects and commas of a message: what takes memory once it is read."""
STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
CUT = "… (the output is longer; it was cut here)"


class Ran(NamedTuple):
    """What came of one cell."""

    outputs: list[NotebookNode]
    ended: Ended
    answers: tuple[str, ...] = ()
    """To the cases that were asked, in JSON, as far as they came."""


class Session:
    """One kernel; what it prints is cut after ``max_output`` characters a cell.

    Parameters
    ----------
    kernel_name : str
        Of a kernelspec. The sandbox's starts warm where it can, any other cold.
    startup_timeout : float
        Seconds that it has to start.
    max_output : int
    warm : bool
        Whether a warm start is tried.
    grace : float
        Seconds that an interrupted cell has to stop.
    memory_limit : int
        Bytes that the kernel and all that it started may hold together; with more it is ended.
    """

    def __init__(
        self,
        kernel_name: str,
        startup_timeout: float = 120,
        max_output: int = 200_000,
        warm: bool = True,
        grace: float = 5.0,
        memory_limit: int = Limits.together,
    ) -> None:
        self.max_output = max_output
        self.grace = grace
        self.memory = memory_limit
        self._look = time.monotonic() + memory.INTERVAL
        self._look_here = 0.0
        self._most_here = memory.own() + GROWTH
        self.kernel = _started(kernel_name, startup_timeout, warm)
        self.client = self.kernel.client
        try:
            self.client.context.setsockopt(zmq.MAXMSGSIZE, LARGEST)
            self.client.start_channels(hb=False)
            self._poller = zmq.Poller()
            for channel in (self.client.stdin_channel, self.client.iopub_channel):
                self._poller.register(channel.socket, zmq.POLLIN)
            self._wait(startup_timeout)
        except BaseException:
            self.close()
            raise

    @property
    def is_warm(self) -> bool:
        """Whether the kernel was forked, so that another one costs little."""
        return isinstance(self.kernel, prefork.WarmKernel)

    def close(self) -> None:
        """End the kernel and everything it started."""
        with suppress(Exception):
            self.client.stop_channels()
        with suppress(Exception):
            self.kernel.close()

    def run(
        self,
        source: str,
        seconds: float,
        max_output: int | None = None,
        cases: Sequence[str] = (),
        question: str = "",
    ) -> Ran:
        """Run a cell to its end, or for so many seconds.

        Parameters
        ----------
        source : str
        seconds : float
        max_output : int, optional
            Characters of output that are kept.
        cases : sequence of str
            What the cell asks for, one after the other (`ffnlib.checks.kernel_side.answer`): none
            leaves this process before the one before it is answered.
        question : str
            How the cell knows its cases from those of another.
        """
        asked = self.client.execute(source, allow_stdin=False, stop_on_error=False)
        outputs = Outputs(self.max_output if max_output is None else max_output)
        line = _Line(self.client.stdin_channel.socket, cases, question)
        ended = self._listen(asked, outputs, line, seconds)
        return Ran(outputs.found, ended, tuple(line.answers))

    def _listen(self, asked: str, outputs: "Outputs", line: "_Line", seconds: float) -> Ended:
        deadline, interrupted = time.monotonic() + seconds, False
        while True:
            message = self._heard(POLL)
            if message and message["parent_header"].get("msg_id") == asked:
                if _is_idle(message):
                    line.hang_up()
                    return "late" if interrupted else "done"
                outputs.add(message)
            answered = line.take()
            if message is None and not answered and not self.kernel.is_alive():
                return "dead"
            if self._grows_too_much() or self._holds_too_much():
                self.close()
                return "dead"
            if time.monotonic() > deadline:
                if interrupted:
                    return "deaf"
                self.kernel.interrupt()
                deadline, interrupted = time.monotonic() + self.grace, True

    def _grows_too_much(self) -> bool:
        if time.monotonic() < self._look_here:
            return False
        self._look_here = time.monotonic() + POLL
        return memory.own() > self._most_here

    def _holds_too_much(self) -> bool:
        if time.monotonic() < self._look:
            return False
        self._look = time.monotonic() + memory.INTERVAL
        return memory.holds_more(self.kernel.process, self.memory)

    def _heard(self, seconds: float) -> dict[str, Any] | None:
        """The next message that the kernel sends to everybody; None if an answer comes first."""
        try:
            # As get_iopub_msg does, without an event loop for each of thousands of messages.
            socket = self.client.iopub_channel.socket
            if socket not in dict(self._poller.poll(round(1000 * seconds))):
                return None
            parts = self.client.session.feed_identities(socket.recv_multipart())[1]
            if not bounded(parts):
                return None
            message: dict[str, Any] = self.client.session.deserialize(parts)
        except (
            ArithmeticError,
            AttributeError,
            LookupError,
            RecursionError,
            TypeError,
            ValueError,
        ):
            return None  # not one of the kernel's: a submission can send anything
        known = ("header", "parent_header", "content")
        return message if all(isinstance(message.get(part), dict) for part in known) else None

    def _wait(self, seconds: float) -> None:
        """Wait until an answer comes, which is when everything that is sent is also heard."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.client.kernel_info()
            while message := self._heard(FIRST):
                if _is_idle(message):
                    return
            if not self.kernel.is_alive():
                raise RuntimeError("the kernel died before it answered")
        raise RuntimeError(f"the kernel did not answer in {seconds:.0f} seconds")


class _Line:
    """The line over which cases go to a kernel, one at a time, and their answers come back.

    While a student's function works on a case, the next one is nowhere but here. A kernel can send
    whatever it likes, but it gets a case only for an answer to the one before.
    """

    def __init__(self, socket: "zmq.Socket[bytes]", cases: Sequence[str], question: str) -> None:
        self.answers: list[str] = []
        self._socket = socket
        self._question = question.encode()
        self._left: Iterator[str] = iter(cases)
        self._room = VALUES
        self._word = b""
        if cases:
            self._ask()

    def take(self) -> bool:
        """Take what came, and say whether anything did.

        What is not the answer to the case that was asked last is dropped.
        """
        came = False
        for _ in range(AT_ONCE):
            if not self._socket.poll(0):
                break
            came = True
            word, said = [*self._socket.recv_multipart(), b""][:2]
            if self._word and word == self._word:
                fits = len(said) <= self._room
                if fits and (len(said) < SMALL or _values(said) < MOST_ANSWERED):
                    self._room -= len(said)
                    self.answers.append(said.decode(errors="replace"))
                else:
                    self.answers.append("null")
                self._ask()
        return came

    def hang_up(self) -> None:
        """Say that no case follows, to whoever still waits for one."""
        if self._word:
            self._left = iter(())
            self._ask()

    def _ask(self) -> None:
        """Send the next case, or the word that there is none."""
        case = next(self._left, "")
        self._word = secrets.token_bytes(8) if case else b""
        self._socket.send_multipart([self._question, self._word, case.encode()])


class Kernel(Protocol):
    """A kernel that runs, however it was started."""

    client: BlockingKernelClient
    process: int
    """Id of the process that it and all that it started descend from."""

    def is_alive(self) -> bool:
        """Return whether it runs."""

    def interrupt(self) -> None:
        """Ask it to stop what it does."""

    def close(self) -> None:
        """End it and everything it started."""


class ColdKernel:
    """A kernel started as its kernelspec says."""

    def __init__(self, kernel_name: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ffn-"))
        (self._folder / "home").mkdir()
        (self._folder / "sockets").mkdir()
        ipc = {"transport": "ipc", "ip": str(self._folder / "sockets" / "kernel")}
        self._manager = KernelManager(
            kernel_name=kernel_name,
            connection_file=str(self._folder / "kernel.json"),
            **(ipc if os.name == "posix" else {}),
        )
        # Nothing of the course by way of the environment, even where there is no sandbox.
        ours = ("FFN_", "NBGRADER_")
        kept = {k: v for k, v in os.environ.items() if k == HIDDEN or not k.startswith(ours)}
        try:
            quiet = {"stdout": DEVNULL, "stderr": DEVNULL}  # what is printed comes as messages
            self._manager.start_kernel(env=kept, cwd=str(self._folder / "home"), **quiet)
            here = self._manager.provisioner
            assert isinstance(here, LocalProvisioner)
            self.process: int = here.pid or os.getpid()
            self.client: BlockingKernelClient = self._manager.blocking_client()
        except BaseException:
            self.close()
            raise

    def is_alive(self) -> bool:
        """Return whether it runs."""
        alive: bool = self._manager.is_alive()
        return alive

    def interrupt(self) -> None:
        """Ask it to stop what it does."""
        self._manager.interrupt_kernel()

    def close(self) -> None:
        """End it and everything it started."""
        with suppress(Exception):
            self._manager.shutdown_kernel(now=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def _started(kernel_name: str, startup_timeout: float, may_be_warm: bool) -> Kernel:
    if may_be_warm and kernel_name == NAME and not prefork.obstacle():
        with suppress(OSError, RuntimeError):
            return prefork.WarmKernel(prefork.shared(), startup_timeout)
    return ColdKernel(kernel_name)


class Outputs:
    """The outputs of a cell, up to a size: of each nothing but flat texts of the kinds shown."""

    def __init__(self, max_output: int) -> None:
        self.found: list[NotebookNode] = []
        self.left = max_output

    def add(self, message: dict[str, Any]) -> None:
        """Take one message of the kernel's, if it is an output and there is room."""
        kind = str(message["header"].get("msg_type"))
        if kind not in MADE or self.left < 0:
            return
        output = MADE[kind](kind, message["content"])
        if output is None:  # nothing that can be shown
            return
        taken = size(output)
        last = self.found[-1] if self.found else None
        follows = kind == "stream" and last is not None and last.get("name") == output["name"]
        if taken > self.left or (len(self.found) >= MOST and not follows):
            text = str(output["text"])[: self.left] if kind == "stream" else ""
            self.found.append(new_output("stream", name="stdout", text=f"{text}\n{CUT}\n"))
            self.left = -1
            return
        if follows and last is not None:
            last["text"] += output["text"]
        else:
            self.found.append(output)
        self.left -= taken


def _stream(_kind: str, content: dict[str, Any]) -> NotebookNode | None:
    name, text = content.get("name"), content.get("text")
    if name not in ("stdout", "stderr") or type(text) is not str:
        return None
    return NotebookNode(output_type="stream", name=name, text=whole(text))


def _error(_kind: str, content: dict[str, Any]) -> NotebookNode | None:
    lines = content.get("traceback")
    if not isinstance(lines, list):
        return None
    said = {key: whole(content.get(key)) for key in ("ename", "evalue")}
    return NotebookNode(new_output("error", **said, traceback=list(map(whole, lines[:MOST]))))


def _data(kind: str, content: dict[str, Any]) -> NotebookNode | None:
    given = content.get("data")
    if not isinstance(given, dict):
        return None
    texts = {mime: _joined(given[mime]) for mime in SHOWN if mime in given}
    data = {mime: text for mime, text in texts.items() if text}
    return NotebookNode(new_output(kind, data=data)) if data else None


def _joined(said: Any) -> str:
    lines = said if isinstance(said, list) else [said]
    return "".join(whole(line) for line in lines if type(line) is str)


MADE = {"stream": _stream, "error": _error, "display_data": _data, "execute_result": _data}
"""What becomes of a kernel's message, by its type; of any other nothing."""


def size(output: NotebookNode) -> int:
    """Return how many characters an output has."""
    parts = [*output.get("data", {}).values(), *output.get("traceback", ())]
    return sum(map(len, [*parts, *(output.get(key, "") for key in ("text", "ename", "evalue"))]))


def bounded(parts: Sequence[bytes]) -> bool:
    """Return whether the parts of a message are few and hold few values, however written."""
    if len(parts) > 16 or sum(map(len, parts)) > LARGEST:
        return False
    return all(len(part) < SMALL or _values(part) < MOST_VALUES for part in parts)


def _values(said: bytes) -> int:
    bare = STRING.sub(b"", said)
    return sum(map(bare.count, (b"[", b"{", b",")))


def _is_idle(message: dict[str, Any]) -> bool:
    content = message["content"]
    is_status: bool = message["header"].get("msg_type") == "status"
    return is_status and content.get("execution_state") == "idle"
