"""`tools/compare_sites.py`: what is the same, and how what differs is told."""

import json
import shutil
from pathlib import Path

import pytest

from tools.compare_sites import differences, main

PAGE = """<html><body><section id="a"><p>It took <span class="ffn-measured">3</span> steps.</p>
<div class="cell"><div class="cell_input">print(loss(W))</div><div class="cell_output">
<div class="output">loss 0.25, 12 units\nthe layer takes 3.1 ms</div></div></div>
<figure class="ffn-explorer" data-key="n" data-start="{}"><div class="ffn-wide"><svg>
<path d="M0,1L2,3"></path></svg></div><p class="ffn-text">The loss is 0.25.</p></figure>
</section></body></html>"""
SWEEP = {
    "stops": [0, 1],
    "parts": ["<svg>", "<path d='M0,1'/>", "<path d='M0,2'/>"],
    "frames": [[0, 1], [0, 2]],
    "texts": ["The loss is 0.25.", "The loss is 0.5."],
    "tables": ["", ""],
}


@pytest.fixture
def sites(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    (old / "_static" / "sweeps").mkdir(parents=True)
    (old / "index.html").write_text(PAGE)
    (old / "_static" / "sweeps" / "n.w.wide.json").write_text(json.dumps(SWEEP))
    shutil.copytree(old, new)
    return old, new


def change(site: Path, name: str, was: str, now: str) -> None:
    text = (site / name).read_text()
    assert was in text
    (site / name).write_text(text.replace(was, now))


def test_the_same_site_has_no_difference(sites, capsys):
    old, new = sites
    assert main([str(old), str(new)]) == 0
    assert capsys.readouterr().out == "no difference\n"


@pytest.mark.parametrize(
    ("was", "now", "kind", "place"),
    [
        ("loss 0.25, 12", "loss 0.26, 12", "number", "print(loss(W))"),
        ("12 units", "12 neurons", "words", "print(loss(W))"),
        ("3.1 ms", "3.4 ms", "time", "print(loss(W))"),
        (">3<", ">4<", "number", "measured in a"),
        ("M0,1L2,3", "M0,1L2,4", "number", "explorer n: wide"),
        ("The loss is 0.25.", "The loss is 0.26.", "number", "explorer n: text"),
    ],
)
def test_what_differs_is_told_with_its_kind(sites, was, now, kind, place, capsys):
    old, new = sites
    change(new, "index.html", was, now)
    (found,) = differences(old, new)
    assert found.kind == kind
    assert place in found.place
    assert main([str(old), str(new)]) == (kind != "time")
    assert capsys.readouterr().out.endswith(f"1 {kind}\n")


def test_every_stop_of_a_sweep_is_compared(sites):
    old, new = sites
    change(new, "_static/sweeps/n.w.wide.json", "M0,2", "M0,3")
    change(new, "_static/sweeps/n.w.wide.json", "is 0.5.", "is 0.75.")
    picture, sentence = differences(old, new)
    assert (picture.kind, picture.place) == ("number", "sweep n.w.wide at 1: picture")
    assert (sentence.was, sentence.now) == ("The loss is 0.5.", "The loss is 0.75.")


def test_a_cell_that_is_gone_is_told(sites):
    old, new = sites
    change(new, "index.html", "print(loss(W))", "print(loss(W, b))")
    assert [one.kind for one in differences(old, new)] == ["gone", "new"]


def test_a_folder_that_is_no_site_is_told(sites, tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path), str(sites[0])])
    assert "must be the folder of a built site" in capsys.readouterr().err
