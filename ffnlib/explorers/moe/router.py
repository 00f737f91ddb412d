"""The router in training: who gets the tokens, how experts starve, and what feeds them again."""

from typing import Any

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib._base.numbers import number
from ffnlib.explorers.moe.polygons import filled
from ffnlib.explorers.moe.router_run import (
    EXPERTS,
    TOKENS,
    Run,
    Settings,
    begin,
    copy,
    regions,
    step,
)
from ffnlib.figures import (
    Area,
    Bars,
    Button,
    Card,
    Choice,
    Label,
    Line,
    Mark,
    Panel,
    Rule,
    Scatter,
    Scene,
    Slider,
    Steps,
    Table,
    Toggle,
    explorer,
)
from ffnlib.moe import capacity as places_of
from ffnlib.training import Replay

LAST = 400
"""Steps after which a run ends."""

BAKED = (0, 5, 10, 20, 30, 40, 50, 60, 80, 100, 150, 200, 300, 400)

COLOURS = ("gradient", "second", "error", "third")
"""Of the experts' regions and loads; input and output are the classes of the tokens."""

REACH = 1.0

SQUARE = (-REACH, REACH)

CURES: dict[str, dict[str, Any]] = {
    "none": {},
    "α = 0.1": {"balance": 0.1},
    "Sinkhorn": {"sinkhorn": True},
    "limit": {"capacity": 1.25},
    "k = 2": {"top_k": 2},
    "noise": {"noise": 1.0},
}
"""What is set to keep one expert from taking all; everything else is as the reader has it."""

_runs: Replay[Run] = Replay(
    lambda *key: begin(Settings(*key)), step, every=25, copy=copy, runs=2 * len(CURES)
)


@explorer(
    title="A router in training",
    controls=[
        Steps("steps", LAST, stops_at=BAKED, views=["compare"]),
        Choice("shared", [0.0, 1.0, 3.0], label="shared coordinate"),
        Choice("balance", [0.0, 0.01, 0.1, 0.3], label="balance α"),
        Toggle("sinkhorn", label="Sinkhorn chooses"),
        Slider("sets_in", 0, 300, step=50, label="both start at step", more=True),
        Choice("top_k", [1, 2, 3], label="experts k", more=True),
        Choice("capacity", ["none", 1, 1.25, 2], label="capacity"),
        Slider("noise", 0, 2, step=0.25, label="noise", more=True),
        Toggle("compare", label="Compare the cures", more=True),
        Button("seed", label="New tokens and weights", more=True),
    ],
    cards=[
        Card("it works", {}, "Each expert takes a few neighbouring groups: the ring is divided."),
        Card(
            "it collapses",
            {"shared": 3.0},
            "What all tokens share decides: one expert wins them all, and only that one learns.",
        ),
        Card(
            "balanced",
            {"shared": 3.0, "balance": 0.1},
            "From step 100 the balancing loss pushes tokens away from the busy expert.",
        ),
        Card(
            "all cures",
            {"shared": 3.0, "steps": LAST, "compare": True},
            "Same tokens, same start: below, what each cure alone achieves in as many steps.",
        ),
    ],
)
def router(
    steps: int = 0,
    balance: float = 0.0,
    sinkhorn: bool = False,
    sets_in: int = 100,
    top_k: int = 1,
    capacity: str | float = "none",
    noise: float = 0.0,
    shared: float = 0.0,
    compare: bool = False,
    seed: int = 7,
) -> Scene:
    """Train four experts and their router; give all tokens much in common, and balance the load."""
    factor = None if capacity == "none" else float(capacity)
    settings = Settings(top_k, balance, sinkhorn, sets_in, noise, factor, shared, seed)
    run = _runs.at(settings, steps)
    panels = [_plane(run), _history(run), _loads(run)]
    text = _sentence(run)
    if not compare:
        return Scene([*panels, *_losses(run)], text, _table(run))
    plain = settings._replace(balance=0.0, sinkhorn=False, capacity=None, top_k=1, noise=0.0)
    shares = {
        name: 100 * _runs.at(plain._replace(**cure), steps).measured[-1].accuracy
        for name, cure in CURES.items()
    }
    best = max(shares, key=lambda name: shares[name])
    text += (
        f" Of the cures alone, from the same start, {best} gets most tokens right:"
        f" {number(shares[best])} %; with none it is {number(shares['none'])} %."
    )
    bars = Panel(
        [Bars(list(shares.values()), list(shares), "output")],
        (-0.6, len(shares) - 0.4), (0, 112), y_label="% of the tokens right",
        title="Each cure alone, same seed", row=1, height=220, weight=2, broad=True,
    )  # fmt: skip
    return Scene([*panels, bars], text, _table(run))


