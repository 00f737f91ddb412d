"""Workers on one machine: processes that grade, each submission in a fence of its own."""

import os
import pickle
import shutil
import signal
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from itertools import islice
from multiprocessing import parent_process
from threading import Thread
from typing import Protocol

from ffngrade.core import job as core_job
from ffngrade.core.fence import Fence, Lost
from ffngrade.core.job import GradeResult, Job, Terms
from ffngrade.sandbox import forkserver, prefork

GROUP = 32
"""Submissions for each worker of which first all is run that may be shown."""


class Pool(Protocol):
    """Whoever grades: processes of this machine, or a cluster."""

    def run(self, agreed: Terms, jobs: Iterable[Job]) -> Iterator[GradeResult]:
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
        self.count, self.warmed = count, warmed
        self._folder = tempfile.mkdtemp(prefix="ffn-grade-")
        self.fence = Fence(count, self._begin)

    def run(self, agreed: Terms, jobs: Iterable[Job]) -> Iterator[GradeResult]:
        """Grade submissions; give what came of each, in the order in which they are done.

        Hidden cases are asked while nothing runs of which anything may be shown: so what could hear
        them has nobody to tell.
        """
        for some in in_groups(jobs, GROUP * self.count):
            shown: list[tuple[Job, str]] = []
            for job, file in self.fence.each(partial(_show, agreed), some):
                if isinstance(file, Lost):
                    yield core_job.not_graded(job, file.why)
                else:
                    shown.append((job, file))
            judge = partial(_judge, agreed)
            for (job, _), made in self.fence.each(judge, shown, lambda made: bool(made.why)):
                yield core_job.not_graded(job, made.why) if isinstance(made, Lost) else made
            for _, file in shown:
                os.remove(file)

    def close(self) -> None:
        """End the workers."""
        self.fence.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> ProcessPoolExecutor:
        prepare = (_prepare, (self._folder, self.warmed))
        workers = ProcessPoolExecutor(self.count, forkserver.context(forkserver.GRADING), *prepare)
        with suppress(BrokenProcessPool):  # which shows when they are given something
            for _ in range(self.count):  # each is started for something to do
                workers.submit(_ready)
        return workers


def in_groups(jobs: Iterable[Job], size: int) -> Iterator[list[Job]]:
    """Jobs, so many at a time."""
    source = iter(jobs)
    while some := list(islice(source, size)):
        yield some


def _show(agreed: Terms, job: Job) -> str:
    """Run what may be shown of a submission; give the file in which it is."""
    number, name = tempfile.mkstemp(suffix=".shown")
    with open(number, "wb") as file:
        pickle.dump(core_job.show(agreed, job), file)  # read by processes of this run alone
    return name


def _judge(agreed: Terms, given: tuple[Job, str]) -> GradeResult:
    job, name = given
    with open(name, "rb") as file:
        return core_job.grade(agreed, job, pickle.load(file))


def _prepare(folder: str, warmed: bool) -> None:
    """Make a process a worker; Ctrl-C is for the one that leads."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_leader, daemon=True).start()
    tempfile.tempdir = folder
    if warmed:
        prefork.obstacle()


def _ready() -> None:
    """Nothing: what is sent to a worker so that it is there."""


def _end_with_leader() -> None:
    """End this process, and its sandbox with it, when the one that leads ends, however it does."""
    leader = parent_process()
    if leader is not None:
        leader.join()
        shutil.rmtree(str(tempfile.tempdir), ignore_errors=True)
        os._exit(1)
