"""Cells of the page, run here in CPython: the same code runs in Pyodide."""

import builtins
import json
from typing import Any

import pytest

from ffnlib._page import Session, complete, describe
from ffnlib._page.session import BACKEND, MOST_TEXT

Output = dict[str, Any]


class Ran:
    """A session, and what left it."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.session = Session(lambda sent: self.outputs.append(json.loads(sent)), self.names)

    def __call__(self, code: str, cell: str = "cell 1") -> list[Output]:
        self.outputs.clear()
        self.last = json.loads(self.session.run(code, cell))
        return list(self.outputs)

    def text(self, code: str) -> str:
        return "".join(o["text"] for o in self(code) if o["output"] == "stream")

    def shown(self, code: str) -> Output:
        data: Output = next(o["data"] for o in self(code) if o["output"] == "display")
        return data

    def error(self, code: str) -> Output:
        error = next(o for o in self(code) if o["output"] == "error")
        assert not self.last["ok"]
        return error


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Ran:
    monkeypatch.setenv("MPLBACKEND", BACKEND)  # and afterwards as it was
    return Ran()


def test_what_is_printed_and_the_last_value_leave_in_their_order(run: Ran) -> None:
    outputs = run("print('a')\ndisplay(1)\nprint('b')\n2 + 1")
    said = [o.get("text") or o["data"]["text/plain"] for o in outputs]
    assert "".join(said).replace("\n", "") == "a1b3"
    assert run.last["ok"]
    assert run.last["seconds"] >= 0


def test_nothing_is_shown_of_none_of_a_statement_and_after_a_semicolon(run: Ran) -> None:
    assert run("None") == []
    assert run("x = 3") == []
    assert run("x;") == []
    assert run("'ü — 3'  ;  # quiet") == []
    assert run("# only this") == []
    assert run("") == []
    assert run.shown("x")["text/plain"] == "3"


def test_of_a_quiet_run_only_an_error_leaves(run: Ran) -> None:
    run.session.run("x = 3\nprint(x)\ndisplay(x)\nx", "cell 1", quiet=True)
    assert run.outputs == []
    run.session.run("x / 0", "cell 2", quiet=True)
    assert [o["output"] for o in run.outputs] == ["error"]
    assert run.shown("x")["text/plain"] == "3"


def test_names_stay_until_the_session_is_reset(run: Ran) -> None:
    run("def f():\n    return y\ny = 5")
    assert run.shown("f()")["text/plain"] == "5"
    run.session.reset()
    assert run.error("f")["type"] == "NameError"


def test_warnings_are_told_apart_from_what_is_printed(run: Ran) -> None:
    with pytest.warns(UserWarning, match="careful"):
        run("import warnings\nwarnings.warn('careful')")
    outputs = run("import sys\nprint('x')\nprint('y', file=sys.stderr)\nprint('z')")
    assert [o["name"] for o in outputs if o["text"].strip()] == ["stdout", "stderr", "stdout"]


def test_an_error_names_the_readers_line_and_the_librarys_frames(run: Ran) -> None:
    code = "import numpy as np\nfrom ffnlib.nn import Linear\n\n\n"
    code += "layer = Linear(3, 2, rng=np.random.default_rng(0))\nlayer.forward(np.ones((4, 5)))\n"
    error = run.error(code)
    assert error["line"] == 6
    first, *others = error["frames"]
    assert first["own"]
    assert first["where"] == "this cell"
    assert [6, "layer.forward(np.ones((4, 5)))"] in first["source"]
    assert others
    assert all(o["where"].startswith("ffnlib/nn/") and not o["own"] for o in others)
    assert "(4, 5)" in error["message"] or "5" in error["message"]


def test_an_error_in_an_earlier_cells_function_names_that_cell(run: Ran) -> None:
    run("def f(x):\n    return 1 / x", "cell 4")
    error = run.error("f(0)")
    assert [f["where"] for f in error["frames"]] == ["this cell", "cell 4"]
    assert error["line"] == 1
    assert [f["line"] for f in error["frames"]] == [1, 2]


def test_a_cause_is_told_and_a_syntax_error_has_its_line(run: Ran) -> None:
    code = "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('b') from e"
    error = run.error(code)
    assert (error["type"], error["cause"]["type"]) == ("ValueError", "KeyError")
    error = run.error("x = 1\nif x\n    pass")
    assert (error["type"], error["line"]) == ("SyntaxError", 2)
    assert "Jupyter" in run.error("x = 1\n%timeit x")["hint"]


def test_recursion_is_told_in_few_frames(run: Ran) -> None:
    error = run.error("def f(n):\n    return f(n + 1)\nf(0)")
    assert error["type"] == "RecursionError"
    assert len(error["frames"]) == 7
    assert error["frames"][3]["skipped"] > 100


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import numpy as np\nnp.ones(10**15)", "smaller array"),
        ("import numpy as np\n[0] * 10**17", "smaller array"),
    ],
)
def test_memory_that_is_not_there_is_an_error_with_advice(run: Ran, code: str, said: str) -> None:
    error = run.error(code)
    assert error["type"] in {"MemoryError", "_ArrayMemoryError"}
    assert said in error["hint"]


def test_input_and_exit_are_answered_with_a_sentence(run: Ran) -> None:
    before = builtins.input, getattr(builtins, "exit", None)
    assert "write the value into the cell" in run.error("input('name? ')")["message"]
    run("x = 1")
    assert "ends the cell, not Python" in run.text("exit()\nx = 2")
    assert "ends the cell" in run.text("raise SystemExit(3)")
    assert run.names["x"] == 1
    assert (builtins.input, getattr(builtins, "exit", None)) == before


def test_endless_text_is_cut_and_told_and_leaves_in_few_messages(run: Ran) -> None:
    outputs = run("for i in range(100_000):\n    print(i)")
    text = "".join(o["text"] for o in outputs)
    assert text.startswith("0\n1\n2\n")
    assert MOST_TEXT <= len(text) <= MOST_TEXT + 100
    assert "more characters were printed and are not shown" in outputs[-1]["text"]
    assert len(outputs) < 1000


def test_a_long_value_is_cut(run: Ran) -> None:
    assert "more characters are not shown" in run.shown("'x' * 1_000_000")["text/plain"]


def test_text_that_is_no_unicode_does_not_break_the_page(run: Ran) -> None:
    assert run.text("print('a\\ud800b')") == "a?b\n"
    assert "a?b" in run.error("raise ValueError('a\\ud800b')")["message"]


def test_values_are_shown_as_in_a_notebook(run: Ran) -> None:
    assert run.shown("'a'")["text/plain"] == "'a'"
    assert run.shown("int")["text/plain"] == "int"
    assert run.shown("from ffnlib.nn import Linear\nLinear")["text/plain"].endswith(".Linear")
    assert run.shown("{str(i) * 20: i for i in range(5)}")["text/plain"].count("\n") == 4
    html = "class T:\n    def _repr_html_(self):\n        return '<b>t</b>'\nT()"
    assert run.shown(html)["text/html"] == "<b>t</b>"
    assert "text/html" not in run.shown(html[:-2])  # the class itself
    bad = "class B:\n    def __repr__(self):\n        raise KeyError('no')\nB()"
    assert run.error(bad)["type"] == "KeyError"
    assert run.shown("import numpy as np\nnp.array([1.5, 2])")["text/plain"] == "array([1.5, 2. ])"


def test_an_explorer_is_shown_with_what_its_next_picture_is_asked_by(run: Ran) -> None:
    data = run.shown("from ffnlib.explorers.neurons import neuron\nneuron.show(b=2)")
    assert "<figure" in data["text/html"]
    assert data["application/vnd.ffn.explorer"] == {"name": "neurons.neuron", "library": True}
    own = (
        "from ffnlib.figures import Line, Panel, Scene, Slider, explorer\n"
        "@explorer('Own', [Slider('a', -1, 1, 0.5, 'slope')])\n"
        "def own(a=0.5):\n"
        "    line = Line([0, 1], [0, a])\n"
        "    return Scene((Panel((line,)),), f'The slope is {a}.')\n"
        "own"
    )
    data = run.shown(own)
    assert not data["application/vnd.ffn.explorer"]["library"]
    key = run.names["own"].key
    answer = json.loads(run.session.answer(key, '{"a": 1.0}', "wide"))
    assert answer["text"] == "The slope is 1.0."
    assert "run the cell again" in json.loads(run.session.answer("no", "{}", "wide"))["error"]


def test_matplotlib_figures_are_shown_once_and_closed(run: Ran) -> None:
    assert run.session.draws("import matplotlib.pyplot as plt")
    assert run.session.draws("def f():\n    from ffnlib.figures import plots")
    assert not run.session.draws("import numpy")
    assert not run.session.draws("from ffnlib.figures import Scene\nif")
    run.session.style()
    code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('after');"
    outputs = run(code)
    assert [o["output"] for o in outputs if o.get("text") != "\n"] == ["stream", "display"]
    assert "<svg" in outputs[-1]["data"]["text/html"]
    fig = [o for o in run("fig, ax = plt.subplots()\nfig") if o["output"] == "display"]
    assert len(fig) == 1
    assert run("plt.get_fignums()")[0]["data"]["text/plain"] == "[]"


def add(a: int, b: int = 1) -> int:
    return a + b


def test_a_function_is_called_with_json(run: Ran) -> None:
    assert json.loads(run.session.call(f"{__name__}.add", "[2]")) == {"value": 3}
    assert json.loads(run.session.call(f"{__name__}.add", '{"a": 2, "b": 3}')) == {"value": 5}
    assert json.loads(run.session.call(f"{__name__}.add", '["a"]'))["error"]["type"] == "TypeError"
    assert json.loads(run.session.call("no.such", "[]"))["error"]["type"] == "ModuleNotFoundError"


def names(code: str, **known: Any) -> list[str]:
    found: list[str] = complete(code, len(code), known)["names"]
    return found


def test_completion_offers_names_members_and_modules() -> None:
    assert "weights" in names("print(wei", weights=1)
    assert "print" in names("pri")
    assert "upper" in names("s.up", s="text")
    assert names("s.", s="text")[0] == "capitalize"
    assert "Linear" in names("from ffnlib.nn import Line")
    assert "MLP" in names("from ffnlib.nn import Linear, ML")
    assert "nn" in names("from ffnlib.n")
    assert "numpy" in names("import num")
    assert names("from no.such import a") == []
    assert complete("a.b", 3, {"a": 1})["start"] == 2


def test_description_finds_the_name_or_the_call_around_it() -> None:
    import numpy as np

    found = describe("np.zeros((3, ", 12, {"np": np})
    assert found is not None
    assert found["name"] == "np.zeros"
    found = describe("add(2", 1, {"add": add})
    assert found is not None
    assert found["signature"] == "(a: int, b: int = 1) -> int"
    found = describe("x + 1", 1, {"x": 3})
    assert found is not None
    assert found["signature"] == "int: 3"
    assert describe("unknown", 3, {}) is None
    assert describe("", 0, {}) is None
