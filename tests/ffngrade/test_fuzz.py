"""Whatever submissions are, say and send: no run ends, and nobody else pays for it."""

import json
import os
import shutil

import handed_out
import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ffngrade.core import job as core_job
from ffngrade.core.course import Course
from ffngrade.core.exchange import TIMESTAMP
from ffngrade.gradebook.journal import Journal
from ffngrade.gradebook.writer import Writer
from ffngrade.grading import assignment as grading
from ffngrade.grading import execute
from ffngrade.reports import feedback, grades, report
from ffngrade.reports.formgrade import Harmless
from ffngrade.sandbox.session import Outputs, Ran, bounded

NAME = "neurons"
SOLVED = json.dumps(handed_out.solved(NAME)).encode()
STATES = {"graded", "rejected", "failed", "absent"}

odd = st.text(max_size=20) | st.sampled_from(["\ud800", "\x00", "\x1b[2J", "<script>", "$x$", "=1"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(odd, inner, max_size=4),
    max_leaves=10,
)
kinds = st.sampled_from(
    ["stream", "display_data", "execute_result", "error", "status", "comm_open"]
)
parts = st.sampled_from(
    ["name", "text", "data", "metadata", "ename", "evalue", "traceback", "execution_count"]
)
mimes = st.sampled_from(["text/plain", "text/html", "text/markdown", "image/png", "text/latex"])
contents = st.dictionaries(parts, values | st.dictionaries(mimes, values), max_size=5) | st.builds(
    lambda name, text: {"name": name, "text": text}, st.sampled_from(["stdout", "stderr"]), odd
)
messages = st.builds(
    lambda kind, content: {"header": {"msg_type": kind}, "content": content}, kinds, contents
)
cells = st.dictionaries(
    st.sampled_from(["cell_type", "source", "metadata", "outputs", "id", "attachments"]),
    values | st.sampled_from(["code", "markdown", "raw"]),
)
answered = st.one_of(st.text(max_size=50), values.map(json.dumps))
names = st.one_of(
    st.text(min_size=1, max_size=20).map(lambda text: text.encode(errors="surrogatepass")),
    st.binary(min_size=1, max_size=20),
    st.sampled_from([b"o'brien", b"a,b", b"=1+1", b"caf\xe9", b"zoe\xcc\x81", b"-rf", b"\xff"]),
).filter(lambda name: not set(name) & {0, ord("/")} and name not in (b".", b"..", b"honest"))


@st.composite
def notebooks(draw) -> bytes:
    """Bytes, JSON, or an honest notebook with cells and keys that are not."""
    kind = draw(st.sampled_from(["bytes", "json", "changed"]))
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "json":
        return json.dumps(draw(values)).encode()
    notebook = json.loads(SOLVED)
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(notebook["cells"]) - 1))
        if draw(st.booleans()):
            notebook["cells"].insert(place, draw(cells))
        else:
            notebook["cells"][place].update(draw(cells))
    return json.dumps(notebook).encode()


class Session:
    """A kernel that sends what was drawn, whatever it is asked."""

    is_warm = True
    draw: st.DataObject

    def __init__(self, *_settings):
        pass

    def run(self, _source, _seconds, most, cases, _question):
        outputs = Outputs(most)
        for message in self.draw.draw(st.lists(messages, max_size=3)):
            outputs.add(message)
        ended = self.draw.draw(st.sampled_from(["done", "late", "spent"]))
        answers = self.draw.draw(st.lists(answered, max_size=len(cases)))
        return Ran(outputs.found, ended, tuple(answers))

    def close(self):
        pass


class Inline:
    """A pool without processes."""

    def run(self, agreed, jobs):
        for job in jobs:
            yield core_job.grade(agreed, job)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    course = handed_out.make_course(tmp_path_factory.mktemp("course"), NAME)
    shutil.copy(course.folder / "gradebook.db", course.folder / "gradebook.empty")
    return course.folder


def emptied(folder) -> Course:
    for name in ("submitted", "autograded", "feedback", ".ffn-grade"):
        shutil.rmtree(folder / name, ignore_errors=True)
    shutil.copy(folder / "gradebook.empty", folder / "gradebook.db")
    return Course(folder)


def hand_in(course, name: bytes, notebook: bytes, timestamp: bytes) -> None:
    folder = os.path.join(os.fsencode(course.folder), b"submitted", name, NAME.encode())
    os.makedirs(folder, exist_ok=True)
    for file, data in ((f"{NAME}.ipynb", notebook), (TIMESTAMP, timestamp)):
        with open(os.path.join(folder, file.encode()), "wb") as opened:
            opened.write(data)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_run_ends(made, data):
    course = emptied(made)
    hand_in(course, b"honest", SOLVED, b"2026-03-01 10:00:00 UTC")
    for name in data.draw(st.lists(names, max_size=3, unique=True)):
        hand_in(course, name, data.draw(notebooks()), data.draw(st.binary(max_size=30)))
    Session.draw = data
    writer = Writer(course)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "Session", Session)
        patch.setattr(execute.TrustedExecute, "kernel_to_use", lambda _self: "none")
        entries = {e.student: e for e in grading.autograde(course, NAME, Inline(), writer)}
    writer.settle(NAME)
    writer.close()
    assert {entry.state for entry in entries.values()} <= STATES
    assert entries["honest"].state == "graded"
    assert set(course.students(NAME)) == set(entries)
    with Journal.of(course) as record:
        for entry in record.entries(NAME):
            if entry.state == "graded":
                path = feedback.write(course, NAME, entry.student)
                assert path.read_text("utf-8").endswith("</html>")
                graded = course.autograded(entry.student, NAME) / f"{NAME}.ipynb"
                Harmless().preprocess(nbformat.read(graded, 4), {})
            elif entry.findings.rejection is not None:
                report.write_rejection(course, NAME, entry)
        assert report.write(course, NAME, record).read_text("utf-8").endswith("</html>")
        assert report.table(report.rows(course, NAME, record)).encode()
        lines = grades.table(course, record).encode().decode().splitlines()
        assert len(lines) == 1 + len(entries)


@settings(max_examples=200)
@given(st.lists(st.binary(max_size=200), max_size=20))
def test_any_parts_of_a_message_are_counted(found):
    assert bounded(found) == (len(found) <= 16)


@settings(max_examples=200)
@given(st.lists(messages, max_size=5), st.integers(0, 100))
def test_of_any_message_an_output_comes_that_a_file_can_hold(found, most):
    outputs = Outputs(most)
    for message in found:
        outputs.add(message)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=outputs.found)])
    nbformat.validate(notebook)
    assert nbformat.writes(notebook).encode()
    assert sum(len(str(output)) for output in outputs.found) < 40 * (most + 300)
