"""Before a submission is run: what is repaired, what is rejected, what is suspicious."""

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import bank
import handed_out
import nbformat
import pytest
from handed_out import cell_of
from hypothesis import given, settings
from hypothesis import strategies as st
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.utils import compute_checksum

from ffngrade.core.errors import UnusableNotebookError
from ffngrade.intake import notebook_reader
from ffngrade.intake.notebook_reader import Found, read
from ffngrade.intake.release import Part
from ffngrade.intake.repair import NOTE
from ffngrade.intake.validate import MOST_TOLD, Checked, check

SOFTMAX = handed_out.release("softmax")
FFN = handed_out.release("ffn")  # one answer in words


def bytes_of(nb: Any) -> bytes:
    return json.dumps(nb).encode()


def handed_in(nb: Any, release=SOFTMAX) -> Checked:
    return check(bytes_of(nb), release)


def is_sound(checked: Checked, release=SOFTMAX) -> None:
    """Every part that counts is there once, in an order that runs, with the release's metadata."""
    nb = checked.notebook
    assert nb is not None
    nbformat.validate(nb)
    MetadataValidator().validate_nb(nb)
    known = [c.metadata.nbgrader for c in nb.cells if "nbgrader" in c.metadata]
    wanted = {part.name: part for part in release.parts if part.name}
    assert sorted(k["grade_id"] for k in known) == sorted(wanted)
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            part = wanted[cell.metadata.nbgrader.grade_id]
            assert cell.metadata.nbgrader == part.known
            assert cell.cell_type == part.kind
            assert part.is_answer or cell.source == part.graded
        else:
            assert not cell.metadata
    places = {k["grade_id"]: i for i, k in enumerate(known)}
    for name, part in wanted.items():
        if part.is_test:
            assert places[name] > places[name.removeprefix("test_")], name


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_honest_work_raises_no_eyebrow(assignment):
    release = handed_out.release(assignment)
    blank, solved = handed_out.notebook(assignment), handed_out.solved(assignment)
    for nb, answered in ((blank, 0), (solved, sum(part.is_answer for part in release.parts))):
        got = handed_in(nb, release)
        is_sound(got, release)
        assert (
            got.findings.repaired,
            got.findings.suspicious,
            got.findings.rejection,
            got.answered,
        ) == ([], [], None, answered)
        kept = [(c.cell_type, c.source, c.id) for c in got.notebook.cells]
        assert kept == [(c.cell_type, c.source, c.id) for c in nb.cells]


def touched_by_editors(nb: Any) -> None:
    """What Jupyter, VS Code and Colab do to a notebook that somebody only worked in."""
    nb.metadata = {
        "kernelspec": {"name": ".venv", "display_name": "My env", "language": "python"},
        "language_info": {"name": "python", "version": "3.12.1"},
        "colab": {"provenance": []},
        "widgets": {},
    }
    nb.nbformat_minor = 0
    for i, cell in enumerate(nb.cells):
        del cell["id"]
        cell.metadata |= {"collapsed": True, "jupyter": {"outputs_hidden": True}, "id": f"x{i}"}
        cell.source = cell.source.replace("\n", "\r\n") + "\n"
    nb.cells.insert(3, {"cell_type": "code", "metadata": {}, "source": "%timeit 1", "outputs": 5})
    nb.cells.append({"cell_type": "markdown", "metadata": {"tags": ["mine"]}, "source": "notes"})


def test_what_editors_do_is_not_repaired_but_taken():
    nb = handed_out.solved("softmax")
    touched_by_editors(nb)
    got = handed_in(nb)
    is_sound(got)
    assert (got.findings.repaired, got.findings.suspicious, got.answered) == ([], [], 7)
    assert got.notebook.metadata.kernelspec.name == "python3"
    assert got.notebook.cells[3].source == "%timeit 1"


# ---- damage that is repaired: what is done to a solved notebook, what is said

Damage = Callable[[Any], Any]


