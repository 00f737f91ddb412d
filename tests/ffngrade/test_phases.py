"""Hidden cases are asked while nothing runs of which anything may be shown."""

import os

import pytest

from ffngrade.core import job as core_job
from ffngrade.core.job import GradeResult, Job, Terms
from ffngrade.grading import pool as pools
from ffngrade.grading.pool import Processes, in_groups


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (7, [3, 3, 1]), (6, [3, 3])])
def test_groups(count, sizes):
    assert [len(some) for some in in_groups(iter(range(count)), 3)] == sizes


def log(agreed, job, what):
    with open(agreed.cases["log"], "a") as file:
        file.write(f"{what} {job.student}\n")


def show(agreed, job):
    log(agreed, job, "shows")
    if job.student == "s2":
        os._exit(9)
    log(agreed, job, "shown")
    return {"of": job.student}


def grade(agreed, job, shown):
    assert shown == {"of": job.student}
    log(agreed, job, "judged")
    return GradeResult(job.student, {}, {}, {}, "", job.attempt)


def test_all_of_a_group_is_shown_before_any_of_it_is_judged(tmp_path, monkeypatch):
    monkeypatch.setattr(pools, "GROUP", 2)
    monkeypatch.setattr(pools, "_show", _show)
    monkeypatch.setattr(pools, "_judge", _judge)
    pool = Processes(2)
    agreed = Terms("x", {}, {"log": str(tmp_path / "log")})
    try:
        made = list(pool.run(agreed, [Job(f"s{i}", {}) for i in range(9)]))
    finally:
        pool.close()
    assert sorted(one.student for one in made) == [f"s{i}" for i in range(9)]
    assert [one.student for one in made if one.why] == ["s2"]
    lines = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    alive: set[str] = set()
    for what, student in lines:
        if what == "shows" and student != "s2":
            alive.add(student)
        elif what == "shown":
            alive.discard(student)
        elif what == "judged":
            assert not alive
    for start in range(0, 9, 4):
        group = {f"s{i}" for i in range(start, start + 4)}
        places = [(i, what) for i, (what, student) in enumerate(lines) if student in group]
        assert max(i for i, what in places if what != "judged") < min(
            i for i, what in places if what == "judged"
        )


def _show(agreed, job):
    core_job.show = show
    return pools_show(agreed, job)


def _judge(agreed, given):
    core_job.grade = grade
    return pools_judge(agreed, given)


pools_show, pools_judge = pools._show, pools._judge
