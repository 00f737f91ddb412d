"""What the page says of an answer is what the checks say, in a namespace like the notebook's."""

import importlib
import json
import sys
from typing import Any

import bank
import pytest

from ffnlib._page import Session
from ffnlib.checks.guard import restore

BEGIN = "import math\n\nimport numpy as np\n\nfrom ffnlib import checks\n\nchecks.begin('neurons')"
RIGHT = "def compose(A, a, B, b):\n    return B @ A, B @ a + b\n"


class Page:
    """Asks as the page does, and keeps what leaves meanwhile."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, Any]] = []
        self.names: dict[str, Any] = {}
        self.session = Session(lambda text: self.outputs.append(json.loads(text)), self.names)

    def check(
        self, answer: str, *before: tuple[str, str], problem: str = "compose"
    ) -> dict[str, Any]:
        test = bank.text_of(bank.graded_cells("neurons")[f"test_{problem}"])
        given = [[["a cell of the notebook", BEGIN], *before], answer, test]
        self.outputs.clear()
        said = json.loads(self.session.call("ffnlib._page.exercise.check", json.dumps(given)))
        assert "value" in said, said
        value: dict[str, Any] = said["value"]
        return value


@pytest.fixture
def page() -> Page:
    restore()  # another test may have begun an assignment
    return Page()


def test_a_right_answer_passes_and_shows_what_it_prints(page: Page) -> None:
    said = page.check(f"{RIGHT}\nprint('tried')\n1 + 1")
    assert (said["passed"], said["said"]) == (True, "3 visible cases passed\n")
    assert page.outputs[0] == {"output": "stream", "name": "stdout", "text": "tried"}
    assert {"output": "display", "data": {"text/plain": "2"}} in page.outputs
    assert callable(page.names["compose"])  # Tab completes it


def test_the_words_are_those_of_the_checks(page: Page) -> None:
    for answer in bank.answers("neurons"):
        if answer.problem == "compose":
            said = page.check(answer.source)
            if said["passed"]:  # a hidden case is what some of the wrong ones fail
                assert not answer.message or "hidden" in answer.message
            else:
                assert said["said"] == bank.message("compose", bank.defined(answer))
                restore()


def test_an_answer_may_draw(page: Page) -> None:
    importlib.import_module("matplotlib.pyplot")  # from here on each cell looks for open figures
    for loaded in [name for name in sys.modules if name.startswith("ffnlib._page.pictures")]:
        del sys.modules[loaded]
    drawn = "import matplotlib.pyplot as plt\nplt.figure()\nplt.plot([1, 2])"
    said = page.check(f"{RIGHT}\n{drawn};")
    assert (said["passed"], said["stopped"]) == (True, False)
    assert "<img" in str(page.outputs) or "<svg" in str(page.outputs)


def test_answers_before_run_first(page: Page) -> None:
    earlier = ("your answer to compose", RIGHT)
    answer = "def count_parameters(sizes):\n    compose\n    return 1\n"
    assert "case 1 of 3" in page.check(answer, earlier, problem="count_parameters")["said"]
    said = page.check(answer, ("your answer to compose", "1 +"), problem="count_parameters")
    assert said["earlier"] == [["your answer to compose", "SyntaxError: invalid syntax"]]
    assert "NotImplementedError" not in said["said"]


@pytest.mark.parametrize(
    ("answer", "words", "stopped"),
    [
        ("", "compose is not defined", False),
        ("def compose(A, a, B, b:\n    pass", "compose is not defined", True),
        ("exit()", "compose is not defined", False),
        ("import sys\nsys.exit(1)", "compose is not defined", False),
        (f"{RIGHT}\n1 / 0", "3 visible cases passed", True),
        ("def compose(A, a, B, b):\n    return input()", "calls input()", False),
        ("def compose(A, a, B, b):\n    exit()", "stopped with SystemExit", False),
        ("def compose(A, a, B, b):\n    return compose(A, a, B, b)", "RecursionError", False),
        ("def compose(A, a, B, b):\n    import ffnlib.nn", "is disabled", False),
        ("compose = 5", "is not a function", False),
        ("import builtins\nbuiltins.input = 5\n" + RIGHT, "3 visible cases passed", False),
    ],
)
def test_what_goes_wrong_has_words(page: Page, answer: str, words: str, stopped: bool) -> None:
    said = page.check(answer)
    assert words in said["said"]
    assert said["stopped"] is stopped
    assert said["error"] is None


def test_nothing_stays_disabled_and_names_do_not_stay(page: Page) -> None:
    page.check(RIGHT)
    from ffnlib.nn import softmax

    assert "ffnlib.nn" in sys.modules
    assert softmax([0.0, 0.0]).tolist() == [0.5, 0.5]
    assert "not defined" in page.check("A = 1")["said"]  # the function of before is not there


def test_a_test_cell_that_cannot_run_is_no_verdict(page: Page) -> None:
    given = [[], "x = 1", "verify()"]
    said = json.loads(page.session.call("ffnlib._page.exercise.check", json.dumps(given)))["value"]
    assert said["passed"] is False
    assert said["error"]["type"] == "NameError"