def each(nb: Any, change: Callable[[Any], None]) -> None:
    for cell in nb.cells:
        change(cell)


def no_metadata(nb):
    each(nb, lambda cell: cell.update(metadata={}))


def nothing_but_text(nb):
    each(nb, lambda cell: (cell.update(metadata={}), cell.pop("id")))


def empty_metadata(nb):
    cell_of(nb, "test_softmax").metadata.nbgrader = {}


def schema(version):
    def damage(nb):
        each(nb, lambda c: c.metadata.get("nbgrader", {}).update(schema_version=version))

    return damage


def no_schema(nb):
    each(nb, lambda c: c.metadata.get("nbgrader", {}).pop("schema_version", None))


def copied(name):
    def damage(nb):
        cell = cell_of(nb, name)
        nb.cells.insert(nb.cells.index(cell), copy.deepcopy(cell))

    return damage


def without(*names):
    def damage(nb):
        for name in names:
            nb.cells.remove(cell_of(nb, name))

    return damage


def no_tests(nb):
    nb.cells = [c for c in nb.cells if not c.metadata.get("nbgrader", {}).get("grade")]


def rewritten_in_new_cells(nb):
    for part in SOFTMAX.parts:
        if part.is_answer:
            cell = cell_of(nb, part.name)
            cell.update(metadata={}, id=f"new-{part.name.replace('_', '-')}")


def all_in_one_cell(nb):
    answers = [cell_of(nb, part.name) for part in SOFTMAX.parts if part.is_answer]
    text = "\n".join(cell.source for cell in answers)
    for cell in answers:
        nb.cells.remove(cell)
    nb.cells.insert(2, {"cell_type": "code", "metadata": {}, "source": text, "outputs": []})


def the_test_on_top(nb):
    cell = cell_of(nb, "test_logsumexp")
    nb.cells.remove(cell)
    nb.cells.insert(0, cell)


def begin_at_the_end(nb):
    cell = cell_of(nb, "begin")
    nb.cells.remove(cell)
    nb.cells.append(cell)


def split_answer(nb):
    cell = cell_of(nb, "softmax")
    at = nb.cells.index(cell)
    first = copy.deepcopy(cell)
    first.source = "import math"
    nb.cells.insert(at, first)


def answer_as(kind):
    def damage(nb):
        cell_of(nb, "softmax")["cell_type"] = kind

    return damage


def format_3(nb):
    cells = []
    for cell in nb.cells:
        old = {"cell_type": cell.cell_type, "metadata": cell.metadata}
        old |= {"input" if cell.cell_type == "code" else "source": cell.source.splitlines(True)}
        cells.append(old)
    cells.append({"cell_type": "heading", "level": 2, "source": "Notes"})
    return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0,
            "worksheets": [{"cells": cells, "metadata": {}}]}  # fmt: skip


def format_said(value):
    def damage(nb):
        nb.nbformat = value

    return damage


def twin_ids(nb):
    each(nb, lambda cell: cell.update(id="one"))


def odd_type(nb):
    cell_of(nb, "softmax")["cell_type"] = "python"


def a_cell_that_is_none(nb):
    nb.cells.append("cell")


def skipped_answer(nb):
    cell_of(nb, "softmax").metadata.tags = ["skip-execution"]


def imports_beside_begin(nb):
    cell_of(nb, "begin").source += "\nimport math"


def lines_in_a_test(nb):
    cell = cell_of(nb, "test_softmax")
    cell.source = f"z = np.zeros(3)\n{cell.source}\nprint(softmax(z))"


def older_test(nb):
    cell = cell_of(nb, "test_softmax")
    cell.source = "# an older test\n" + cell.source.replace("]", "] ", 1) + "\npass"
    cell.metadata.nbgrader.points = 5
    cell.metadata.nbgrader.checksum = compute_checksum(cell)


def emptied_test(nb):
    cell_of(nb, "test_softmax").source = ""


def other_language(nb):
    nb.metadata = {"language_info": {"name": "julia"}}


