"""Grading outside the student's kernel: what can cross, what a sandbox shows, what tricks earn."""

import json
import os
import struct
import sys
import sysconfig
import warnings
from pathlib import Path
from subprocess import run

import bank
import numpy as np
import pytest
from hostile import meeting
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from nbformat import NotebookNode, from_dict
from traitlets.config import Config

from ffngrade.cli import main as cli
from ffngrade.grading import execute
from ffngrade.grading.execute import TrustedExecute
from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel, seccomp, session
from ffngrade.sandbox.bubblewrap import MIB
from ffnlib.checks.codec import DEEPEST, LARGEST, decode, dumps, encode
from ffnlib.errors import CodecError

# ---- what crosses


def same(a: object, b: object) -> bool:
    if isinstance(a, list | tuple):
        return isinstance(b, list) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray | np.generic):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()  # type: ignore[attr-defined]
    return type(a) is type(b) and (a == b or (a != a and b != b))


numbers = st.integers() | st.floats() | st.booleans() | st.none() | st.text(max_size=20)
tensors = arrays.arrays(
    st.sampled_from(["<f8", "<f4", "<f2", "<i8", "|b1", "<u1"]),
    arrays.array_shapes(min_dims=0, min_side=0),
)


@given(st.recursive(numbers | tensors, lambda inner: st.lists(inner, max_size=4), max_leaves=8))
def test_plain_values_cross_unchanged(value):
    assert same(value, decode(json.loads(dumps(encode(value)))))


def test_of_anything_else_only_the_kind_crosses():
    class Clever:
        def __eq__(self, other):
            return True

        __hash__ = None

    got = decode(json.loads(dumps(encode([Clever(), 1]))))
    assert type(got[0]).__name__ == "Clever"
    assert got[0] != 1
    assert decode(encode(np.array(["a"]))) is not None
    assert decode(encode(np.zeros(3, dtype=object))) == [0, 0, 0]


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        [],
        ["no kind"],
        ["array", "<f8", "AAAA", [10]],
        ["array", "<f8", "", [-1]],
        ["array", "<f8", "", [LARGEST + 1]],
        ["array", "O", "AAAAAAAAAAA=", [1]],
        ["array", "V8", "AAAAAAAAAAA=", [1]],
        ["array", "<f8", "!", [0]],
        ["array", "<f8", "AAAAAAAAAAA=" * 100, [1]],
        ["array", "(2,f8", "", []],
        ["array", "f8,f8", "", []],
        ["array", ["<f8"], "", []],
        ["array", "<f8", "AAAAAAAAAAA=", [True]],
        ["array", "<f8", 7, [1]],
        ["array"],
        ["scalar", "<f8"],
        ["int"],
        ["float"],
        ["bool"],
        ["text"],
        ["other"],
        ["list"],
        [["list"], []],
        ["int", "0x"],
        ["float", "word"],
        ["list", {}],
    ],
)
def test_broken_descriptions_are_refused(said):
    with pytest.raises(CodecError):
        decode(said)


def test_depth_has_an_end():
    said: list = ["none"]
    for _ in range(DEEPEST + 2):
        said = ["list", [said]]
    with pytest.raises(CodecError):
        decode(said)


# ---- the sandbox

OBSTACLE = sandbox.obstacle()
if OBSTACLE:
    warnings.warn(f"nothing of the sandbox is tested: {OBSTACLE}", stacklevel=1)
boxed = pytest.mark.skipif(bool(OBSTACLE), reason=f"no sandbox: {OBSTACLE}")
ROOT = Path(__file__).parents[2]

SEEN = """
import json, os, socket, sys
def fails(do):
    try:
        do()
    except OSError:
        return True
    return False
def address():
    socket.create_connection(("1.1.1.1", 80), 2)
def fork():
    for _ in range(500):
        if os.fork() == 0:
            import time
            time.sleep(2)
            os._exit(0)
def disk():
    with open("big", "wb") as file:
        for _ in range(200):
            file.write(bytes(2**20))
import ffnlib
print(json.dumps({
    "course": sorted(os.listdir(sys.argv[1])),
    "environment": [name for name in os.environ if "SECRET" in name or name.startswith("FFN")],
    "home": os.listdir("/tmp/home"),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")) < 6,
    "root": os.getuid() == 0,
    "written": [not fails(lambda: open(os.path.join(folder, "x"), "w"))
                for folder in ("/usr", os.path.dirname(ffnlib.__file__), sys.prefix, sys.argv[1])],
    "network": not fails(address),
    "disk": not fails(disk),
    "forks": not fails(fork),
}))
"""


