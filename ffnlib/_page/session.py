"""One namespace, and what runs in it."""

import ast
import builtins
import importlib
import io
import json
import linecache
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final

from ffnlib._page import names
from ffnlib._page.display import bundle
from ffnlib._page.errors import explain
from ffnlib.figures import Explorer

MOST_TEXT: Final = 200_000
"""Characters that one run may print; what comes after is counted, not shown."""
BURST, PER_SECOND = 100, 20
"""Messages that may leave at once, and how many more each second: text is gathered meanwhile."""
BACKEND: Final = "module://ffnlib._page.pictures"
PICTURES: Final = {"matplotlib", "mpl_toolkits", "pylab"}
NO_INPUT: Final = "input() cannot ask here: write the value into the cell, as in name = 'Ada'"
NO_EXIT: Final = "exit() ends the cell, not Python: the names that were defined are still there.\n"

_sessions: list["Session"] = []


def current() -> "Session":
    """Return the session whose cell runs now."""
    return _sessions[-1]


class Session:
    """Runs cells in one namespace.

    Parameters
    ----------
    emit : callable
        Is given each output, as JSON, as soon as it arises.
    namespace : dict, optional
        Where the cells' names live; a new one by default.
    """

    def __init__(
        self, emit: Callable[[str], object], namespace: dict[str, Any] | None = None
    ) -> None:
        self._emit = emit
        self._names = {"__name__": "__main__"} if namespace is None else namespace
        self._kept = set(self._names)
        self._count = 0
        self._cells: dict[str, str] = {}
        self._quiet = False
        self._explorers: dict[str, Explorer] = {}

    def run(self, code: str, cell: str = "this cell", quiet: bool = False) -> str:
        """Run a cell; return JSON: ``ok``, and the ``seconds`` it took.

        What it prints, the value of its last line, its figures and its error leave while it runs.

        Parameters
        ----------
        code : str
        cell : str
            The words for it in the errors of later cells: "cell 3".
        quiet : bool
            Only what it defines matters: of its output, nothing but an error leaves.
        """
        self._quiet = quiet
        self._count += 1
        file = f"<run {self._count}>"
        self._cells[file] = "this cell"
        linecache.cache[file] = (len(code), None, code.splitlines(keepends=True), file)
        begun = time.perf_counter()
        with self._watched():
            ok = self._attempt(lambda: self._execute(code, file))
        self._cells[file] = cell
        return json.dumps({"ok": ok, "seconds": time.perf_counter() - begun})

    def call(self, function: str, arguments: str) -> str:
        """Call a function of an importable module with JSON arguments; return its value as JSON.

        Parameters
        ----------
        function : str
            ``"package.module.name"``.
        arguments : str
            A JSON list (positional) or object (by name).

        Returns
        -------
        str
            ``{"value": ...}``, or ``{"error": ...}`` in the form of `explain`.
        """
        module, _, name = function.rpartition(".")
        given = json.loads(arguments)
        self._quiet = False
        with self._watched():
            try:
                called = getattr(importlib.import_module(module), name)
                value = called(**given) if isinstance(given, dict) else called(*given)
                return json.dumps({"value": value})
            except BaseException as error:
                return json.dumps({"error": explain(error, self._cells)})

    def complete(self, code: str, cursor: int) -> str:
        """Return what can stand at the cursor, as JSON: see `names.complete`."""
        return json.dumps(names.complete(code, cursor, self._names))

    def inspect(self, code: str, cursor: int) -> str:
        """Return what stands at the cursor, as JSON: see `names.describe`."""
        return json.dumps(names.describe(code, cursor, self._names))

    def answer(self, key: str, params: str, width: str) -> str:
        """Return the next picture of an explorer that a cell has shown: `Explorer.answer`."""
        if key not in self._explorers:
            return json.dumps({"error": "Python was restarted: run the cell again."})
        return json.dumps(self._explorers[key].answer(json.loads(params), width))

    def draws(self, code: str) -> bool:
        """Return whether a cell imports something that needs Matplotlib."""
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError):
            return False
        imported = {
            name
            for node in ast.walk(tree)
            for name in _imports(node)
            if name.split(".")[0] in PICTURES or name.startswith("ffnlib.figures.plots")
        }
        return bool(imported)

    def style(self) -> None:
        """Give figures the course's style, which follows the page's colours."""
        os.environ.setdefault("MPLBACKEND", BACKEND)  # read when it is imported
        with redirect_stderr(io.StringIO()):  # it tells of its font cache, once
            from ffnlib.figures import plots

        plots.use_style()

    def reset(self) -> None:
        """Forget all names that cells have defined; imported modules stay loaded."""
        for name in set(self._names) - self._kept:
            del self._names[name]
        self._explorers.clear()

    def show(self, data: dict[str, Any]) -> None:
        """Let an output leave, after what was printed before it."""
        self._flush()
        self._send({"output": "display", "data": data})

    def display(self, *values: object) -> None:
        """Show values under the cell, as the function of this name does in a notebook."""
        for value in () if self._quiet else values:
            data = bundle(value)
            if isinstance(value, Explorer):
                self._explorers[value.key] = value
            self.show(data)

    def forward(self, output: str) -> None:
        """Let an output leave that another session has made, after what was printed before it."""
        self._flush()
        self._emit(output)

    def remember(self, names: dict[str, Any]) -> None:
        """Take names over, for completion: those of another session's cells."""
        self._names.update(names)

    def _execute(self, code: str, file: str) -> None:
        tree = ast.parse(code, file)
        last = tree.body[-1] if tree.body else None
        shown = isinstance(last, ast.Expr) and not _silenced(code, last)
        body = tree.body[:-1] if shown else tree.body
        exec(compile(ast.Module(body, []), file, "exec"), self._names)
        if shown:
            assert isinstance(last, ast.Expr)
            value = eval(compile(ast.Expression(last.value), file, "eval"), self._names)
            if value is not None:
                self._names["_"] = value
                self.display(value)

    def _attempt(self, run: Callable[[], None]) -> bool:
        try:
            run()
            return True
        except SystemExit:
            self._out.write(NO_EXIT)
            return True
        except BaseException as error:
            self._flush()
            self._send(explain(error, self._cells))
            return False
        finally:
            self._flush()
            self._show_figures()

    def _show_figures(self) -> None:
        if "matplotlib.pyplot" in sys.modules:
            from ffnlib._page.pictures import take_open

            try:
                for html in () if self._quiet else take_open():
                    self.show({"text/html": html, "text/plain": "<Figure>"})
            except Exception as error:
                self._send(explain(error, self._cells))

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """While a cell runs, its output is taken, and it cannot ask or end Python."""
        self._room = 0 if self._quiet else MOST_TEXT
        self._pace = _Pace()
        self._out, self._err = _Stream("stdout", self), _Stream("stderr", self)
        mine = {"display": self.display, "input": _no_input, "exit": _exit, "quit": _exit}
        before = {name: getattr(builtins, name, None) for name in mine}
        os.environ.setdefault("MPLBACKEND", BACKEND)
        _sessions.append(self)
        vars(builtins).update(mine)
        try:
            with redirect_stdout(self._out), redirect_stderr(self._err):
                yield
        finally:
            self._flush()
            if self._room < 0 and not self._quiet:
                missing = f"\n… {-self._room:,} more characters were printed and are not shown.\n"
                self._send({"output": "stream", "name": "stdout", "text": missing})
            for name, value in before.items():
                if value is None:
                    delattr(builtins, name)
                else:
                    setattr(builtins, name, value)
            _sessions.pop()

    def _flush(self) -> None:
        for stream in (self._out, self._err):
            stream.leave()

    def _send(self, output: dict[str, Any]) -> None:
        self._emit(json.dumps(output))