MENDED: dict[str, tuple[Damage, str]] = {
    "no metadata": (
        no_metadata,
        "metadata of `begin`, `softmax_steps`, `test_softmax_steps` and 12 more was lost",
    ),
    "nothing but text": (
        nothing_but_text,
        "metadata of `begin`, `softmax_steps`, `test_softmax_steps` and 12 more was lost",
    ),
    "nbgrader: {}": (empty_metadata, "metadata of .*`test_softmax` was lost"),
    "old schema": (schema(1), "metadata of `begin`, .* and 12 more was not the release's"),
    "new schema": (schema(99), "metadata of `begin`, .* and 12 more was not the release's"),
    "text for a schema": (schema("3"), "metadata of `begin`, .* and 12 more was not the release's"),
    "no schema": (no_schema, "metadata of `begin`, .* and 12 more was not the release's"),
    "test copied": (copied("test_softmax"), "`test_softmax` was there more than once"),
    "answer copied": (copied("softmax"), "`softmax` was there more than once"),
    "begin copied": (copied("begin"), "`begin` was there more than once"),
    "no test": (without("test_softmax"), "`test_softmax` was missing: it was put back"),
    "no begin, no first test": (without("begin", "test_softmax_steps"), "`begin` was missing"),
    "no tests": (no_tests, "`test_softmax_at` was missing: it was put back"),
    "answers in new cells": (
        rewritten_in_new_cells,
        "metadata of `softmax_steps`, `softmax`, `.* and 4 more",
    ),
    "answers in one cell": (all_in_one_cell, "`softmax` was missing: what stands elsewhere counts"),
    "test on top": (the_test_on_top, "`test_logsumexp` stood in another place"),
    "begin last": (begin_at_the_end, "`begin` stood in another place"),
    "answer split": (split_answer, "`softmax` was there more than once"),
    "answer raw": (answer_as("raw"), "`softmax` was a raw cell"),
    "answer markdown": (answer_as("markdown"), "`softmax` was a markdown cell"),
    "answer of odd type": (odd_type, "of an unknown type .python.: read as code"),
    "format 3": (format_3, "format .nbformat: 3. was converted"),
    "format 99": (format_said(99), "format .nbformat: 99. was converted"),
    "format in words": (format_said("four"), "format .nbformat: four. was converted"),
    "twin ids": (twin_ids, "same id got ids of their own"),
    "no cell": (a_cell_that_is_none, "was no cell and was left out"),
    "skipped answer": (skipped_answer, "`softmax` was tagged to be skipped"),
    "imports beside begin": (imports_beside_begin, "lines were added to `begin`"),
    "lines in a test": (lines_in_a_test, "lines were added to `test_softmax`"),
    "older test": (older_test, "`test_softmax` was of another version"),
    "emptied test": (emptied_test, "the text of `test_softmax` was gone"),
    "other language": (other_language, "another language .julia."),
}


@pytest.mark.parametrize("name", MENDED)
def test_repaired(name):
    damage, said = MENDED[name]
    nb = handed_out.solved("softmax")
    got = handed_in(damage(nb) or nb)
    is_sound(got)
    assert got.findings.suspicious == []
    assert re.search(said, "\n".join(got.findings.repaired)), got.findings.repaired
    assert got.notebook.cells[0].id == NOTE
    assert got.answered == 7
    code = "\n".join(c.source for c in got.notebook.cells if c.cell_type == "code")
    for part in SOFTMAX.parts:  # nobody's work is lost
        if part.is_answer:
            assert cell_of(handed_out.solved("softmax"), part.name).source.strip() in code


def test_repairing_repaired_work_changes_nothing():
    nb = handed_out.solved("softmax")
    no_tests(nb)
    once = handed_in(nb)
    again = handed_in(once.notebook)
    assert again.findings.repaired == []
    assert again.notebook.cells == once.notebook.cells[1:]