@boxed
def test_inside_nothing_is_seen_and_nothing_harmed(monkeypatch):
    monkeypatch.setenv("A_SECRET", "42")
    monkeypatch.setenv("FFN_SECRET", "42")
    done = sandbox.run([sys.executable, "-c", SEEN, str(ROOT)], timeout=600)
    seen = json.loads(done.stdout)
    assert set(seen.pop("course")) <= {"ffnlib", ".venv"}  # a Python inside this folder is shown
    assert seen == {
        "environment": [],
        "home": [],
        "processes": True,
        "root": False,
        "written": [False, False, False, False],
        "network": False,
        "disk": False,
        "forks": False,
    }


@boxed
def test_what_is_hidden_is_not_in_what_is_shown(monkeypatch, tmp_path):
    exchange, solved = tmp_path / "shared" / "exchange", tmp_path / "shared" / "course" / "source"
    for folder in (exchange, solved):
        folder.mkdir(parents=True)
        (folder / "secret").write_text("secret")
    config = Config()
    config.Exchange.root, config.CourseDirectory.root = str(exchange), str(solved.parent)
    monkeypatch.setenv(sandbox.HIDDEN, "")
    look = "import os, sys; print([name for _, *names in os.walk(sys.argv[1]) for name in names])"
    seen = []
    for _ in range(2):
        command = sandbox.command(
            [sys.executable, "-c", look, str(tmp_path)], readable=[tmp_path / "shared"]
        )
        seen.append(run(command, capture_output=True, text=True, check=True).stdout)
        sandbox.hide(*execute.roots(config))
    assert "secret" in seen[0]
    assert "secret" not in seen[1]


def test_the_exchange_is_where_nbgrader_has_it():
    course, exchange = execute.roots(Config())
    assert course == os.getcwd()
    assert exchange == "/usr/local/share/nbgrader/exchange"


SYSTEMS_OWN = '''
import sys
from ffngrade.sandbox import bubblewrap as sandbox
look = """
import ctypes, os, sqlite3, sys
print(os.listdir('/usr'), [os.path.exists(f) for f in ('/usr/local/share', '/usr/src', '/srv')])
"""
done = sandbox.run([sys.executable, "-c", look], timeout=60)
print(done.stdout, done.stderr)
'''


@boxed
def test_of_the_systems_python_only_what_it_needs_is_shown():
    python, packages = "/usr/bin/python3", sysconfig.get_path("purelib")
    same = f"import sys; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    if not Path(python).exists() or run([python, "-c", same], check=False).returncode:
        pytest.skip("the system has no Python of this version")
    known = {**os.environ, "PYTHONPATH": f"{ROOT}:{packages}"}
    done = run([python, "-c", SYSTEMS_OWN], env=known, capture_output=True, text=True, check=True)
    assert "'lib'" in done.stdout
    assert "[False, False, False]" in done.stdout


FILTER = """
import sqlite3
from multiprocessing import Pool, Queue
with Pool(2) as pool:
    print(sum(pool.map(abs, range(-50, 0))))
queue = Queue()
queue.put("through a queue")
print(queue.get(timeout=20))
print(sqlite3.connect(":memory:").execute("select 1 + 1").fetchone())
"""


@pytest.fixture(scope="module")
def installed():
    """Make sure that Jupyter knows the sandbox's kernel: a cold one is found by its name."""
    if not kernel.installed():
        kernel.install()


@boxed
@pytest.mark.parametrize("is_warm", [True, False], ids=["warm", "cold"])
@pytest.mark.usefixtures("installed")
def test_memory_that_sockets_hold_counts(is_warm):
    filling = next(row.last for row in meeting.ROWS if row.name == "memory in sockets")
    one = session.Session(kernel.NAME, warm=is_warm, memory_limit=700 * MIB)
    try:
        assert one.run(filling, 60).ended == "dead"
    finally:
        one.close()


