"""Real servers for the tests of grading at scale: PostgreSQL, and a Dask cluster on loopback."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.postgresql import NONE, installed

Process = subprocess.Popen[bytes]


class PostgreSQL:
    """A server with a data folder of its own, reached by a socket in a folder."""

    def __init__(self, folder: Path) -> None:
        programs = installed()
        assert programs is not None, NONE
        self.programs, self.folder, self.data = programs, folder, folder / "data"
        # it refuses to run as root
        self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
        if os.geteuid() != 0:
            self._as = []
        else:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", str(self.data), "-A", "trust", "-U", "teacher", "-N")
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://teacher@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"-c listen_addresses= -c fsync=off -k {self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-o", options, "-l", log, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        # no pipes: the server would keep them open
        with (self.folder.parent / f"{program}.txt").open("w+") as said:
            done = subprocess.run(
                [*self._as, str(self.programs / program), *arguments],
                cwd="/",
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                check=False,
                timeout=600,
            )
            said.seek(0)
            assert done.returncode == 0, said.read()


@contextmanager
def postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """A server; its folder must have a short name that everybody may enter."""
    folder.mkdir(parents=True)
    server = PostgreSQL(folder)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def dask(count: int, names: dict[str, str]) -> Iterator[tuple[str, list[Process]]]:
    """A scheduler and worker processes; its address, and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    here = ["--host", "127.0.0.1", "--port", str(port), "--no-show"]
    alone = [address, "--nthreads", "1", "--no-nanny", "--death-timeout", "600"]
    commands = [["dask_scheduler", *here], *(["dask_worker", *alone] for _ in range(count))]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *words, "--no-dashboard"],
            env={**os.environ, **names},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for name, *words in commands
    ]
    try:
        yield address, started[1:]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
