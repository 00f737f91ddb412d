"""Workers on one machine: processes that grade, and what is done when one of them is killed.

A submission is handed out again when the process that had it is gone. If it happens a second time
while nothing else was being graded, the submission is given up, with a sentence.
"""

import os
import shutil
import signal
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing import parent_process
from threading import Thread
from typing import Protocol

from ffngrade import forks, warm, work
from ffngrade.work import Job, Made, Terms

AHEAD = 2
"""Submissions that are on their way for each worker."""
KILLED = "the process that graded it was ended twice"


class Pool(Protocol):
    """Whoever grades: processes of this machine, or a cluster."""

    def run(self, agreed: Terms, jobs: Iterable[Job]) -> Iterator[Made]:
        """Grade submissions; give what came of each, in the order in which they are done."""

    def close(self) -> None:
        """End the workers."""


class Processes:
    """Worker processes of this machine, which make themselves ready from the beginning.

    Parameters
    ----------
    count : int
        How many; each grades one submission at a time.
    warmed : bool
        Whether each starts its template of warm kernels before it is given anything.
    """

    def __init__(self, count: int, warmed: bool = False) -> None:
        if count < 1:
            raise ValueError(f"count must be at least 1, got {count}")
        self.count = count
        self.warmed = warmed
        self._folder = tempfile.mkdtemp(prefix="ffn-grade-")
        self._executor: ProcessPoolExecutor | None = self._begin()

    def run(self, agreed: Terms, jobs: Iterable[Job]) -> Iterator[Made]:
        """Grade submissions; give what came of each, in the order in which they are done."""
        source = iter(jobs)
        sent: dict[Future[Made], Job] = {}
        again: deque[Job] = deque()  # handed out once more, one at a time
        lost_before: set[str] = set()
        while True:
            while again and not sent:
                self._send(agreed, again.popleft(), sent)
            while not again and len(sent) < AHEAD * self.count and (job := next(source, None)):
                self._send(agreed, job, sent)
            if not sent:
                return
            wait(sent, return_when=FIRST_COMPLETED)
            lost: list[Job] = []
            for future in [future for future in sent if future.done()]:
                job = sent.pop(future)
                try:
                    yield future.result()
                except BrokenProcessPool:
                    lost.append(job)
            if lost:
                wait(sent)  # they are all broken, or were done just before
                finished = [future for future in sent if future.exception() is None]
                lost += [job for future, job in sent.items() if future not in finished]
                yield from (future.result() for future in finished)
                sent.clear()
                self._end()
                if len(lost) == 1 and lost[0].student in lost_before:
                    yield work.nothing(lost[0], KILLED)
                else:
                    again.extend(lost)
                    lost_before |= {job.student for job in lost}

    def close(self) -> None:
        """End the workers."""
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> ProcessPoolExecutor:
        prepare = (_prepare, (self._folder, self.warmed))
        workers = ProcessPoolExecutor(self.count, forks.context(forks.GRADING), *prepare)
        with suppress(BrokenProcessPool):  # which shows when they are given something
            for _ in range(self.count):  # each is started for something to do
                workers.submit(_ready)
        return workers

    def _send(self, agreed: Terms, job: Job, sent: dict[Future[Made], Job]) -> None:
        if self._executor is None:
            self._executor = self._begin()
        try:
            sent[self._executor.submit(work.grade, agreed, job)] = job
        except BrokenProcessPool as error:  # it broke just now: as if it had been sent
            broken: Future[Made] = Future()
            broken.set_exception(error)
            sent[broken] = job

    def _end(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None


def _prepare(folder: str, warmed: bool) -> None:
    """Make a process a worker; Ctrl-C is for the one that leads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_leader, daemon=True).start()
    tempfile.tempdir = folder
    if warmed:
        warm.obstacle()


def _ready() -> None:
    """Nothing: what is sent to a worker so that it is there."""


def _end_with_leader() -> None:
    """End this process, and its sandbox with it, when the one that leads ends, however it does."""
    leader = parent_process()
    if leader is not None:
        leader.join()
        shutil.rmtree(str(tempfile.tempdir), ignore_errors=True)
        os._exit(1)
