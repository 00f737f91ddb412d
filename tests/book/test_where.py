"""`tools/where.py`: from an explorer's name to everything that belongs to it."""

import re

import pytest

from tests.conftest import ROOT
from tools.where import report


@pytest.mark.parametrize("name", ["moe.gates", "neurons.hinges", "quantization.gptq"])
def test_every_place_that_is_named_is_there(name: str) -> None:
    said = report(name)
    topic, function = name.split(".")
    assert f"ffnlib/explorers/{topic}/{function}.py:" in said
    assert re.search(rf"^chapters   chapters/\d\d_{topic}\.md:\d+$", said, re.MULTILINE)
    for file, line in re.findall(r"([\w/.-]+\.(?:py|md)):(\d+)", said):
        assert 1 <= int(line) <= len((ROOT / file).read_text(encoding="utf-8").splitlines())


def test_what_is_computed_with_is_named() -> None:
    assert "ffnlib.moe.top_k_gates  ffnlib/moe/_routing.py:" in report("moe.gates")


def test_an_unknown_explorer_is_told() -> None:
    with pytest.raises(ValueError, match=r"there is no explorer 'moe\.nope'"):
        report("moe.nope")
