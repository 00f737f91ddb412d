"""Attacks on the notebook: what is handed in is not what was handed out."""

from hostile.attack import COMPOSE, NOTHING, Attack, code, given, markdown
from hostile.changes import (
    about,
    beside,
    deep,
    graded,
    handed_in,
    instead,
    link,
    nan,
    nested,
    old,
    swap,
    twice,
    without,
)

ROWS = [
    Attack(
        "more points",
        "raises what its tests are worth",
        change=lambda nb: [known.update(points=100) for known in about(nb, "test_xor_network")],
    ),
    Attack("infinite points", "makes its tests worth infinity", files=nan),
    Attack(
        "swapped tests",
        "gives a hard test the name of an easy one",
        change=lambda nb: swap(nb, "test_compose", "test_count_parameters"),
    ),
    Attack(
        "swapped with an answer",
        "gives its answer the name of the test and the test the name of the answer",
        change=lambda nb: swap(nb, "test_compose", "compose"),
    ),
    Attack("deleted test", "deletes a test", change=lambda nb: without(nb, "test_compose")),
    Attack(
        "deleted beginning",
        "deletes the cell that names the assignment",
        change=lambda nb: without(nb, "begin"),
        earns={},
    ),
    Attack("twin of a test", "copies a test", change=lambda nb: twice(nb, "test_count_parameters")),
    Attack(
        "twin that is easy",
        "puts an easy twin of a test after it",
        change=lambda nb: twice(nb, "test_compose", "assert True"),
    ),
    Attack(
        "test becomes text",
        "turns a test into a Markdown cell",
        change=lambda nb: given(nb, "test_compose").update(cell_type="markdown"),
    ),
    Attack(
        "test becomes an answer",
        "says that a test is an answer, so that it runs as one",
        change=lambda nb: [
            known.update(solution=True, locked=False) for known in about(nb, "test_compose")
        ],
    ),
    Attack(
        "test without marks",
        "says that a test is not graded",
        change=lambda nb: [known.update(grade=False) for known in about(nb, "test_compose")],
    ),
    Attack(
        "answer with marks",
        "says that its answer is a test worth a hundred",
        change=lambda nb: [
            known.update(grade=True, points=100, locked=True) for known in about(nb, "compose")
        ],
    ),
    Attack(
        "proof by code",
        "turns the proof, which a person marks, into a test that passes",
        change=lambda nb: given(nb, "prove").update(
            code("print('passed')", "p", nbgrader=dict(about(nb, "prove")[0], solution=False))
        ),
    ),
    Attack(
        "test of its own",
        "adds a test worth a hundred",
        change=lambda nb: nb["cells"].append(
            code(
                "print('passed')",
                "mine",
                nbgrader=dict(about(nb, "test_compose")[0], grade_id="mine", points=100),
            )
        ),
    ),
    Attack(
        "no metadata",
        "strips all metadata",
        change=lambda nb: [cell.update(metadata={}) for cell in nb["cells"]],
    ),
    Attack(
        "empty metadata",
        "leaves nothing in nbgrader's metadata",
        change=lambda nb: [cell["metadata"].update(nbgrader={}) for cell in graded(nb)],
    ),
    Attack(
        "schema of tomorrow",
        "names a version of the metadata that there is not",
        change=lambda nb: [
            known.update(schema_version=99) for known in about(nb, "test_compose", "compose")
        ],
    ),
    Attack(
        "metadata of other kinds",
        "writes lists and numbers where nbgrader expects words",
        change=lambda nb: [
            cell["metadata"]["nbgrader"].update(points="ten", locked="no", grade=[1], task={})
            for cell in graded(nb)[3:6]
        ],
    ),
    Attack(
        "names that are markup",
        "writes HTML into the names of cells",
        change=lambda nb: nb["cells"].append(
            code(
                "1",
                '"><script>1</script>',
                tags=['"><img src=x onerror=alert(1)>'],
                nbgrader={
                    "grade_id": '"><script>alert(1)</script>',
                    "grade": True,
                    "locked": True,
                    "points": 3,
                    "schema_version": 3,
                    "solution": False,
                    "task": False,
                },
            )
        ),
    ),
    Attack(
        "same id everywhere",
        "gives all cells one id",
        change=lambda nb: [cell.update(id="same") for cell in nb["cells"]],
    ),
    Attack(
        "another kernel",
        "asks for another kernel and another language",
        change=lambda nb: nb.update(
            metadata={
                "kernelspec": {
                    "name": "bash",
                    "display_name": "x",
                    "language": "bash",
                    "argv": ["sh", "-c", "touch @COURSE@/pwned"],
                },
                "language_info": {"name": "../../evil", "pygments_lexer": "evil"},
                "widgets": {
                    "application/vnd.jupyter.widget-state+json": {"state": {"x": "</script>"}}
                },
            }
        ),
    ),
    Attack("old format", "comes in a format of ten years ago", change=old),
    Attack(
        "no notebook",
        "hands in text that is no notebook",
        files=instead(b"my homework"),
        earns=NOTHING,
        aside=True,
    ),
    Attack("empty file", "hands in nothing", files=instead(b""), earns=NOTHING, aside=True),
    Attack(
        "list",
        "hands in JSON that is no notebook",
        files=instead(b"[[], {}]"),
        earns=NOTHING,
        aside=True,
    ),
    Attack(
        "bytes",
        "hands in bytes that are no text",
        files=instead(b"\xff\xfe\x00\x01" * 99),
        earns=NOTHING,
        aside=True,
    ),
    Attack(
        "deep metadata",
        "hands in JSON deeper than any stack",
        files=deep,
        earns=NOTHING,
        aside=True,
    ),
    Attack(
        "wrong name",
        "hands in a file with another name",
        files=lambda folder: handed_in(folder).rename(folder / "neurons (1).ipynb"),
    ),
    Attack("nested folder", "hands in a folder in a folder", files=nested),
    Attack(
        "link to a neighbour",
        "hands in a link to another student's work",
        files=link("submitted/honest-solved/neurons/neurons.ipynb"),
        earns=NOTHING,
        aside=True,
    ),
    Attack(
        "link to the solution",
        "hands in a link to the solved notebook",
        files=link("source/neurons/neurons.ipynb"),
        earns=NOTHING,
        aside=True,
    ),
    Attack(
        "files beside it",
        "hands in links to the gradebook and modules with the names of libraries",
        files=beside,
        answers={"compose": COMPOSE},
        earns={"compose": 3},
    ),
    Attack(
        "odd time",
        "hands in a time of its own that is none",
        files=lambda folder: (folder / "timestamp.txt").write_text("yesterday, before you said so"),
    ),
    Attack(
        "many cells",
        "adds fifteen hundred cells",
        change=lambda nb: nb["cells"].extend(markdown(f"cell {i}", f"m{i}") for i in range(1500)),
    ),
    Attack(
        "one huge cell",
        "writes five million characters into a cell",
        earns=NOTHING,
        aside=True,
        change=lambda nb: nb["cells"].append(code("x = 1  # " + "x" * 5_000_000, "huge")),
    ),
    Attack(
        "forged outputs",
        "hands in outputs of a test that passed",
        change=lambda nb: given(nb, "test_compose").update(
            execution_count=1,
            outputs=[
                {
                    "output_type": "stream",
                    "name": "stdout",
                    "text": "3 visible cases passed\n7 hidden cases passed\n",
                }
            ],
        ),
    ),
    Attack(
        "edited test",
        "writes `assert True` into the test cells",
        change=lambda nb: [
            cell.update(source="assert True")
            for cell in nb["cells"]
            if cell["metadata"].get("nbgrader", {}).get("grade") and cell["cell_type"] == "code"
        ],
    ),
    Attack(
        "edited cases",
        "writes cases that it passes into the test cell",
        change=lambda nb: given(nb, "test_compose").update(
            source='from ffnlib import checks\nchecks.verify("compose", compose, [])'
        ),
    ),
]