def _imports(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _silenced(code: str, last: ast.Expr) -> bool:
    """Whether the last line ends in a semicolon, which hides its value."""
    rest = code.splitlines()[(last.end_lineno or 1) - 1 :]
    first = rest[0].encode()[last.end_col_offset or 0 :].decode()
    return first.lstrip().startswith(";")


class _Pace:
    """Says whether another message may leave now."""

    def __init__(self) -> None:
        self.left, self.since = float(BURST), time.perf_counter()

    def may(self) -> bool:
        now = time.perf_counter()
        self.left = min(BURST, self.left + PER_SECOND * (now - self.since))
        self.since = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


class _Stream(io.TextIOBase):
    """Takes what is printed, and lets it leave soon."""

    encoding = "utf-8"

    def __init__(self, name: str, session: Session) -> None:
        self.name, self._session = name, session
        self._parts: list[str] = []

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        session = self._session
        if session._room > 0:
            self._parts.append(text[: session._room])
            other = session._err if self is session._out else session._out
            other.leave()
            if session._pace.may():
                self.leave()
        session._room -= len(text)
        return len(text)

    def leave(self) -> None:
        if self._parts:
            text = "".join(self._parts).encode("utf8", "replace").decode()
            self._parts.clear()
            self._session._send({"output": "stream", "name": self.name, "text": text})


def _no_input(prompt: object = "") -> str:
    del prompt
    raise RuntimeError(NO_INPUT)


def _exit(code: object = None) -> None:
    raise SystemExit(code)
