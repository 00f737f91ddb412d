"""Plain ``nbgrader autograde``: one broken notebook does not stop the class there either."""

import json
import logging
import shutil

import handed_out
import pytest
from handed_out import cell_of
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from ffngrade.sandbox import bubblewrap as sandbox

SOFTMAX = "softmax"
WORTH = 20.0
pytestmark = [  # nbgrader's own, and nbformat's about what is repaired here
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore:Non-unique cell id"),
]


def copied(nb):
    nb.cells.insert(2, json.loads(json.dumps(cell_of(nb, "test_softmax"))))


def emptied(nb):
    cell_of(nb, "test_softmax").metadata.nbgrader = {}


def new_schema(nb):
    for cell in nb.cells:
        cell.metadata.get("nbgrader", {}).update(schema_version=9)


def stripped(nb):
    for cell in nb.cells:
        cell.metadata = {}


def tampered(nb):
    cell_of(nb, "test_softmax").source = "1"
    cell_of(nb, "test_softmax").metadata.tags = ["skip-execution"]


def another(nb):
    nb.cells = handed_out.solved("lora").cells


CLASS = {
    "copied": copied, "emptied": emptied, "new_schema": new_schema, "stripped": stripped,
    "tampered": tampered, "another": another, "honest": lambda _nb: None,
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return handed_out.make_course(tmp_path_factory.mktemp("course"), SOFTMAX)


@pytest.fixture
def course(made):
    for name in ("submitted", "autograded"):
        shutil.rmtree(made.folder / name, ignore_errors=True)
    return made


def hand_in(course, student: str, nb: object) -> None:
    folder = course.submitted(student, SOFTMAX)
    folder.mkdir(parents=True)
    (folder / "softmax.ipynb").write_text(json.dumps(nb))


def autograde(course, log: logging.Logger, **settings) -> None:
    course.directory.assignment_id = SOFTMAX
    config = course.config.copy()
    config.TrustedExecute.update(settings)
    Autograde(coursedir=course.directory, config=config, log=log).start()


def scores(course) -> dict[str, float]:
    with course.gradebook() as book:
        return {s.student_id: s.score for s in book.assignment_submissions(SOFTMAX)}


def test_the_class_is_graded_and_tampering_stands_alone_in_the_log(course, monkeypatch, caplog):
    for name, damage in CLASS.items():
        nb = handed_out.solved(SOFTMAX)
        damage(nb)
        hand_in(course, name, nb)
    hand_in(course, "broken", "no notebook")
    ran = []

    def execute(_self, nb, resources):  # what the sandbox does is tested elsewhere
        ran.append(nb)
        return nb, resources

    monkeypatch.setattr("ffngrade.grading.execute.TrustedExecute.preprocess", execute)
    log = logging.getLogger("autograding")
    with caplog.at_level(logging.WARNING, "autograding"), pytest.raises(NbGraderException):
        autograde(course, log)  # it says that some could not be graded, at the end
    assert len(ran) == len(CLASS) - 1
    graded = {name: WORTH for name in CLASS if name != "another"}
    assert {name: score for name, score in scores(course).items() if score} == graded
    warned = [r.getMessage() for r in caplog.records if r.levelno == logging.WARNING]
    told = [line for line in warned if "Removing failed" not in line]
    assert told == [
        "tampered, suspicious: the tag skip-execution stood on the cell `test_softmax`",
        "tampered, suspicious: the text of `test_softmax` was changed: the original is used, and "
        "what stood there is run before it",
    ]
    errors = [r.getMessage() for r in caplog.records if r.levelno == logging.ERROR]
    assert any("another is set aside: no cell of it belongs to softmax, but of lora" in e
               for e in errors)  # fmt: skip


def test_marks_in_proportion_are_a_setting(course):
    nb = handed_out.solved(SOFTMAX)
    cell_of(nb, "softmax").source = (  # right along the last axis only
        "def softmax(z, axis=-1):\n"
        "    e = np.exp(z - np.max(z, axis=-1, keepdims=True))\n"
        "    return e / np.sum(e, axis=-1, keepdims=True)\n"
    )
    hand_in(course, "ann", nb)
    log = logging.getLogger("autograding")
    settings = {"unsafe": bool(sandbox.obstacle())}
    autograde(course, log, **settings)
    assert scores(course)["ann"] == WORTH - 2
    shutil.rmtree(course.folder / "autograded")
    autograde(course, log, partial_credit=True, **settings)
    assert WORTH - 2 < scores(course)["ann"] < WORTH
    graded = (course.autograded("ann", SOFTMAX) / "softmax.ipynb").read_text()
    assert " cases are right, which earns " in graded
