"""The table of attacks, graded as a class with honest students among them, and what came of it.

Every submission goes through the whole pipeline once: intake, sandbox, verdict, gradebook,
feedback. Whoever grades, root or an ordinary user, and however kernels start, warm or cold, the
same must come of it. Each of these four ways grades a class of its own: the whole table in the way
of this machine and, with ``FFN_ALL_WAYS=1``, in all four; otherwise the attacks on the sandbox
alone in the other three.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import ordinary_user
import pytest
import test_grading as grading

from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel
from ffnlib.checks.hidden import HiddenCases
from hostile import classroom
from hostile.attack import ASSIGNMENT, Attack
from hostile.reading import Watch, exporter, nbgraders_own, opened
from hostile.table import ATTACKS

OBSTACLE = sandbox.obstacle()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(OBSTACLE), reason=f"no sandbox: {OBSTACLE}"),
]
SHORT = """
c.TrustedExecute.timeout = 4
c.TrustedExecute.grace = 0.5
c.TrustedExecute.total = 90
"""
LEFT = "hostile-left"  # how attackers' processes call themselves
WHO = ("root", "user") if not ordinary_user.obstacle() else ("self",)
WAYS = [(who, start) for who in WHO for start in ("warm", "cold")]
ON_THE_SANDBOX = ("escaping", "meeting")


def attacks(way: tuple[str, str]) -> dict[str, Attack]:
    """The part of the table that is tried in a way."""
    if way == WAYS[0] or os.environ.get("FFN_ALL_WAYS"):
        return ATTACKS
    return {name: attack for name, attack in ATTACKS.items() if name.startswith(ON_THE_SANDBOX)}


def named(part: object) -> str:
    return "-".join(part) if isinstance(part, tuple) else str(part)


each_way = pytest.mark.parametrize("way", WAYS, ids=named)
this_way = pytest.mark.parametrize("way", WAYS[:1], ids=named)
each_attack = pytest.mark.parametrize(
    ("way", "student"), [(way, student) for way in WAYS for student in attacks(way)], ids=named
)
each_honest = pytest.mark.parametrize(
    ("way", "student"), [(way, name) for way in WAYS for name in classroom.HONEST], ids=named
)


@dataclass(frozen=True)
class Class:
    """The class after grading."""

    course: Path
    attacks: Mapping[str, Attack]
    before: dict[str, str]
    marks: dict[str, dict[str, list[float]]]
    said: str
    left: list[str]

    def page(self, student: str) -> str:
        folder = self.course / "feedback" / student / ASSIGNMENT
        return (folder / f"{ASSIGNMENT}.html").read_text(encoding="utf-8")


class Page(HTMLParser):
    """Reads a page: what is in it, and its text without the code that the student wrote."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.in_code = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        named = {name: value or "" for name, value in attrs}
        self.elements.append((tag, named))
        self.in_code = self.in_code or (tag == "pre" and named.get("class") == "code")

    def handle_endtag(self, tag):
        self.in_code = self.in_code and tag != "pre"

    def handle_data(self, data):
        if not self.in_code:
            self.text += data


def ffn_grade(who: str, course: Path, away: Path, *command: str) -> str:
    names = {
        **grading.environment(away / "home"),
        "TMPDIR": str(away),
        "CANARY": classroom.CANARIES["environment"],
    }
    program = [sys.executable, "-m", "ffngrade", *command, "--quiet"]
    done = subprocess.run(
        ordinary_user.command(program) if who == "user" else program,
        cwd=course,
        env=names,
        capture_output=True,
        text=True,
        check=False,
    )
    said = f"{done.stdout}\n{done.stderr}"
    assert done.returncode in (0, 3), f"{' '.join(command)}: {done.returncode}\n{said}"
    assert "Traceback" not in said, said
    return said