FLOOD = """
from ipykernel.kernelapp import IPKernelApp
socket = IPKernelApp.instance().iopub_socket
part = bytes(20 * 2**20)
socket.io_thread.schedule(lambda: socket.io_thread.socket.send_multipart([part] * 300, copy=False))
import time
time.sleep(600)
"""
HEARING = """
import json, pathlib, re, sys
from ffngrade.sandbox import kernel, session
def most():  # getrusage would count what the process that started this one holds
    return int(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
one = session.Session(kernel.NAME)
before = most()
ended = one.run(sys.argv[1], 120).ended
one.close()
print(json.dumps([ended, (most() - before) / 1024]))
"""


@boxed
def test_a_message_of_many_parts_does_not_fill_the_process_that_grades():
    done = run([sys.executable, "-c", HEARING, FLOOD], capture_output=True, text=True, check=False)
    ended, grown = json.loads(done.stdout.splitlines()[-1])
    assert ended == "dead", done.stderr
    assert 100 < grown < 1500  # of 6000


@boxed
def test_what_honest_programs_need_is_not_refused():
    done = sandbox.run([sys.executable, "-c", FILTER], timeout=60)
    assert done.stdout.splitlines() == ["1275", "through a queue", "(2,)"], done.stderr


@pytest.mark.parametrize("machine", seccomp.ARCHITECTURES)
def test_every_step_of_the_filter_leads_on(machine):
    program = seccomp.program(machine)
    steps = list(struct.iter_unpack("=HBBI", program))
    assert 100 < len(steps) < 1000
    for place, (code, when, otherwise, _) in enumerate(steps):
        assert code in (seccomp.WORD, seccomp.AND, seccomp.RETURN) or max(when, otherwise) > 0
        assert place + max(when, otherwise) + 1 < len(steps) or code == seccomp.RETURN
    assert steps[-1] == (seccomp.RETURN, 0, 0, seccomp.ALLOW)


def test_a_machine_without_a_filter_is_told_so(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "abacus")
    assert "abacus" in seccomp.obstacle()
    with pytest.raises(OSError, match="abacus"):
        seccomp.program()


