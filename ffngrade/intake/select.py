"""Which file of a submission is the notebook that is asked for, where its name does not say so."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ffngrade.core.errors import UnreadableSubmissionError
from ffngrade.core.submission import Findings, Rejection
from ffngrade.intake.release import Release
from ffngrade.intake.safe_files import Entry, content, entries
from ffngrade.intake.validate import Checked, check

LARGEST = 20 * 2**20
"""Bytes of a file that is read."""
MOST_LOOKED_AT = 20
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$|\.json$", re.IGNORECASE)
CHECKPOINT = re.compile(r"-checkpoint\.ipynb$", re.IGNORECASE)


class Choice(NamedTuple):
    """The notebooks of a submission, checked, by name; or why there are none."""

    checked: Mapping[str, Checked]
    findings: Findings


class _Candidate(NamedTuple):
    entry: Entry
    checked: Checked


def choose(files: Sequence[Entry], wanted: Mapping[str, Release]) -> Choice:
    """Find and check each notebook of an assignment.

    The file of the right name counts. If there is none, or nothing is in it, another one counts
    where only one can be meant. A submission is rejected if not one of its notebooks can be used.
    """
    checked: dict[str, Checked] = {}
    findings = Findings()
    reasons: list[Rejection] = []
    for name, release in wanted.items():
        found, why = _choose_one(files, release, set(wanted) - {name})
        if found is None:
            assert why is not None
            reasons.append(why)
            if len(wanted) > 1:
                findings.repaired.append(f"{name}.ipynb is left out: {why.teacher}")
            continue
        checked[name] = found.checked
        if found.entry.name != f"{name}.ipynb":
            findings.repaired.append(f"{found.entry.shown} was taken for {name}.ipynb")
    if not checked:
        findings.rejection = reasons[0]
    return Choice(checked, findings)


def elsewhere(folder: Path, wanted: Mapping[str, Release]) -> tuple[Path | None, list[Entry]]:
    """Look for a submission whose folder is missing: under a name like it, or beside the folders.

    Gives the other folder and what is in it, or no folder and the student's loose notebooks that
    are the assignment's.
    """
    above = folder.parent
    if not above.is_dir():
        return None, []
    alike = [p for p in above.iterdir() if p.is_dir() and _plain(p.name) == _plain(folder.name)]
    if len(alike) == 1:
        return alike[0], entries(alike[0])
    loose = [entry for entry in entries(above, deep=0) if NOTEBOOK.search(entry.name)]
    names = {f"{name}.ipynb" for name in wanted}
    return None, [e for e in loose if e.name in names or _is_one_of(e, wanted)]


def _choose_one(
    files: Sequence[Entry], release: Release, others: set[str]
) -> tuple[_Candidate | None, Rejection | None]:
    right = [e for e in files if e.name == f"{release.notebook}.ipynb"]
    rest = [e for e in files if e not in right and _may_be(e, others)][:MOST_LOOKED_AT]
    exact = _checked(right[0], release) if right else None
    if exact is not None and exact.checked.notebook is not None and exact.checked.answered:
        return exact, None
    found = [_checked(entry, release) for entry in rest]
    good = [one for one in found if one.checked.notebook is not None]
    answered = _different([one for one in good if one.checked.answered])
    if len(answered) == 1:
        return answered[0], None
    if exact is not None and exact.checked.notebook is not None:
        return exact, None  # nothing is in it, and nothing else is better
    if exact is not None and not answered:
        return None, exact.checked.findings.rejection
    same_name = [one for one in answered if _stem(one.entry) == release.notebook]
    if len(same_name) == 1:
        return same_name[0], None
    blank = _different(good)
    if len(blank) == 1:
        return blank[0], None
    if good:
        return None, _several(good, release)
    if len(found) == 1:
        return None, found[0].checked.findings.rejection
    return None, _none(files, found, release)


def _may_be(entry: Entry, others: set[str]) -> bool:
    is_notebook = NOTEBOOK.search(entry.name) and not CHECKPOINT.search(entry.name)
    return bool(is_notebook) and entry.kind == "file" and _stem(entry) not in others


def _checked(entry: Entry, release: Release) -> _Candidate:
    if entry.kind != "file":
        return _Candidate(entry, Checked(None, Findings(rejection=_not_a_file(entry))))
    try:
        return _Candidate(entry, check(content(entry, LARGEST), release))
    except UnreadableSubmissionError as why:
        hint = "Your notebook cannot be read, or is too large: clear its outputs, save it, and "
        findings = Findings.rejected(str(why), f"{hint}hand it in again.")
        return _Candidate(entry, Checked(None, findings))


def _is_one_of(entry: Entry, wanted: Mapping[str, Release]) -> bool:
    releases = wanted.values()
    return any(_checked(entry, release).checked.notebook is not None for release in releases)


def _different(found: Sequence[_Candidate]) -> list[_Candidate]:
    """Of those with the same answers only the first."""
    once: dict[str, _Candidate] = {}
    for one in found:
        assert one.checked.notebook is not None
        text = "\0".join(cell.source for cell in one.checked.notebook.cells)
        once.setdefault(text, one)
    return list(once.values())


def _several(found: Sequence[_Candidate], release: Release) -> Rejection:
    names = ", ".join(one.entry.shown for one in found[:5])
    return Rejection(
        f"any of {len(found)} notebooks may be meant: {names}",
        f"You handed in several notebooks ({names}), and it is not clear which one counts: hand in "
        f"one, called {release.notebook}.ipynb.",
    )


def _none(files: Sequence[Entry], found: Sequence[_Candidate], release: Release) -> Rejection:
    names = ", ".join(entry.shown for entry in files[:5])
    if found:
        what = f"none of {len(found)} notebooks is that of {release.notebook}"
    elif files:
        what = f"there is no notebook for {release.notebook}, but {names}"
    else:
        what = "the folder is empty"
    return Rejection(
        what,
        f"What you handed in ({names or 'an empty folder'}) does not hold the notebook "
        f"{release.notebook}.ipynb: hand that one in.",
    )


def _not_a_file(entry: Entry) -> Rejection:
    return Rejection(
        f"{entry.shown} {entry.why}, and not a file",
        f"{entry.shown} is not a file: hand in the notebook itself.",
    )


def _stem(entry: Entry) -> str:
    return NOTEBOOK.sub("", entry.name.rsplit("/", 1)[-1])


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
