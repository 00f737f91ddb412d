"""A course whose class is the table of attacks, and a few honest students among them."""

import hashlib
import json
import os
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

import bank

from ffnlib.checks.hidden import HiddenCases
from hostile.attack import ASSIGNMENT, RIGHT, WRONG, Attack, Notebook, code, given, markdown

CANARIES = {
    "environment": "canary-environment-9371",
    "file": "canary-file-9371",
    "neighbour": "canary-neighbour-9371",
}
NEIGHBOUR = "honest-solved"
# From an honest student to whether they solved nothing, what every attacker solved, or all.
HONEST = {"all-first": "all", NEIGHBOUR: "all", "honest-blank": "none", "like-the-others": "some",
          "zz-last": "all"}  # fmt: skip
SHARES = {
    "all": bank.points(ASSIGNMENT),
    "none": dict.fromkeys(bank.points(ASSIGNMENT), 0),
    "some": {name: points * (name in RIGHT) for name, points in bank.points(ASSIGNMENT).items()},
}
KEPT = ("source", "cases", "release", "submitted", "nbgrader_config.py", "canary.txt")


def build(course: Path, attacks: Mapping[str, Attack]) -> None:
    """Fill ``submitted/`` of a course whose assignment was generated."""
    (course / "canary.txt").write_text(CANARIES["file"])
    released = bank.notebook(course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    for student, share in HONEST.items():
        hand_in(course, student, honest(released, share))
    for student, attack in attacks.items():
        folder = hand_in(course, student, attacked(released, attack, course))
        if attack.files:
            attack.files(folder)


def hand_in(course: Path, student: str, notebook: Notebook) -> Path:
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    (folder / f"{ASSIGNMENT}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def honest(released: Notebook, share: str) -> Notebook:
    if share == "all":
        notebook = bank.source_notebook(ASSIGNMENT)
        notebook["cells"].append(markdown(CANARIES["neighbour"], "mine"))
        return notebook
    notebook = deepcopy(released)
    for name, answer in RIGHT.items() if share == "some" else ():
        given(notebook, name)["source"] = answer
    return notebook


def attacked(released: Notebook, attack: Attack, course: Path) -> Notebook:
    """What the attacker hands in."""
    notebook = deepcopy(released)
    for name, answer in {**WRONG, **RIGHT, **attack.answers}.items():
        given(notebook, name)["source"] = answer
    if attack.first:
        notebook["cells"].insert(0, code(attack.first, "first"))
    if attack.last:
        notebook["cells"].append(code(attack.last, "last"))
    if attack.text:
        notebook["cells"].append(markdown(attack.text, "text"))
    if attack.change:
        attack.change(notebook)
    neighbour = course / "submitted" / NEIGHBOUR / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    text = json.dumps(notebook)
    for word, path in (("@COURSE@", course), ("@NEIGHBOUR@", neighbour)):
        text = text.replace(word, str(path))
    filled: Notebook = json.loads(text)
    return filled


def fingerprint(course: Path) -> dict[str, str]:
    """What must be the same afterwards: name, mode and content of each file, targets of links."""
    found = {}
    for top in KEPT:
        for path in [course / top, *sorted((course / top).rglob("*"))]:
            what = os.readlink(path) if path.is_symlink() else ""
            if path.is_file() and not path.is_symlink():
                what = hashlib.sha256(path.read_bytes()).hexdigest()
            found[str(path.relative_to(course))] = f"{path.lstat().st_mode:o} {what}"
    return found


def secret_numbers(hidden: HiddenCases) -> set[str]:
    """Digits of the hidden cases, as any way to print a number would show them."""
    found: set[str] = set()
    for problem in bank.points(ASSIGNMENT):
        for case in hidden.of(ASSIGNMENT, problem):
            for text in map(str, _leaves([list(case.inputs.values()), case.expected])):
                digits = text.lstrip("-").split("e")[0]
                if len(digits) >= 8:
                    found.add(digits[:8])
    return found


def _leaves(value: object) -> list[object]:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in _leaves(item)]
    return [value]