def test_a_missing_answer_costs_its_own_problem_only():
    nb = handed_out.solved("softmax")
    nb.cells.remove(cell_of(nb, "softmax"))
    got = handed_in(nb)
    is_sound(got)
    assert got.answered == 6
    assert got.findings.repaired == ["the cell `softmax` was missing: it counts as not written"]
    assert cell_of(got.notebook, "softmax").source.startswith("# The cell for softmax was not")
    assert "`softmax` was missing" in got.notebook.cells[0].source


def test_notes_in_a_text_of_ours_are_kept_beside_it():
    known = {"grade": False, "grade_id": "read", "locked": True, "solution": False, "task": False,
             "schema_version": 3, "checksum": "0" * 32, "cell_type": "markdown"}  # fmt: skip
    ours = Part("read", "markdown", "Read this.", "Read this.", known)
    release = SOFTMAX.__class__(SOFTMAX.assignment, SOFTMAX.notebook, (*SOFTMAX.parts, ours))
    nb = handed_out.solved("softmax")
    text = {"cell_type": "markdown", "metadata": {"nbgrader": known}, "source": "My notes"}
    nb.cells.append(nbformat.from_dict(text))
    got = handed_in(nb, release)
    is_sound(got, release)
    assert got.findings.suspicious == []
    assert got.findings.repaired == ["`read` was written into: that stands before it"]
    assert [cell.source for cell in got.notebook.cells[-2:]] == ["My notes", "Read this."]


def test_an_answer_in_words_is_found_by_its_place_and_keeps_its_pictures():
    nb = handed_out.solved("ffn")
    words = cell_of(nb, "memories")
    words.update(metadata={}, id="elsewhere")
    words.attachments = {"a.png": {"image/png": ["iVBO", "Rw0="], "image/svg+xml": "<svg/>"}}
    got = handed_in(nb, FFN)
    is_sound(got, FFN)
    found = cell_of(got.notebook, "memories")
    assert found.source == words.source
    assert found.attachments == {"a.png": {"image/png": "iVBORw0="}}
    nb.cells.remove(words)
    got = handed_in(nb, FFN)
    is_sound(got, FFN)
    node = cell_of(got.notebook, "memories")
    assert node.metadata.nbgrader.checksum == compute_checksum(node)  # nbgrader: no response


# ---- tampering


def changed_test(nb):
    cell_of(nb, "test_softmax").source = "print('passed')"


def bent_test(nb):
    cell = cell_of(nb, "test_softmax")
    cell.source = f"checks.verify = print\n{cell.source}"


def other_cases(nb):
    cell = cell_of(nb, "test_softmax")
    cell.source = re.sub(r"\d", "0", cell.source)


def changed_begin(nb):
    cell_of(nb, "begin").source = "import numpy as np\nfrom ffnlib import checks"


def skipped_test(nb):
    cell_of(nb, "test_softmax").metadata.tags = ["skip-execution"]


def more_points(nb):
    cell_of(nb, "test_softmax").metadata.nbgrader.points = 100


def answer_becomes_test(nb):
    cell_of(nb, "softmax").metadata.nbgrader.update(grade=True, points=50)


def a_test_becomes_answer(nb):
    cell_of(nb, "test_softmax").metadata.nbgrader.update(solution=True)


def invented(nb):
    known = {"grade": True, "grade_id": "gift", "points": 50, "schema_version": 3,
             "solution": False, "locked": True, "task": False}  # fmt: skip
    nb.cells.append(
        {"cell_type": "code", "metadata": {"nbgrader": known}, "source": "", "outputs": []}
    )


