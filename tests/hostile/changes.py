"""What is done to a notebook, or to the folder that is handed in."""

import json
from copy import deepcopy

from hostile.attack import given


def about(notebook, *names):
    return [given(notebook, name)["metadata"]["nbgrader"] for name in names]


def graded(notebook):
    return [cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader")]


def swap(notebook, one, other):
    first, second = about(notebook, one, other)
    first["grade_id"], second["grade_id"] = other, one


def without(notebook, name):
    notebook["cells"].remove(given(notebook, name))


def twice(notebook, name, source=""):
    twin = deepcopy(given(notebook, name))
    twin["id"] = "twin"
    if source:
        twin["source"] = source
    notebook["cells"].append(twin)


def old(notebook):
    notebook["nbformat"], notebook["nbformat_minor"] = 3, 0
    cells = notebook.pop("cells")
    for cell in cells:
        cell.pop("id", None)
        if cell["cell_type"] == "code":
            cell["input"], cell["language"] = cell.pop("source"), "python"
            cell["prompt_number"] = cell.pop("execution_count", None)
    notebook["worksheets"] = [{"cells": cells, "metadata": {}}]


def handed_in(folder):
    return folder / "neurons.ipynb"


def instead(data):
    return lambda folder: handed_in(folder).write_bytes(data)


def link(target):
    def made(folder):
        handed_in(folder).unlink()
        handed_in(folder).symlink_to(folder.parent.parent.parent / target)

    return made


def beside(folder):
    course = folder.parent.parent.parent
    for name, target in (("book.txt", "gradebook.db"), ("case.py", "cases/neurons.py")):
        (folder / name).symlink_to(course / target)
    (folder / "all").symlink_to(course)
    evil = "import os\nos.system('touch @COURSE@/pwned')\nprint('GOT run')\n"
    text = evil.replace("@COURSE@", str(course))
    for name in ("numpy.py", "sitecustomize.py", "nbgrader_config.py", "jupyter_config.py"):
        (folder / name).write_text(text)
    (folder / "ffnlib").mkdir()
    (folder / "ffnlib" / "__init__.py").write_text(text)
    (folder / "evil.html").write_text("<script>document.title='ran'</script>")
    (folder / "neurons.html").write_text("<script>document.title='ran'</script>")
    (folder / "Other.ipynb").write_text("{}")


def nested(folder):
    inner = folder / "homework" / "final"
    inner.mkdir(parents=True)
    handed_in(folder).rename(inner / "neurons.ipynb")


def nan(folder):
    document = json.loads(handed_in(folder).read_text())
    for known in about(document, "test_compose", "test_abs_network"):
        known["points"] = float("inf")
    handed_in(folder).write_text(json.dumps(document))


def deep(folder):
    text = handed_in(folder).read_text()
    at = text.index('"metadata": {') + len('"metadata": {')
    deep = '"deep": ' + "[" * 50_000 + "]" * 50_000 + ", "
    handed_in(folder).write_text(text[:at] + deep + text[at:])