def _plane(run: Run) -> Panel:
    """The tokens, over the regions in which each expert is the first choice."""
    marks: list[Mark] = []
    names: list[Mark] = []
    for e, corners in enumerate(regions(run, REACH)):
        if len(corners) > 2:
            marks.append(filled(corners, COLOURS[e]))
            x, y = corners.mean(axis=0)
            names.append(Label(float(x), float(y), str(e + 1), anchor="middle"))
    served = run.routing.kept.any(axis=1)
    for seen, size in ((served, 3.5), (~served, 1.5)):
        if seen.any():
            x, y = run.x[seen, :2].T
            marks.append(Scatter(x, y, classes=run.y[seen], size=size))
    title = "Tokens, and the expert they choose first"
    return Panel([*marks, *names], x=SQUARE, y=SQUARE, equal=True, title=title, height=330)


def _kept(run: Run) -> Array:
    """Steps enough for a curve, the last one among them."""
    return np.unique(np.linspace(0, run.steps, min(run.steps + 1, 121)).astype(int))


def _end(run: Run) -> float:
    return max(20.0, float(run.steps))


def _sets_in(run: Run) -> list[Mark]:
    s = run.settings
    there = (s.balance > 0 or s.sinkhorn) and 0 < s.sets_in <= _end(run)
    return [Rule(x=float(s.sets_in))] if there else []


def _history(run: Run) -> Panel:
    """The experts' shares so far, one above the other."""
    moments = _kept(run)
    shares = np.array([run.measured[i].shares for i in moments])  # (moments, EXPERTS)
    x = np.append(moments, run.steps + 0.02 * _end(run))  # the last one as wide as can be seen
    shares = np.append(shares, shares[-1:], axis=0)
    tops = np.cumsum(shares, axis=1)
    marks: list[Mark] = []
    for e in range(EXPERTS):
        marks.append(Area(x, tops[:, e] - shares[:, e], tops[:, e], COLOURS[e]))
        if shares[-1, e] > 0.06:
            middle = float(tops[-1, e] - shares[-1, e] / 2)
            early = run.steps < 0.1 * _end(run)
            at = 1.2 * x[-1] if early else 0.97 * x[-1]
            marks.append(Label(at, middle - 0.02, str(e + 1), anchor="start" if early else "end"))
    for e in range(EXPERTS - 1):
        marks.append(Line(x, tops[:, e], "reference", width=1))
    return Panel(
        [*marks, *_sets_in(run)], (0, 1.02 * _end(run)), (0, 1), x_label="step",
        title="Share of the tokens, by expert", height=330,
    )  # fmt: skip


