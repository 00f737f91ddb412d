"""A fence round each job: what raises or ends its process costs nobody else anything."""

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from ffngrade.core.fence import KILLED, Fence, Lost

CONTEXT = multiprocessing.get_context("forkserver" if os.name == "posix" else "spawn")


def begin():
    return ProcessPoolExecutor(2, CONTEXT)


def do(folder, job):
    """Note that it was begun, and do what its name says."""
    kind, number = job
    with open(folder / f"{kind}{number}", "a") as file:
        file.write(".")
    if kind == "ends":
        os._exit(9)
    if kind == "raises":
        raise ValueError("no \ud800")
    if kind == "unsendable":
        return lambda: None
    if kind == "once" and len((folder / f"once{number}").read_text()) == 1:
        os._exit(9)
    time.sleep(0.01)
    return number


@pytest.fixture
def fence():
    made = Fence(2, begin)
    yield made
    made.close()


def test_each_costs_only_itself(fence, tmp_path):
    kinds = ["fine", "ends", "fine", "raises", "once", "fine", "unsendable", "ends", "fine"]
    jobs = [(kind, number) for number, kind in enumerate(kinds)]
    found = dict(fence.each(partial(do, tmp_path), jobs))
    assert set(found) == set(jobs)
    for job, result in found.items():
        kind, number = job
        if kind in ("fine", "once"):
            assert result == number
        else:
            assert isinstance(result, Lost), job
            assert KILLED in result.why if kind == "ends" else result.why
    assert dict(fence.each(partial(do, tmp_path), [("fine", 99)])) == {("fine", 99): 99}


def test_what_raises_has_a_second_try(fence, tmp_path):
    jobs = [("raises", 1), ("unsendable", 2), ("fine", 3)]
    found = dict(fence.each(partial(do, tmp_path), jobs))
    assert found["raises", 1].why == "ValueError: no \ud800"
    assert found["fine", 3] == 3
    tries = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert tries == {"raises1": "..", "unsendable2": "..", "fine3": "."}


def test_what_is_doubtful_is_tried_again(fence, tmp_path):
    jobs = [("fine", 1), ("fine", 2)]
    found = dict(fence.each(partial(do, tmp_path), jobs, lambda number: number == 1))
    assert found == {("fine", 1): 1, ("fine", 2): 2}
    assert (tmp_path / "fine1").read_text() == ".."
    assert (tmp_path / "fine2").read_text() == "."


def test_a_fence_has_workers():
    with pytest.raises(ValueError, match="at least 1, got 0"):
        Fence(0, begin)
