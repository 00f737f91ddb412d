"""From a token's logits to the router weights of its experts, in both orders."""

from collections.abc import Sequence

import numpy as np

from ffnlib._base.numbers import number
from ffnlib.figures import Bars, Choice, Handle, Mark, Panel, Points, Scene, Slider, Table, explorer
from ffnlib.moe import top_k_gates
from ffnlib.nn import softmax

EXPERTS = tuple("12345678")

LOGITS = tuple((float(i), z) for i, z in enumerate((0.25, 1.5, -0.5, 0.75, 1.25, -1.0, 0.0, 0.5)))

TALLEST = 3.0

ACROSS = (-0.6, len(EXPERTS) - 0.4)

ORDERS = ("softmax of the chosen", "softmax of all, then choose")


@explorer(
    title="Eight logits, k router weights",
    controls=[
        Slider("k", 1, len(EXPERTS), step=1, label="experts per token, k"),
        Choice("order", ORDERS),
        Slider("temperature", 0.25, 4, step=0.25, label="temperature T"),
        Points("logits", n=len(EXPERTS), x=(0, len(EXPERTS) - 1), y=(-TALLEST, TALLEST), step=0.25),
    ],
)
def gates(
    k: int = 2,
    order: str = ORDERS[0],
    temperature: float = 1.0,
    logits: Sequence[Sequence[float]] = LOGITS,
) -> Scene:
    """Drag the router's logits, choose k, and see what the router weights add up to."""
    z = np.array([float(point[1]) for point in logits])
    top = top_k_gates(z[None], k, temperature=temperature)
    chosen = top.indices[0]
    p = softmax(z, temperature=temperature)
    mass = float(p[chosen].sum())
    g = np.zeros_like(z)
    g[chosen] = top.gates[0] if order == ORDERS[0] else p[chosen]
    pull: list[Mark] = [Bars(z, EXPERTS, "input", show_values=False)]
    pull += [
        Handle(i, float(value), point=("logits", i), label=f"logit of expert {name}", role="input")
        for i, (name, value) in enumerate(zip(EXPERTS, z, strict=True))
    ]
    named = [EXPERTS[i] for i in chosen]
    who = "expert" if k == 1 else "experts"
    listed = named[0] if k == 1 else ", ".join(named[:-1]) + " and " + named[-1]
    values = ", ".join(number(g[i]) for i in chosen)
    text = (
        f"The router chooses {who} {listed}, with {'weight' if k == 1 else 'weights'} {values};"
        f" the sum is {number(float(g.sum()))}. The softmax over all eight gives"
        f" {'it' if k == 1 else 'them'} {number(100 * mass)} % of the probability."
    )
    panels = [
        Panel(
            pull, x=ACROSS, y=(-1.1 * TALLEST, 1.1 * TALLEST), x_label="expert",
            title="The router's logits: drag them",
        ),
        Panel(
            [Bars(p, EXPERTS, "reference", show_values=False), Bars(g, EXPERTS, "output")],
            x=ACROSS, y=(0, 1.12), x_label="expert", title="Router weights (grey: softmax of all)",
        ),
    ]  # fmt: skip
    rows = [list(row) for row in zip(EXPERTS, z, p, g, strict=True)]
    return Scene(panels, text, Table(["expert", "logit", "softmax of all", "weight"], rows))