TAMPERED: dict[str, tuple[Damage, str]] = {
    "changed test": (changed_test, "text of `test_softmax` was changed"),
    "bent test": (bent_test, "text of `test_softmax` was changed"),
    "other cases": (other_cases, "text of `test_softmax` was changed"),
    "changed begin": (changed_begin, "text of `begin` was changed"),
    "skipped test": (skipped_test, "tag skip-execution stood on the cell `test_softmax`"),
    "more points": (more_points, "`test_softmax` said another points"),
    "answer becomes test": (answer_becomes_test, "`softmax` said another grade, points"),
    "test becomes answer": (a_test_becomes_answer, "`test_softmax` said another solution"),
    "invented cell": (invented, "no cell `gift`"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_tampering_is_told_and_earns_nothing(name):
    damage, said = TAMPERED[name]
    nb = handed_out.solved("softmax")
    damage(nb)
    got = handed_in(nb)
    is_sound(got)
    assert len(got.findings.suspicious) == 1
    assert said in got.findings.suspicious[0]


def test_what_stood_in_a_changed_test_is_kept_as_work():
    nb = handed_out.solved("softmax")
    cell = cell_of(nb, "test_softmax")
    cell.source = f"def helper():\n    return 1\n{cell.source}"
    got = handed_in(nb)
    assert any(c.source == cell.source for c in got.notebook.cells if not c.metadata)


def test_layout_and_comments_are_no_tampering():
    nb = handed_out.solved("softmax")
    cell_of(nb, "test_softmax").source += "\n\n# this one fails, why?\n"
    got = handed_in(nb)
    assert (got.findings.repaired, got.findings.suspicious) == ([], [])


@pytest.mark.parametrize(
    ("line", "module"),
    [
        ("from ffnlib.nn import softmax as ready", "nn"),
        ("import ffnlib.moe", "moe"),
        ("from ffnlib import quantization", "quantization"),
        ("import importlib; importlib.import_module('ffnlib.lora')", "lora"),
        ("from ffnlib import checks", ""),
        ("import ffnlib.checks", ""),
        ("# as ffnlib.nn does", ""),
    ],
)
def test_what_is_used_of_the_library_is_told(line, module):
    nb = handed_out.solved("softmax")
    cell_of(nb, "softmax").source += f"\n{line}\n"
    told = [f"`ffnlib.{module}` is used, which is disabled in exercises"] if module else []
    assert handed_in(nb).findings.suspicious == told


# ---- set aside

WHOLE = bytes_of(handed_out.solved("softmax"))
ASIDE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n\0\0", "the file is empty"),
    "only a mark": (b"\xef\xbb\xbf", "the file is empty"),
    "cut": (WHOLE[: len(WHOLE) // 2], "ends in the middle"),
    "a comma too much": (WHOLE.replace(b'"nbformat"', b',"nbformat"', 1), "line 1, column"),
    "web page": (b"<!DOCTYPE html><title>Log in</title>", "a web page"),
    "python": (b"def softmax(z):\n    return z\n", "does not begin like a notebook"),
    "merge": (b'{"cells": [\n<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n]}', "of a merge"),
    "zip": (b"PK\x03\x04\x14\x00", "a zip archive"),
    "pdf": (b"%PDF-1.7", "a PDF"),
    "deep": (b"[" * 100_000, "nested too deeply"),
    "a number": (b"42", "JSON but not a notebook"),
    "a table": (b'{"a": 1}', "JSON but not a notebook"),
    "huge number": (b'{"cells": ' + b"9" * 5000 + b"}", "not valid JSON"),
    "no cells": (b'{"cells": [], "nbformat": 4}', "no cells"),
    "another assignment": (bytes_of(handed_out.solved("lora")), "of softmax|softmax, but of lora"),
    "somebody's notes": (
        bytes_of({"cells": [{"cell_type": "code", "source": "1"}], "nbformat": 4}),
        "no cell of it belongs to softmax",
    ),
    "many cells": (bytes_of({"cells": [{}] * 2001, "nbformat": 4}), "2,001 cells"),
    "many values": (b'{"cells": [' + b"[]," * 1_100_000 + b"[]]}", "more than 2,000,000 values"),
    "long cells": (
        bytes_of({"cells": [{"cell_type": "raw", "source": "x" * 10**6}] * 5, "nbformat": 4}),
        "more than 4,000,000 characters",
    ),
}


@pytest.mark.parametrize("name", ASIDE)
def test_set_aside(name):
    data, said = ASIDE[name]
    got = check(data, SOFTMAX)
    assert got.notebook is None
    assert got.findings.rejection is not None
    assert any(part in got.findings.rejection.teacher for part in said.split("|"))
    assert got.findings.rejection.student.rstrip().endswith(".")


# ---- encodings


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", ""),
        ("utf-8-sig", "byte order mark"),
        ("utf-16", "not in UTF-8 but in utf-16"),
        ("utf-16-le", "not in UTF-8 but in utf-16-le"),
        ("utf-32", "not in UTF-8 but in utf-32"),
        ("cp1252", "not in UTF-8 but in cp1252"),
    ],
)
def test_encodings(encoding, said):
    nb = handed_out.solved("softmax")
    cell_of(nb, "softmax").source += "\n# größer"
    got = check(json.dumps(nb, ensure_ascii=False).encode(encoding, errors="replace"), SOFTMAX)
    is_sound(got)
    assert cell_of(got.notebook, "softmax").source.endswith("# größer")
    assert [said in sentence for sentence in got.findings.repaired] == ([True] if said else [])


def test_half_characters_and_zero_bytes():
    text = WHOLE.replace(b"import", b"\\ud800import", 1) + b"\0" * 512
    got = check(text, SOFTMAX)
    assert got.notebook is not None
    nbformat.writes(got.notebook).encode()
    assert "zero bytes after the notebook's end were cut off" in got.findings.repaired


def test_sentences_hold_no_markup_and_have_an_end():
    nb = handed_out.solved("softmax")
    name = "[x](javascript:alert(1))<script>"
    for i in range(50):
        known = {"grade_id": f"{name}{i}"}
        nb.cells.append({"cell_type": "code", "metadata": {"nbgrader": known}, "source": ""})
    nb.nbformat = name
    got = handed_in(nb)
    assert len(got.findings.repaired) == MOST_TOLD + 1
    assert not set("<>()[]") & set(
        "".join(got.findings.repaired).replace("(nbformat", "").replace(")", "")
    )


# ---- anything at all

values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
fields = st.sampled_from(
    ["cell_type", "source", "metadata", "id", "outputs", "attachments", "level", "input"]
)
cells = st.dictionaries(fields, values) | values


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_set_aside(data):
    got = check(data, SOFTMAX)
    assert (got.notebook is None) == (got.findings.rejection is not None)


@settings(max_examples=60)
@given(st.lists(cells, max_size=4), values, st.sampled_from(["cells", "worksheets"]))
def test_any_notebook_is_read(found, minor, key):
    nb = {key: found if key == "cells" else [{"cells": found}, minor], "nbformat": minor}
    try:
        got = read(json.dumps(nb).encode())
    except UnusableNotebookError:
        return
    assert all(
        isinstance(cell, Found) and cell.kind in ("code", "markdown", "raw") for cell in got.cells
    )


@settings(max_examples=40)
@given(st.data())
def test_any_change_of_one_cell_leaves_a_sound_notebook(data):
    nb = handed_out.solved("softmax")
    cell = data.draw(st.sampled_from(nb.cells))
    action = data.draw(st.sampled_from(["remove", "copy", "change", "move", "known"]))
    if action == "change":
        cell[data.draw(fields)] = data.draw(values)
    elif action == "known":
        known = data.draw(st.sampled_from(["grade", "grade_id", "points", "solution", "locked"]))
        cell.metadata.setdefault("nbgrader", {})[known] = data.draw(values)
    else:
        at = data.draw(st.integers(0, len(nb.cells)))
        if action != "copy":
            nb.cells.remove(cell)
        if action != "remove":
            nb.cells.insert(at, copy.deepcopy(cell))
    is_sound(handed_in(nb))


def test_limits_are_below_what_memory_can_hold():
    assert notebook_reader.MOST_TEXT < 10**7
