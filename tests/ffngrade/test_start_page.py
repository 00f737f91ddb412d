"""The page *Start here* is followed to the letter: its commands are run, in its order."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import bank
import pytest

from ffngrade.sandbox import bubblewrap

PAGE = (bank.EXERCISES.parent / "chapters" / "start_teaching.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
ONCE = ("python3 -m venv", "pip install", "sudo ", "cd exercises")
"""What is done here before: an environment, bubblewrap, and a folder of its own."""
ATTENTION = "trap 'status=$?; [ $status = 3 ] || exit $status' ERR"
"""Exit code 3 says that somebody needs attention, as the page does; any other is a failure."""
OBSTACLE = bubblewrap.obstacle()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(OBSTACLE), reason=f"no sandbox: {OBSTACLE}"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder in which the commands were run, all but the last block, and what they said."""
    made = tmp_path_factory.mktemp("start") / "exercises"
    for part in ("source/neurons", "cases"):
        shutil.copytree(bank.EXERCISES / part, made / part)
    for file in ("nbgrader_config.py", "sections.toml"):
        shutil.copy(bank.EXERCISES / file, made)
    lines = [
        line for block in BLOCKS[:-1] for line in block.splitlines() if not line.startswith(ONCE)
    ]
    names = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", "\n".join([ATTENTION, *lines, "exit 0"])],
        cwd=made,
        env={key: text for key, text in names.items() if not key.startswith("FFN_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (made / "said").write_text(done.stdout + done.stderr)
    return made


def test_its_commands_lead_to_grades(folder):
    with (folder / "grades.csv").open() as file:
        found = {row["student_id"]: row for row in csv.DictReader(file)}
    assert set(found) == {"ann", "ben", "cleo", "dora", "emil"}
    automatic = sum(bank.points("neurons").values())
    assert float(found["ann"]["score"]) == automatic
    assert found["ann"]["reason"] == "1 answer to be marked by hand"
    assert float(found["cleo"]["score"]) == 0
    assert found["ben"]["score"] == ""
    assert found["ben"]["reason"].startswith("set aside")
    assert found["emil"]["reason"] == "nothing handed in"


def test_what_it_promises_is_there(folder):
    for path in re.findall(r"`((?:feedback|reports)/[\w/.-]+|grades\.csv)`", PAGE):
        assert (folder / path).is_file(), path
    said = (folder / "said").read_text()
    assert "Students' code runs in a sandbox here." in said
    assert "nothing is seen of this course" in said
    assert "The seed is" not in said  # it is a secret one now
    seed = (folder / "nbgrader_config.py").read_text()
    assert re.search(r'^seed = "[0-9a-f]{32}"$', seed, re.MULTILINE)


def test_the_trial_can_be_removed(folder):
    (removal,) = re.findall(r"^rm -rf (.+)$", BLOCKS[-1], re.MULTILINE)
    made = {path.name for path in folder.iterdir()} - {"said", "release", ".ipynb_checkpoints"}
    kept = {path.name for path in bank.EXERCISES.iterdir()}
    assert made - kept <= set(removal.split())
    assert not set(removal.split()) & {"source", "cases", "bank", "nbgrader_config.py"}