def processes(word: str) -> list[str]:
    """Processes that have the word in their name or command."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            text = (folder / "cmdline").read_text() + (folder / "comm").read_text()
        except OSError:
            continue
        if word in text and int(folder.name) != os.getpid():
            found.append(text.replace("\0", " "))
    return found


@contextmanager
def a_class(who: str, start: str) -> Iterator[Class]:
    """Have a class graded by somebody, with kernels that start so."""
    tried = attacks((who, start))
    if not kernel.installed():
        kernel.install()
    outside = Path(tempfile.mkdtemp(prefix="ffn-c"))  # where another user may go
    away = Path(tempfile.mkdtemp(prefix="ffn-h"))  # sockets have short names
    try:
        course = grading.copy_course(outside)
        with (course / "nbgrader_config.py").open("a") as config:
            config.write(f"{SHORT}c.TrustedExecute.warm = {start == 'warm'}\n")
        grading.run(course, "-m", "nbgrader", "generate_assignment", ASSIGNMENT)
        classroom.build(course, tried)
        before = classroom.fingerprint(course)
        for path in [*outside.rglob("*"), outside, away] if who == "user" else ():
            os.chown(path, *2 * [ordinary_user.NOBODY], follow_symlinks=False)
        said = ffn_grade(who, course, away, "autograde", ASSIGNMENT)
        left = processes(str(away)) + processes(LEFT)
        ffn_grade(who, course, away, "feedback", ASSIGNMENT)
        said += ffn_grade(who, course, away, "report", ASSIGNMENT)
        marks = json.loads(grading.run(course, "-c", grading.READ_MARKS, ASSIGNMENT))
        yield Class(course, tried, before, marks, said, left)
    finally:
        for folder in (away, outside):
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def classes():
    """Give the class of a way, which is graded when it is first asked for."""
    with ExitStack() as kept:
        yield cache(lambda way: kept.enter_context(a_class(*way)))


@pytest.fixture
def graded(classes, way):
    return classes(way)


def scores(marks: dict[str, list[float]]) -> dict[str, float]:
    return {
        name.removeprefix("test_"): score
        for name, (score, _, _) in marks.items()
        if name.startswith("test_")
    }


def test_there_are_enough_of_them():
    assert len(ATTACKS) >= 80
    assert len({attack.name for attack in ATTACKS.values()}) == len(ATTACKS)


@each_attack
def test_it_earns_what_its_honest_part_earns(graded, student):
    attack = ATTACKS[student]
    assert (student in graded.marks) == (not attack.aside)
    if not attack.aside:
        assert scores(graded.marks[student]) == attack.due, attack.does
        assert sum(max_score for _, max_score, _ in graded.marks[student].values()) == 20
        assert graded.marks[student]["prove"][0] == 0


@each_honest
def test_the_others_keep_their_marks(graded, student):
    assert scores(graded.marks[student]) == classroom.SHARES[classroom.HONEST[student]]


@each_way
def test_nobody_is_missing_or_invented(graded):
    asides = {student for student, attack in graded.attacks.items() if attack.aside}
    assert set(graded.marks) == {*graded.attacks, *classroom.HONEST} - asides
    for student in asides:
        assert student in graded.said


@each_way
def test_nothing_is_changed_and_no_process_is_left(graded):
    after = classroom.fingerprint(graded.course)
    changed = {n for n in graded.before | after if graded.before.get(n) != after.get(n)}
    assert changed == set()
    assert not list(graded.course.rglob("pwned"))
    assert graded.left == []


@each_attack
def test_its_feedback_tells_what_it_may(graded, student):
    attack = ATTACKS[student]
    text = Page(graded.page(student)).text
    for words in attack.shows:
        assert words in text, attack.does
    for words in (
        *attack.hides,
        "GOT",
        str(graded.course),
        sys.prefix,
        *classroom.CANARIES.values(),
    ):
        assert words not in text, attack.does
    hidden = HiddenCases(graded.course / "cases", "first class")
    digits = sorted(number for number in classroom.secret_numbers(hidden) if number in text)
    assert digits == [], attack.does


ACTIVE = {
    "script", "iframe", "frame", "frameset", "object", "embed", "applet", "form", "input", "button",
    "textarea", "select", "link", "base", "svg", "video", "audio", "source", "picture", "template",
    "noscript", "plaintext", "xmp", "portal", "marquee",
}  # fmt: skip
OURS = {"class", "id", "charset", "http-equiv", "content", "name", "lang", "scope"}


@this_way
@pytest.mark.parametrize("student", [*ATTACKS, *classroom.HONEST])
def test_its_feedback_can_do_nothing(graded, student):
    html = graded.page(student)
    page = Page(html)
    kinds = [tag for tag, _ in page.elements]
    assert not ACTIVE & set(kinds)
    for once in ("html", "head", "body", "style", "title"):
        assert kinds.count(once) == 1, once
    assert [named.get("http-equiv") for tag, named in page.elements if tag == "meta"].count(
        "Content-Security-Policy"
    ) == 1
    assert not any(named.get("http-equiv") == "refresh" for _, named in page.elements)
    for tag, named in page.elements:
        for name, value in named.items():
            assert not name.startswith("on"), (tag, name)
            assert name not in {"style", "srcdoc", "srcset", "action", "ping", "background"}
            if name == "href":
                assert value.startswith("#") or urlsplit(value).scheme in {
                    "http",
                    "https",
                    "mailto",
                }
            if name == "src":
                assert (tag, value[:11]) == ("img", "data:image/")
    assert len(html) < 3_000_000


# ---- in a browser

READERS = [student for student in ATTACKS if student.startswith(("showing", "altering"))]


@pytest.fixture
def watch(browser):
    watch = Watch(browser)
    yield watch
    watch.context.close()


@this_way
@pytest.mark.browser
def test_in_a_browser_its_feedback_does_nothing(graded, watch):
    for student in READERS:
        title = watch.show(graded.page(student))
        assert title.startswith(ASSIGNMENT), student
        assert (watch.asked, watch.alarms) == ([], []), student


@this_way
@pytest.mark.browser
def test_in_formgrader_its_script_does_not_run(graded, watch, monkeypatch):
    ours = exporter(graded.course, monkeypatch)
    for student in READERS[::2]:  # the pages are the same; each takes seconds
        if ATTACKS[student].aside:
            continue
        title = watch.show(opened(ours, graded.course, student))
        assert title == ASSIGNMENT, student
        assert (watch.asked, watch.alarms) == ([], []), student
        # formgrader itself works: its scripts are there, and the fields for marks
        assert watch.tab.evaluate("typeof FormGrader") == "function"
        assert watch.tab.locator("input.score").count() == 6
    # and the browser would have run it: nbgrader's own page lets it
    script = next(s for s, attack in ATTACKS.items() if attack.name == "script in text")
    assert watch.show(opened(nbgraders_own(), graded.course, script)) == "ran"
