"""A small computation as a graph: values flow forwards, gradients flow back."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ffnlib._base.numbers import number
from ffnlib.figures import Choice, Graph, Node, Panel, Scene, Slider, Steps, Table, explorer
from ffnlib.training import STEP, Value

OPERATIONS: dict[str, Callable[..., Value]] = {
    "×": lambda a, b: a * b,
    "+": lambda a, b: a + b,
    "−": lambda a, b: a - b,
    "square": lambda a: a**2,
    "tanh": Value.tanh,
    "exp": Value.exp,
    "log": Value.log,
}


class Leaf(NamedTuple):
    """A number the computation starts from: its name, what it is, and where its box stands."""

    name: str
    meaning: str
    place: float


class Operation(NamedTuple):
    """A number that is computed: an operation on others, and where its box stands."""

    name: str
    operation: str
    inputs: tuple[str, ...]
    column: int
    place: float = 0.5


class Program(NamedTuple):
    """A computation, every number after those it is made of; the last one is the loss."""

    leaves: tuple[Leaf, ...]
    operations: tuple[Operation, ...]


TARGET = 1.0

PROGRAMS = {
    "neuron": Program(
        (Leaf("w", "weight", 0.0), Leaf("x", "input", 1 / 3), Leaf("b", "bias", 2 / 3),
         Leaf("y", "target", 1.0)),
        (Operation("wx", "×", ("w", "x"), 1, 1 / 6), Operation("z", "+", ("wx", "b"), 2, 0.4),
         Operation("h", "tanh", ("z",), 3, 0.4), Operation("e", "−", ("h", "y"), 4, 0.7),
         Operation("J", "square", ("e",), 5, 0.7)),
    ),
    "x used twice": Program(
        (Leaf("w", "", 0.0), Leaf("x", "", 0.5), Leaf("b", "", 1.0)),
        (Operation("u", "×", ("w", "x"), 1, 0.2), Operation("v", "+", ("x", "b"), 1, 0.8),
         Operation("J", "×", ("u", "v"), 2)),
    ),
    "cross-entropy": Program(
        (Leaf("z₁", "correct", 0.0), Leaf("z₂", "logit", 0.5), Leaf("z₃", "logit", 1.0)),
        (Operation("exp z₁", "exp", ("z₁",), 1, 0.3), Operation("exp z₂", "exp", ("z₂",), 1, 0.65),
         Operation("exp z₃", "exp", ("z₃",), 1, 1.0),
         Operation("s", "+", ("exp z₁", "exp z₂"), 2, 0.5),
         Operation("sum", "+", ("s", "exp z₃"), 3, 0.7), Operation("lse", "log", ("sum",), 4, 0.7),
         Operation("J", "−", ("lse", "z₁"), 5, 0.3)),
    ),
}  # fmt: skip

ENDS = {name: 2 * len(program.operations) + 1 for name, program in PROGRAMS.items()}
"""Steps of each: one an operation forwards, the seed, one an operation back."""


def named(program: Program, values: Sequence[float]) -> dict[str, float]:
    """Return the given numbers by name: those of the sliders in order, then the target if any."""
    return dict(zip((g.name for g in program.leaves), (*values, TARGET), strict=False))


def compute(
    program: Program, numbers: Mapping[str, float], nudged: str = "", by: float = 0.0
) -> dict[str, Value]:
    """Run a program; the number called ``nudged`` is moved by ``by`` once it is known."""
    values = {g.name: Value(numbers[g.name] + by * (g.name == nudged)) for g in program.leaves}
    for name, operation, inputs, *_ in program.operations:
        value = OPERATIONS[operation](*[values[i] for i in inputs])
        values[name] = Value(value.data + by) if name == nudged else value
    return values


def difference(program: Program, numbers: Mapping[str, float], name: str) -> float:
    """Central difference of the loss when one number of the computation is moved."""
    loss = program.operations[-1].name
    above, below = (compute(program, numbers, name, h)[loss].data for h in (STEP, -STEP))
    return (above - below) / (2 * STEP)


class Progress(NamedTuple):
    """The progress of the computation."""

    known: set[str]
    """Numbers that have a value."""
    grads: dict[str, float]
    """What has arrived of each gradient."""
    final: set[str]
    """Numbers whose gradient is complete."""
    acting: Operation | None
    """The operation at work in this step."""
    forward: bool


def progress_after(program: Program, values: Mapping[str, Value], step: int) -> Progress:
    """Return the state after some steps: one an operation forwards, the seed, one each back."""
    operations = program.operations
    names = [g.name for g in program.leaves]
    if step <= len(operations):
        names += [m.name for m in operations[:step]]
        return Progress(set(names), {}, set(), operations[step - 1] if step else None, True)
    names += [m.name for m in operations]
    grads = {operations[-1].name: 1.0}
    sent = operations[::-1][: step - len(operations) - 1]
    for m in sent:
        for name, slope in zip(m.inputs, values[m.name].slopes, strict=True):
            grads[name] = grads.get(name, 0.0) + slope * grads[m.name]
    waiting = {i for m in operations if m not in sent for i in m.inputs}
    final = {name for name in names if name in grads and name not in waiting}
    return Progress(set(names), grads, final, sent[-1] if sent else operations[-1], False)


@explorer(
    title="Forward for values, backward for gradients",
    controls=[
        Choice("expression", list(PROGRAMS)),
        Steps(
            "steps",
            max(ENDS.values()),
            stops_at=tuple(range(ENDS["neuron"] + 1)),
            ends=("expression", ENDS),
            label="step",
            views=("expression", "a", "b", "c"),
            pace=1.5,
        ),
        Slider("a", -3, 3, step=0.25, label="first number"),
        Slider("b", -3, 3, step=0.25, label="second number"),
        Slider("c", -3, 3, step=0.25, label="third number"),
    ],
)
def graph(
    expression: str = "neuron", steps: int = 5, a: float = -0.5, b: float = 2.0, c: float = 0.5
) -> Scene:
    """Walk through a computation node by node, with finite differences beside the gradients."""
    program = PROGRAMS[expression]
    numbers = named(program, (a, b, c))
    values = compute(program, numbers)
    step = min(steps, ENDS[expression])
    now = progress_after(program, values, step)
    slopes = {name: difference(program, numbers, name) for name in values}
    boxes = [
        Node(g.name, _rows(f"{g.name} {g.meaning}".strip(), g.name, values, now), 0, g.place)
        for g in program.leaves
    ]
    colour = "output" if now.forward else "gradient"
    for m in program.operations:
        title = f"{m.name} = {m.operation}" if m.name == "J" else m.operation
        rows = _rows(title, m.name, values, now)
        boxes.append(Node(m.name, rows, m.column, m.place, colour if m == now.acting else ""))
    edges = [(i, m.name) for m in program.operations for i in m.inputs]
    passed = program.operations[::-1][: max(step - len(program.operations) - 1, 0)]
    factors = [
        (i, m.name, f"× {number(slope)}")
        for m in passed
        for i, slope in zip(m.inputs, values[m.name].slopes, strict=True)
    ]
    picture = Graph(boxes, edges, _lit(now, len(program.operations), step), colour, factors)
    return Scene(
        [Panel([picture], axes=False, height=460)],
        text=_sentence(program, values, now, slopes, step),
        table=_table(values, now, slopes),
    )


def _rows(
    title: str,
    name: str,
    values: Mapping[str, Value],
    now: Progress,
) -> list[str]:
    rows = [title, number(values[name].data) if name in now.known else "?", ""]
    if name in now.grads:
        rows[2] = f"∂ {number(now.grads[name])}" + ("" if name in now.final else " + …")
    return rows


def _tidy(slope: float) -> float:
    """A difference without the rounding that a difference of nothing leaves."""
    return slope if abs(slope) > 1e-9 else 0.0


def _lit(now: Progress, operations: int, step: int) -> list[tuple[str, str]]:
    if now.acting is None or step == operations + 1:
        return []
    pairs = [(i, now.acting.name) for i in now.acting.inputs]
    return pairs if now.forward else [(end, start) for start, end in pairs]


def _sentence(
    program: Program,
    values: Mapping[str, Value],
    now: Progress,
    slopes: Mapping[str, float],
    step: int,
) -> str:
    total = 2 * len(program.operations) + 1
    if now.acting is None:
        return "Only the inputs are known. Each step computes one more number from those before it."
    at, name = f"Step {step} of {total}", now.acting.operation
    if now.forward:
        said = f"{at}, forward: {name} gives {number(values[now.acting.name].data)}."
        return said + (" That is the loss J." if step == len(program.operations) else "")
    if step == len(program.operations) + 1:
        return f"{at}: the backward pass starts at the loss; its slope with respect to itself is 1."
    local = [number(s) for s in values[now.acting.name].slopes]
    said = (
        f"{at}, backward: {name} passes its gradient {number(now.grads[now.acting.name])} to"
        f" its input{'s' * (len(local) > 1)}, times the slope{'s' * (len(local) > 1)}"
        f" {' and '.join(local)}."
    )
    if step < total:
        return said
    worst = max(abs(now.grads[name] - slopes[name]) for name in now.final)
    known = [g.name for g in program.leaves if g.meaning != "target"]
    listed = ", ".join(f"∂J/∂{name} = {number(now.grads[name])}" for name in known)
    return f"All gradients are computed: {listed}. Finite differences agree to {_bound(worst)}."


def _bound(worst: float) -> str:
    """A power of ten that the error does not exceed."""
    bound = 1e-12
    while bound < worst:
        bound *= 10
    return number(bound, 1)


def _table(values: Mapping[str, Value], now: Progress, slopes: Mapping[str, float]) -> Table:
    rows: list[Sequence[object]] = []
    for name, value in values.items():
        shown = value.data if name in now.known else "?"
        arrived = name in now.final
        grad = now.grads[name] if arrived else "?"
        rows.append([name, shown, grad, _tidy(slopes[name]) if arrived else "?"])
    return Table(["number", "value", "gradient ∂", "finite difference Δ"], rows)
