"""Workers of a Dask cluster: what they need is sent along, and nothing of the course's is shared.

Each worker's machine needs this package and bubblewrap, and one thread a process
(``dask worker --nthreads 1``). Where a worker is lost, Dask hands its submissions out again.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from distributed import Client, KilledWorker, as_completed

from ffngrade.core import job as work
from ffngrade.core.fence import AHEAD
from ffngrade.core.job import Job, Made, Terms

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

    def run(self, agreed: Terms, jobs: Iterable[Job]) -> Iterator[Made]:
        """Grade submissions; give what came of each, in the order in which they are done."""
        source = iter(jobs)
        shared = self._client.scatter(agreed, broadcast=True, hash=False)
        sent: dict[Any, Job] = {}
        running = as_completed(loop=self._client.loop)

        again: set[tuple[str, str]] = set()  # tried a second time

        def send(job: Job | None) -> None:
            if job is not None:
                future = self._client.submit(work.grade, shared, job, pure=False)
                sent[future] = job
                running.add(future)

        for _ in range(max(1, AHEAD * sum(self._client.nthreads().values()))):
            send(next(source, None))
        for future in running:
            job = sent.pop(future)
            made = _outcome(future, job)
            future.release()
            if made.why and job.key not in again:
                again.add(job.key)
                send(job)
                continue
            yield made
            send(next(source, None))

    def close(self) -> None:
        """Leave the cluster as it is."""
        self._client.close()


def _outcome(future: Any, job: Job) -> Made:
    try:
        made: Made = future.result()
    except KilledWorker:
        return work.nothing(job, LOST)
    except Exception as error:  # what came could not be sent, say: it is this student's alone
        return work.nothing(job, f"{type(error).__name__}: {error}")
    return made
