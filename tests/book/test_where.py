"""`tools/where.py`: from an explorer's name to everything that belongs to it."""

import importlib
import pkgutil
import re

import pytest

from ffnlib import explorers
from tests.conftest import ROOT
from tools.where import report

EVERY = [
    f"{topic.name}.{name}"
    for topic in pkgutil.iter_modules(explorers.__path__)
    for name in importlib.import_module(f"ffnlib.explorers.{topic.name}").__all__
]


@pytest.mark.parametrize("name", EVERY)
def test_every_place_that_is_named_is_there(name: str) -> None:
    said = report(name)
    topic, function = name.split(".")
    assert f"ffnlib/explorers/{topic}/{function}.py:" in said
    chapters = re.findall(r"^chapters   (.*):\d+$", said, re.MULTILINE)
    assert set(chapters) == {
        str(page.relative_to(ROOT))
        for page in (ROOT / "chapters").glob("[0-9]*.md")
        if re.search(rf"\b{topic}(\.| import .*\b){function}\b", page.read_text("utf-8"))
    }
    assert re.search(r"^tests +tests/\S+\.py:\d+$", said, re.MULTILINE)
    assert re.search(r"^calls +ffnlib\.\S+  ffnlib/\S+\.py:\d+$", said, re.MULTILINE)
    for file, line in re.findall(r"([\w/.-]+\.(?:py|md)):(\d+)", said):
        assert 1 <= int(line) <= len((ROOT / file).read_text(encoding="utf-8").splitlines())


def test_what_is_computed_with_is_named() -> None:
    assert "ffnlib.moe.top_k_gates  ffnlib/moe/_routing.py:" in report("moe.gates")


def test_an_unknown_explorer_is_told() -> None:
    with pytest.raises(ValueError, match=r"there is no explorer 'moe\.nope'"):
        report("moe.nope")
