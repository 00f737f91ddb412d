"""Run in a kernel by `test_library_answers`: find whatever of ffnlib can be found, by every way.

The module ``told`` is put before this text: ``NAMES`` (modules and names in them), ``SOURCES``
(where their files are on the instructor's disk) and ``ONLY_BY_NAME``. ``pick`` returns the first
thing found that solves the visible cases of a problem; if none does, one that has its name or,
failing that, anything.
"""

import functools
import gc
import importlib
import importlib.util
import json
import operator
import os
import signal
import sys
import types
from math import inf, nan  # noqa: F401  # the cases are written with them

import numpy as np
from told import NAMES, ONLY_BY_NAME, SOURCES

found: dict = {}
"""Callables by id, with the way on which each was found and its name."""


def take(thing, way, name=""):
    name = name or getattr(thing, "__name__", "")
    if callable(thing):
        found.setdefault(id(thing), (way, name.rpartition(".")[2], thing))
    for part in ("__wrapped__", "__func__", "fget", "func"):
        if callable(getattr(thing, part, None)) and not isinstance(thing, types.ModuleType):
            take_one = getattr(thing, part)
            found.setdefault(id(take_one), (f"{way}, {part}", name, take_one))


def is_ours(thing):
    code = getattr(thing, "__code__", None)
    where = getattr(thing, "__module__", None), getattr(code, "co_filename", None)
    return any(isinstance(w, str) and "ffn" in w for w in where)


def of_module(module, names, way):
    for name in {*names, *vars(module)}:
        try:
            thing = operator.attrgetter(name)(module)
        except Exception:
            continue
        if name in names or is_ours(thing):
            take(thing, way, name)
        if isinstance(thing, type) and is_ours(thing):
            for inner, attribute in vars(thing).items():
                take(attribute, way, inner)


def by_path(name):
    """A module by the file it has outside, or by the one that Python's path leads to."""
    tail = name.replace(".", "/")
    for root in [*SOURCES, *sys.path]:
        for file in (f"{root}/{tail}.py", f"{root}/{tail}/__init__.py"):
            if os.path.isfile(file):
                return file
    raise FileNotFoundError(name)


def executed(name):
    with open(by_path(name)) as file:
        source = file.read()
    module = types.ModuleType(f"copy of {name}")
    module.__package__ = name.rpartition(".")[0]
    exec(compile(source, f"copy of ffnlib: {name}", "exec"), vars(module))
    return module


def loaded(name):
    spec = importlib.util.spec_from_file_location(f"loaded_{name.replace('.', '_')}", by_path(name))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def statement(name):
    names = {}
    exec(f"from {name.rpartition('.')[0]} import {name.rpartition('.')[2]} as m", names)
    return names["m"]


WAYS = {
    "importlib": importlib.import_module,
    "__import__": lambda name: __import__(name, fromlist=["x"]),
    "import statement": statement,
    "sys.modules": lambda name: sys.modules[name],
    "getattr": lambda name: functools.reduce(getattr, name.split(".")[1:], __import__("ffnlib")),
    "read and executed": executed,
    "loaded from its file": loaded,
}


def search():
    hooks = list(sys.meta_path)
    for refusing in (False, True):
        if refusing:  # without the hooks that refuse
            sys.meta_path[:] = [h for h in hooks if not type(h).__module__.startswith("ffnlib")]
        for name, inside in NAMES:
            for way, get in WAYS.items():
                try:
                    module = get(name)
                except Exception:
                    continue
                of_module(module, inside, way)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("ffnlib", "ffngrade"):
            of_module(module, (), "sys.modules")
    for thing in gc.get_objects():
        if isinstance(thing, types.ModuleType) and thing.__name__.startswith("ffn"):
            of_module(thing, (), "gc")
        elif isinstance(thing, types.FunctionType | type) and is_ours(thing):
            take(thing, "gc")
            for inner, attribute in vars(thing).items() if isinstance(thing, type) else ():
                take(attribute, "gc", inner)
    sys.meta_path[:] = hooks


def same(got, wanted):
    """Whether a result is about what is expected, whatever it is packed in."""
    if isinstance(wanted, list | tuple):
        if len(got) != len(wanted):
            return False
        if any(isinstance(w, list | tuple) for w in wanted):
            return all(same(g, w) for g, w in zip(got, wanted, strict=True))
    got, wanted = np.asarray(got, dtype=float), np.asarray(wanted, dtype=float)
    return got.shape == wanted.shape and np.allclose(got, wanted, rtol=1e-6, atol=1e-6)


def given(value, kind):
    return np.array(value, dtype=kind) if isinstance(value, list | tuple) else value


def late(*_):
    raise TimeoutError


def solves(thing, cases, kind=None):
    """Whether a thing solves all cases, their arrays of a type or, without one, as written."""
    signal.signal(signal.SIGALRM, late)
    try:
        for inputs, expected in cases:
            signal.setitimer(signal.ITIMER_REAL, 1.0)
            arguments = [given(value, kind) for value in inputs.values()]
            if not same(thing(*arguments), expected):
                return False
    except BaseException:
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return True


def handed_in(thing, number):
    """The thing in one of the forms in which it can be handed in."""
    forms = (
        lambda: thing,
        lambda: lambda *arguments: thing(*arguments),
        lambda: functools.partial(thing),
        lambda: functools.wraps(len)(lambda *arguments: thing(*arguments)),
        lambda: type("Answer", (), {"__call__": lambda _self, *arguments: thing(*arguments)})(),
    )
    return forms[number % len(forms)]()


def pick(problem, cases):
    alike = [one for one in found.values() if one[1] == problem]
    others = [] if ONLY_BY_NAME else [one for one in found.values() if one[1] != problem]
    for way, name, thing in [*alike, *others]:
        if solves(thing, cases) or solves(thing, cases, float):
            print("SOLVED", json.dumps([problem, name, way]))
            return handed_in(thing, len(problem))
    rest = [*alike, *others, (None, None, lambda *_: None)]
    return handed_in(rest[0][2], len(problem))


search()
print("FOUND", json.dumps(sorted({f"{way}: {name}" for way, name, _ in found.values()})))