@boxed
def test_memory_has_an_end():
    import resource

    limits = sandbox.Limits(memory=600 * MIB)
    done = run(
        [sys.executable, "-c", "x = bytearray(2 * 2**30)"],
        preexec_fn=limits.apply,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "MemoryError" in done.stderr
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != limits.memory


def test_no_sandbox_is_said_and_nothing_is_graded(monkeypatch):
    monkeypatch.setattr(sandbox, "obstacle", lambda: "there is none on this machine")
    with pytest.raises(Exception, match=r"there is none on this machine.*unsafe=True"):
        TrustedExecute().preprocess(submission({}), {})
    assert cli.main(["check"]) == 1


# ---- the verdict

PROBLEM = "logsumexp"
RIGHT = """
def logsumexp(z, axis):
    m = np.max(z, axis=axis, keepdims=True)
    return (m + np.log(np.sum(np.exp(z - m), axis=axis, keepdims=True))).squeeze(axis)
"""
WRONG = "def logsumexp(z, axis):\n    return np.log(np.sum(np.exp(z), axis=axis))\n"
NAMED = "the largest logit is too large"


def submission(sources: dict[str, str], first: str = "", last: str = "") -> NotebookNode:
    """The solved notebook of one problem, with other cells put in."""
    cells = [
        cell
        for cell in bank.source_notebook("softmax")["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id")
        in ("begin", PROBLEM, f"test_{PROBLEM}")
    ]
    nb = from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    for cell in nb.cells:
        name = cell.metadata.nbgrader.grade_id
        cell.source = sources.get(name, bank.text_of(cell))
        cell.outputs = []
    new = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    nb.cells.insert(1, from_dict({**new, "source": first, "id": "first"}))
    nb.cells.append(from_dict({**new, "source": last, "id": "last"}))
    return nb


COURSE = {"cases": str(bank.HIDDEN.folder)}


@pytest.fixture(scope="module")
def grade(request):
    """Run a submission as nbgrader would; give what the test cell and the last cell show."""
    sandboxed = not OBSTACLE
    if sandboxed:
        request.getfixturevalue("installed")

    def run_it(settings=None, **changes):
        settings = {"unsafe": not sandboxed, "timeout": 6.0, **COURSE, **(settings or {})}
        nb, _ = TrustedExecute(**settings).preprocess(submission(**changes), {})
        shown = {
            cell.metadata.get("nbgrader", {}).get("grade_id", cell.id): cell for cell in nb.cells
        }
        return (
            json.dumps(shown[f"test_{PROBLEM}"].outputs),
            json.dumps(shown["last"].outputs),
        )

    return run_it


PASSED = "70 of 70 cases are right"


def test_right_and_wrong(grade):
    told, _ = grade(sources={PROBLEM: RIGHT})
    assert PASSED in told
    assert '"error"' not in told
    told, _ = grade(sources={PROBLEM: WRONG})
    assert NAMED in told
    assert '"error"' in told


TRICKS = {
    "replaced check": "from ffnlib import checks\nchecks.verify = lambda *a: print('passed')",
    "patched remote": (
        "import ffnlib.checks.kernel_side as r\n"
        "def answer(name, function, question):\n"
        "    line = r._Line(question, get_ipython().kernel)\n"
        '    while line.next_case(): line.answer(\'{"returned": ["none"]}\')\n'
        "r.answer = answer"
    ),
    "says passed": "print('4 visible cases passed')",
    "transformer": (
        "get_ipython().input_transformers_cleanup.append(\n"
        "    lambda lines: ['print(1)\\n'] if 'answer' in ''.join(lines) else lines)"
    ),
    "equals everything": (
        "class Same(float):\n    __eq__ = lambda self, other: True\n"
        "    __array__ = lambda self, *a, **k: np.zeros(())\n"
        "    __hash__ = None\n"
        "np.log = lambda *a, **k: Same(1)"
    ),
    "patched numpy": "np.testing.assert_allclose = lambda *a, **k: None\nnp.abs = lambda x: 0 * x",
    "reads the cases": (
        "import glob\nfound = glob.glob('/tmp/**/cases/softmax.py', recursive=True)\n"
        "if found: exec(open(found[0]).read()); logsumexp = lambda z, axis: lse(z)"
    ),
}


@boxed
@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS.keys())
def test_tricks_earn_nothing(grade, trick):
    told, _ = grade(sources={PROBLEM: WRONG}, first=trick, last=trick)
    assert PASSED not in told
    assert '"error"' in told


@boxed
def test_a_deadly_cell_costs_only_itself(grade):
    told, last = grade(sources={PROBLEM: RIGHT}, last="import os\nos._exit(1)")
    assert PASSED in told
    assert "ended the program" in last
    told, last = grade(
        sources={PROBLEM: "def logsumexp(z, axis):\n    import os\n    os.kill(os.getpid(), 9)\n"},
        last="print('still here')",
    )
    assert "ended the program" in told
    assert "still here" in last


HOARD = """
import os, time
ready, tell = os.pipe()
for _ in range(6):
    if os.fork() == 0:
        held = b"x" * (80 * 2**20)  # together they hold more than any is allowed to
        os.write(tell, b".")
        time.sleep(600)
        os._exit(0)
for _ in range(6):
    os.read(ready, 1)
time.sleep(WAIT)
print("hoarded")
"""


@boxed
@pytest.mark.parametrize("warm", [True, False], ids=["warm", "cold"])
def test_processes_that_hold_too_much_together_are_ended(grade, warm):
    limited = {"memory": 400 * 2**20, "warm": warm, "timeout": 300.0}
    held = HOARD.replace("WAIT", "600")  # ended meanwhile, however late the watch looks
    told, last = grade(settings=limited, sources={PROBLEM: RIGHT}, last=held)
    assert PASSED in told
    assert "ended the program" in last
    assert "hoarded" not in last
    roomy = {"memory": 2**32, "warm": warm, "timeout": 300.0}
    _, last = grade(settings=roomy, sources={PROBLEM: RIGHT}, last=HOARD.replace("WAIT", "1"))
    assert "hoarded" in last


DEADLY_LATER = """calls = 0
def logsumexp(z, axis):
    global calls
    calls += 1
    if calls == 3:
        import os
        os._exit(0)
    import numpy as np
    m = z.max(axis=axis, keepdims=True)
    return (m + np.log(np.exp(z - m).sum(axis=axis, keepdims=True))).squeeze(axis)
"""


