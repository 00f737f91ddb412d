"""One attack: a row of the table. What it is made of stands in the modules beside this one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ASSIGNMENT = "neurons"
# Two problems are solved in every submission, three are not: what an attack is to win.
EARNED = {
    "compose": 0,
    "count_parameters": 3,
    "xor_network": 3,
    "abs_network": 0,
    "piecewise_network": 0,
}
NOTHING = dict.fromkeys(EARNED, 0)
RIGHT = {
    "count_parameters": (
        "def count_parameters(sizes):\n"
        "    return sum((n + 1) * m for n, m in zip(sizes[:-1], sizes[1:]))\n"
    ),
    "xor_network": "def xor_network():\n    return [[1, 1], [1, 1]], [0, -1], [1, -2], 0\n",
}
WRONG = {
    "compose": "def compose(A, a, B, b):\n    return A, a\n",
    "abs_network": "def abs_network():\n    return [1], [0], [1], 0\n",
    "piecewise_network": "def piecewise_network(x, y):\n    return [1], [0], [1], 0\n",
}
COMPOSE = "def compose(A, a, B, b):\n    return B @ A, B @ a + b\n"  # the right answer

Notebook = dict[str, Any]


@dataclass(frozen=True)
class Attack:
    """What one hostile student hands in, and what must come of it.

    In the code of an attack ``@COURSE@`` stands for the course's folder and ``@NEIGHBOUR@`` for
    another student's notebook: the attacker knows both. What it prints as ``GOT`` it must not have.
    """

    name: str
    does: str
    first: str = ""  # a cell before all others
    last: str = ""  # a cell after all others
    answers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""  # a Markdown cell at the end
    change: Callable[[Notebook], object] | None = None  # of the notebook as it is handed in
    files: Callable[[Path], object] | None = None  # what is done to the folder that is handed in
    earns: Mapping[str, float] | None = None  # if not what the honest part earns
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    aside: bool = False  # it cannot be graded at all, and that is said

    @property
    def due(self) -> dict[str, float]:
        """Marks of each problem."""
        return {**EARNED, **(self.earns or {})}


def given(notebook: Notebook, name: str) -> dict[str, Any]:
    """The cell with this grade_id."""
    found: dict[str, Any] = next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == name
    )
    return found


def code(source: str, name: str, **metadata: Any) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": name,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def markdown(source: str, name: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source, **more}
