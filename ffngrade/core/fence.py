"""A fence round each of many jobs, which are done by worker processes of this machine.

A job that raises, or whose process ends, costs nobody else anything: when all others are done it is
tried a second time while nothing else is, and then given up with a sentence. An end among others
may have been another job's, so who ends alone too has one more try.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple, TypeVar

AHEAD = 2
"""Jobs that are on their way for each worker."""
KILLED = "its process was ended twice"

Job = TypeVar("Job")
Result = TypeVar("Result")


class Lost(NamedTuple):
    """What comes of a job that was given up."""

    why: str


class Fence:
    """Workers for jobs, started again whenever one of them ends.

    Parameters
    ----------
    count : int
        How many; each does one job at a time.
    begin : callable
        Starts them.
    """

    def __init__(self, count: int, begin: Callable[[], ProcessPoolExecutor]) -> None:
        if count < 1:
            raise ValueError(f"count must be at least 1, got {count}")
        self.count = count
        self._begin = begin
        self.executor: ProcessPoolExecutor | None = begin()

    def each(
        self,
        do: Callable[[Job], Result],
        jobs: Iterable[Job],
        doubtful: Callable[[Result], bool] = lambda _: False,
    ) -> Iterator[tuple[Job, Result | Lost]]:
        """Do jobs; give each with what came of it, in the order in which they are done.

        Parameters
        ----------
        do : callable
        jobs : iterable
        doubtful : callable
            Whether something that came of a job is worth a second try.
        """
        again: list[tuple[Job, bool]] = []
        for job, result in self._side_by_side(do, iter(jobs)):
            if isinstance(result, Lost) or doubtful(result):
                again.append((job, result == Lost(KILLED)))
            else:
                yield job, result
        for job, ended in again:
            ((_, result),) = self._side_by_side(do, iter([job]))
            if ended and result == Lost(KILLED):  # the first end may have been that of another job
                ((_, result),) = self._side_by_side(do, iter([job]))
            yield job, result

    def close(self) -> None:
        """End the workers."""
        if self.executor is not None:
            self.executor.shutdown(wait=True, cancel_futures=True)
            self.executor = None

    def _side_by_side(
        self, do: Callable[[Job], Result], source: Iterator[Job]
    ) -> Iterator[tuple[Job, Result | Lost]]:
        sent: dict[Future[Result], Job] = {}
        while True:
            while len(sent) < AHEAD * self.count and (job := next(source, None)) is not None:
                sent[self._send(do, job)] = job
            if not sent:
                return
            done = wait(sent, return_when=FIRST_COMPLETED).done
            if any(isinstance(future.exception(), BrokenProcessPool) for future in done):
                done |= wait(sent).done  # they are all broken, or were done just before
                self.close()
            for future in done:
                outcome = _outcome(future)
                yield sent.pop(future), outcome

    def _send(self, do: Callable[[Job], Result], job: Job) -> Future[Result]:
        if self.executor is None:
            self.executor = self._begin()
        try:
            return self.executor.submit(do, job)
        except BrokenProcessPool as error:  # it broke just now: as if the job had been sent
            broken: Future[Result] = Future()
            broken.set_exception(error)
            return broken


def _outcome(future: Future[Result]) -> Result | Lost:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, BrokenProcessPool):
        return Lost(KILLED)
    return Lost(f"{type(error).__name__}: {error}")
