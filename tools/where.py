"""Where what an explorer shows is computed: ``python tools/where.py moe.gates``.

Prints the chapters that show the explorer, the file that draws it, the functions of the library it
calls, the tests, and the assignment of its topic.
"""

import argparse
import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ffnlib.figures import Explorer, find  # noqa: E402


def place(thing: object) -> str:
    """Return file and line of a function or class, from the repository's root."""
    source = inspect.unwrap(thing)  # type: ignore[arg-type]
    file = Path(inspect.getfile(source)).relative_to(ROOT)
    return f"{file}:{inspect.getsourcelines(source)[1]}"


def called(explorer: Explorer) -> Iterator[tuple[str, object]]:
    """Yield the functions and classes of ffnlib's mathematics that an explorer's file imports."""
    module = sys.modules[explorer.function.__module__]
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    for node in tree.body:
        outside = isinstance(node, ast.ImportFrom) and re.match(
            r"ffnlib\.(?!figures)", str(node.module)
        )
        for name in node.names if isinstance(node, ast.ImportFrom) and outside else []:
            found = vars(module)[name.asname or name.name]
            if inspect.isfunction(found) or inspect.isclass(found):
                yield f"{node.module}.{name.name}", found  # type: ignore[union-attr]


def mentions(folder: str, pattern: str, glob: str) -> Iterator[str]:
    """Yield where each of a folder's files first matches, as ``file:line``."""
    for file in sorted((ROOT / folder).rglob(glob)):
        text = file.read_text(encoding="utf-8")
        if hit := re.search(pattern, text):
            yield f"{file.relative_to(ROOT)}:{text.count(chr(10), 0, hit.start()) + 1}"


def report(name: str) -> str:
    """Return everything that belongs to an explorer, one line each."""
    explorer = find(name)
    topic, _, function = name.partition(".")
    taken = rf"explorers\.{topic} import (?:\([^)]*|[^(\n]*)\b{function}\b"
    shown = rf"{taken}|<{topic}\.{function}[?>]"
    tested = rf"{taken}|\b{topic}\.{function}\b(?!_)"
    parts = {
        "explorer": [place(explorer.function)],
        "calls": [f"{full}  {place(found)}" for full, found in called(explorer)],
        "chapters": list(mentions("chapters", shown, "[0-9]*.md")),
        "tests": list(mentions("tests", tested, "test_*.py"))
        or list(mentions("tests/explorers", rf"\b{function}\b", f"test_{topic}_*.py"))
        or list(mentions("tests/explorers", "EXPLORERS", "test_every_explorer.py")),
        "assignment": [f"exercises/source/{topic}/{topic}.ipynb"]
        if (ROOT / "exercises" / "source" / topic).is_dir()
        else ["none"],
    }
    return "\n".join(
        f"{part:11}{line}" for part, lines in parts.items() for line in lines or ["none"]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("explorer", help="topic.function, as in a permalink: moe.gates")
    try:
        print(report(parser.parse_args().explorer))
    except ValueError as problem:
        parser.error(str(problem))
