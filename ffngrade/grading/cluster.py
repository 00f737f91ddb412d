"""Workers of a Dask cluster: what they need is sent along, and nothing of the course's is shared.

Each worker's machine needs this package and bubblewrap, and one thread a process
(``dask worker --nthreads 1``). Where a worker is lost, Dask hands its submissions out again.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from distributed import Client, KilledWorker, as_completed

from ffngrade.core import job as core_job
from ffngrade.core.job import GradeResult, Job, Terms
from ffngrade.grading.pool import GROUP, in_groups

LOST = "every worker that graded it was lost"


class Cluster:
    """A Dask cluster.

    Parameters
    ----------
    address : str
        Of its scheduler, such as ``tcp://host:8786``.
    timeout : float
        Seconds to wait for it.
    """

    def __init__(self, address: str, timeout: float = 20) -> None:
        self._client = Client(address, timeout=timeout, set_as_default=False)

    def run(self, agreed: Terms, jobs: Iterable[Job]) -> Iterator[GradeResult]:
        """Grade submissions; give what came of each, in the order in which they are done.

        As on one machine, hidden cases are asked while nothing runs of which anything may be shown.
        """
        shared = self._client.scatter(agreed, broadcast=True, hash=False)
        workers = max(1, sum(self._client.nthreads().values()))
        for some in in_groups(jobs, GROUP * workers):
            shown: list[tuple[Job, Any]] = []
            for job, found in self._each(some, lambda job: (core_job.show, shared, job)):
                if found.status == "error":
                    yield _outcome(found, job)
                else:
                    shown.append((job, found))  # it stays on the worker that made it
            for (job, _), found in self._each(shown, lambda one: (core_job.grade, shared, *one)):
                yield _outcome(found, job)

    def _each(
        self, jobs: list[Any], call: Callable[[Any], tuple[Any, ...]]
    ) -> Iterator[tuple[Any, Any]]:
        """Do jobs; give each with its future, when it is done; what went wrong is done twice."""
        sent = {self._client.submit(*call(job), pure=False): job for job in jobs}
        again: set[Any] = set()
        running = as_completed(list(sent), loop=self._client.loop)
        for future in running:
            job = sent.pop(future)
            if future not in again and _went_wrong(future):
                second = self._client.submit(*call(job), pure=False)
                sent[second] = job
                again.add(second)
                running.add(second)
            else:
                yield job, future

    def close(self) -> None:
        """Leave the cluster as it is."""
        self._client.close()


def _went_wrong(future: Any) -> bool:
    if future.status == "error":
        return True
    made = future.result()
    return isinstance(made, GradeResult) and bool(made.why)


def _outcome(future: Any, job: Job) -> GradeResult:
    try:
        made: GradeResult = future.result()
    except KilledWorker:
        return core_job.not_graded(job, LOST)
    except Exception as error:  # what came could not be sent, say: it is this student's alone
        return core_job.not_graded(job, f"{type(error).__name__}: {error}")
    return made
