"""Nothing of ffnlib that can be found in the grading kernel solves any of its exercises.

One submission for all problems searches for every callable of ffnlib by every way, tries each on
the visible cases of each problem, and hands in what solves them. It is graded as all submissions
are. The same search where the library is shows that it would find answers.
"""

import importlib
import json
import pkgutil
import shutil
import site
import subprocess
import sys
import warnings
from pathlib import Path

import bank
import pytest
from nbformat import from_dict
from nbgrader.utils import determine_grade

import ffnlib
from ffngrade.grading.execute import TrustedExecute
from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import kernel, prefork
from ffngrade.sandbox.session import Session
from ffnlib.checks.guard import WRITTEN

OBSTACLE = sandbox.obstacle()
boxed = pytest.mark.skipif(bool(OBSTACLE), reason=f"no sandbox: {OBSTACLE}")
ROOT = Path(ffnlib.__file__).parent.parent
SEARCH = (Path(__file__).parent / "library_search.py").read_text(encoding="utf-8")
PROBLEMS = [(assignment, name) for assignment, names in WRITTEN.items() for name in names]


def callables(module):
    """Names in a module by which something of ffnlib can be called, those in classes too."""
    for name, thing in vars(module).items():
        if callable(thing):
            yield name
        if isinstance(thing, type) and thing.__module__.startswith("ffnlib"):
            yield from (f"{name}.{inner}" for inner in vars(thing))


def library():
    """Every module of ffnlib with its names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for info in pkgutil.walk_packages(ffnlib.__path__, "ffnlib."):
            if not info.name.endswith("__main__"):
                module = importlib.import_module(info.name)
                yield info.name, sorted(set(callables(module)))


def one_submission(only_by_name):
    """A notebook with every problem; each answer is what the search picks for it."""
    names = list(library())
    assert sum(len(inside) for _, inside in names) > 2000
    told = {"NAMES": names, "SOURCES": [str(ROOT)], "ONLY_BY_NAME": only_by_name}
    head = f"import sys, types\nsys.modules['told'] = types.SimpleNamespace(**{told!r})\n"
    begins = "".join(f"checks.begin({assignment!r})\n" for assignment in WRITTEN)
    sources = [("begin", f"import numpy as np\nfrom ffnlib import checks\n{begins}"),
               ("search", head + SEARCH)]  # fmt: skip
    cells = [
        {"cell_type": "code", "id": name, "source": source, "metadata": {}}
        for name, source in sources
    ]
    for assignment, problem in PROBLEMS:
        cases = bank.visible_cases(assignment, problem)
        if problem == "train_network":
            cases = [({"x": 0, "y": 0, "seed": 0}, [[]])]  # described, not written out
        test = bank.graded_cells(assignment)[f"test_{problem}"]
        source = f"{problem} = pick({problem!r}, {cases!r})"
        cells += [
            {"cell_type": "code", "id": problem.replace("_", "-"), "source": source,
             "metadata": {}},
            {**test, "source": bank.text_of(test)},
        ]  # fmt: skip
    for cell in cells:
        cell |= {"outputs": [], "execution_count": None}
    return from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def graded(only_by_name=False, **settings):
    """Names of the problems that are solved, and what the search printed."""
    made = TrustedExecute(
        timeout=60, total=600, cases=str(bank.HIDDEN.folder), seed="tests", **settings
    )
    nb, _ = made.preprocess(one_submission(only_by_name), {})
    solved, printed = [], ""
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if name.startswith("test_"):
            score, max_score = determine_grade(cell)
            solved += [name.removeprefix("test_")] if score == max_score else []
        else:
            printed += "".join(str(o.get("text") or o.get("evalue")) for o in cell.outputs)
    return solved, printed


@boxed
@pytest.mark.parametrize("starts", ["warm", "cold"])
def test_the_library_solves_nothing(starts, capsys):
    if starts == "warm" and prefork.obstacle():
        pytest.skip(f"kernels start cold: {prefork.obstacle()}")
    if not kernel.installed():
        kernel.install()
    assert len(PROBLEMS) == 49
    solved, printed = graded(warm=starts == "warm")
    found = json.loads(printed.split("FOUND", 1)[1].splitlines()[0])
    assert any(name.endswith(": answer") for name in found)  # it does find what is there
    with capsys.disabled():
        print(f"\n{starts}: library answers: {len(solved)} of {len(PROBLEMS)}")
    assert solved == []


def test_where_the_library_is_the_same_search_finds_answers():
    solved, printed = graded(only_by_name=True, unsafe=True)
    assert {"softmax", "logsumexp", "log_softmax", "cross_entropy", "count_parameters"} <= set(
        solved
    ), [line for line in printed.splitlines() if line.startswith("SOLVED")]
    assert len(solved) >= 8


# Prints what a file of the course's, or one of no package that this Python has installed, has of
# functions with a problem's name.
LOOK = """
import json, os, re
asked = re.compile(r'\\bdef (' + '|'.join(NAMES) + r')\\(|^(' + '|'.join(NAMES) + r') = ', re.M)
known = re.compile(r'/(site|dist)-packages/(?!ffn)|^/(usr|s?bin)/|^/lib|/lib/python3[^/]*/(?!site)')
seen, hits = 0, []
for folder, folders, files in os.walk(TOP):
    if folder in ('/proc', '/sys', '/dev'):
        folders.clear()
        continue
    for name in files:
        path = os.path.join(folder, name)
        if 'ffn' not in path.lower() and 'exercises' not in path and known.search(path):
            continue
        try:
            with open(path, 'rb') as file:
                text = file.read(5_000_000).decode('latin-1')
        except OSError:
            continue
        seen += 1
        hits += [[path, match.group().strip()] for match in asked.finditer(text)]
print(json.dumps([seen, hits]))
"""


def looking(top):
    return f"TOP, NAMES = {top!r}, {[name for _, name in PROBLEMS]!r}\n{LOOK}"


def test_the_same_look_at_the_library_finds_functions():
    command = [sys.executable, "-c", looking(str(ROOT / "ffnlib"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    _, hits = json.loads(done.stdout)
    assert {"def softmax(", "def count_parameters("} <= {hit for _, hit in hits}


@boxed
@pytest.mark.parametrize("starts", ["warm", "cold"])
def test_no_file_has_a_function_of_a_problems_name(starts):
    if not kernel.installed():
        kernel.install()
    session = Session(kernel.NAME, warm=starts == "warm")
    try:
        ran = session.run(looking("/"), 300)
    finally:
        session.close()
    seen, hits = json.loads(ran.outputs[0]["text"])
    assert seen > 5  # those of the kernel's own ffnlib, at least
    assert hits == []


@boxed
def test_an_installed_library_stays_outside(tmp_path, monkeypatch):
    packages = tmp_path / "site-packages"
    for package in ("ffnlib", "ffngrade"):
        shutil.copytree(ROOT / package, packages / package)
    (packages / "other.py").write_text("")
    there = site.getsitepackages()
    monkeypatch.setattr(site, "getsitepackages", lambda: [*there, str(packages)])
    look = (
        "import os, sys, ffnlib\n"
        "print(ffnlib.__file__)\n"
        "for folder, _, files in os.walk(sys.argv[1]): print(folder, files)"
    )
    command = sandbox.command([sys.executable, "-c", look, str(packages)])
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "/opt/ffn/ffnlib/__init__.py",
        f"{packages} ['other.py']",
        f"{packages}/ffngrade []",
        f"{packages}/ffnlib []",
    ]