def _loads(run: Run) -> Panel:
    """Return how often each expert was chosen, and how many tokens it took."""
    asked, most = _asked(run), TOKENS * run.settings.top_k
    limit = _limit(run)
    even = Rule(y=most / EXPERTS) if limit is None else Rule(y=limit, label="full")
    names = [str(e + 1) for e in range(EXPERTS)]
    marks: list[Mark] = [Bars([0] * EXPERTS, names, "reference", show_values=False), even]
    counts: list[Mark] = []
    for e, count in enumerate(asked):
        x = [e - 0.36, e + 0.36]
        given = count if limit is None else min(count, limit)
        marks.append(Area(x, [0, 0], [given] * 2, COLOURS[e]))
        marks.append(Line([x[0], *x, x[1]], [0, given, given, 0], COLOURS[e], width=1.5))
        if count > given:
            marks.append(Area(x, [given] * 2, [count] * 2, "reference"))
        counts.append(Label(e, count + 0.02 * most, str(count), anchor="middle"))
    tall = min(most, TOKENS) * 1.15
    return Panel(
        [*marks, *counts], (-0.6, EXPERTS - 0.4), (0, tall), x_label="expert",
        y_label="times chosen", title="Load now", row=1, height=220,
    )  # fmt: skip


def _losses(run: Run) -> list[Panel]:
    x = _kept(run)
    seen = [run.measured[i] for i in x]
    task = [Line(x, [m.loss for m in seen], "output"), *_sets_in(run)]
    even = [Rule(y=1.0), Line(x, [m.imbalance for m in seen], "input"), *_sets_in(run)]
    top = max(0.8, 1.1 * max(m.loss for m in seen))
    end = (0, _end(run))
    return [
        Panel(task, end, (0, min(top, 3)), x_label="step", title="Task loss", row=1, height=220),
        Panel(
            even, end, (0, EXPERTS * 1.06), x_label="step", title="Imbalance N Σ f·P", row=1,
            height=220,
        ),
    ]  # fmt: skip


def _asked(run: Run) -> list[int]:
    places = TOKENS * run.settings.top_k
    return [round(share * places) for share in run.measured[-1].shares]


def _limit(run: Run) -> int | None:
    s = run.settings
    return None if s.capacity is None else places_of(TOKENS, EXPERTS, s.top_k, s.capacity)


def _sentence(run: Run) -> str:
    now, s, asked = run.measured[-1], run.settings, _asked(run)
    counts = ", ".join(map(str, asked[:-1])) + f" and {asked[-1]}"
    chosen = f"{TOKENS} tokens choose experts 1 to {EXPERTS} {counts} times"
    if not run.steps:
        limit = "no capacity limit" if s.capacity is None else f"capacity {number(s.capacity)}"
        chooser = "Sinkhorn" if s.sinkhorn else "the router"
        return (
            f"Before training, {chosen} (k = {s.top_k}, draw {s.seed}). The tokens' shared"
            f" coordinate is {number(s.shared)}. From step {s.sets_in} on {chooser} chooses and"
            f" the balancing loss has weight α = {number(s.balance)}; {limit}; noise"
            f" {number(s.noise)}."
        )
    said = (
        f"After {run.steps} {'step' if run.steps == 1 else 'steps'} with shared coordinate"
        f" {number(s.shared)}, {chosen}; {number(100 * now.accuracy)} % of the tokens are"
        f" classified correctly, task loss {number(now.loss)}. The imbalance N Σ f·P is"
        f" {number(now.imbalance)} (1: even; {EXPERTS}: everything goes to one expert)."
    )
    if now.dropped:
        said += f" {now.dropped} choices were dropped, and {now.lost} tokens got no expert."
    idle = asked.count(0)
    if idle:
        said += (
            f" {idle} of the {EXPERTS} experts {'learns' if idle == 1 else 'learn'} nothing in"
            " this step."
        )
    return said


def _table(run: Run) -> Table:
    now = run.measured[-1]
    rows = [[f"share of expert {e + 1}", share] for e, share in enumerate(now.shares)]
    rows += [
        ["task loss", now.loss],
        ["accuracy", now.accuracy],
        ["N Σ f·P", now.imbalance],
        ["choices dropped", now.dropped],
        ["tokens without an expert", now.lost],
    ]
    return Table(["quantity", "value"], rows)