@boxed
def test_what_came_before_the_deadly_case_is_not_lost(grade):
    told, _ = grade(sources={PROBLEM: DEADLY_LATER})
    assert "ended the program" in told
    assert "2 of " in told


@boxed
def test_an_endless_function_is_said_and_the_rest_goes_on(grade):
    endless = "def logsumexp(z, axis):\n    while True:\n        pass\n"
    told, last = grade(sources={PROBLEM: endless}, last="print('still here')")
    assert "takes longer than 6 seconds" in told
    assert "still here" in last


@boxed
def test_hidden_inputs_are_never_shown(grade):
    spy = "seen = []\n" + RIGHT.replace("):\n", "):\n    seen.append(z)\n", 1)
    visible = len(bank.visible_cases("softmax", PROBLEM))
    told, last = grade(sources={PROBLEM: spy}, last="print(len(seen))")
    assert PASSED in told
    assert f'"{visible}\\n"' in last  # no hidden case had been asked when this was shown
    in_files = spy.replace("seen.append(z)", "open('/tmp/seen', 'a').write('one\\n')")
    told, last = grade(sources={PROBLEM: in_files}, last="print(len(list(open('/tmp/seen'))))")
    assert PASSED in told
    assert f'"{visible}\\n"' in last


LEAKS = {
    "the caller's case in the error of a visible case": (
        "def logsumexp(z, axis):\n"
        "    import sys\n"
        "    case = sys._getframe(2).f_locals['arguments']\n"
        "    raise ValueError(f'{len(__import__(\"json\").loads(case))} arguments of one case')\n"
    ),
    "words of its own for a hidden case": (f"met = []\n{RIGHT}    met.append(z)\n").replace(
        "return", "met.append(z)\n    if len(met) > 4: raise ImportError(f'LEAK {z}')\n    return"
    ),
    "names of types for a hidden case": RIGHT.replace(
        "return", "met.append(z)\n    if len(met) > 4: return type('LEAKabc', (), {})()\n    return"
    ).replace("def ", "met = []\ndef ", 1),
    "sizes for a hidden case": RIGHT.replace(
        "return", "met.append(z)\n    if len(met) > 4: return np.zeros((7, 54321))\n    return"
    ).replace("def ", "met = []\ndef ", 1),
}


@boxed
@pytest.mark.parametrize("leak", LEAKS.values(), ids=LEAKS.keys())
def test_hidden_cases_do_not_leak_into_the_verdict(grade, leak):
    told, _ = grade(sources={PROBLEM: leak})
    assert '"error"' in told
    assert "LEAK" not in told
    assert "54321" not in told
    if "of one case" in leak:
        assert "2 arguments of one case" in told


def test_warnings_and_noise_cost_nothing(grade):
    noisy = RIGHT.replace(
        "):\n",
        "):\n    import sys, warnings\n    warnings.warn('x')\n    print('y', file=sys.stderr)\n",
        1,
    )
    told, _ = grade(sources={PROBLEM: noisy})
    assert PASSED in told
    assert "stderr" not in told


def test_output_is_cut(grade):
    _, last = grade(sources={PROBLEM: RIGHT}, last="for _ in range(100): print('x' * 10**5)")
    assert len(last) < 500_000
    assert "it was cut here" in last


def test_missing_and_undefined(grade):
    told, _ = grade(sources={PROBLEM: "# nothing"})
    assert "is not defined: its cell is empty, or was deleted" in told
    told, _ = grade(sources={PROBLEM: "# nothing", "begin": "import numpy as np"})
    assert "is not defined: its cell is empty, or was deleted" in told


def test_a_test_cell_of_another_form_is_an_error():
    with pytest.raises(ValueError, match=r"must end with checks\.verify"):
        TrustedExecute(unsafe=True).preprocess(submission({f"test_{PROBLEM}": "assert True"}), {})


def test_names_of_the_course_stay_outside(grade, monkeypatch):
    monkeypatch.setenv("FFN_SECRET", "42")
    names = "import os\nprint(sorted(n for n in os.environ if n.startswith(('FFN', 'NBG'))))"
    _, last = grade(sources={PROBLEM: RIGHT}, last=names)
    assert '"[]\\n"' in last
