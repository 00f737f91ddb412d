"""What every explorer must do, each within the limits of its chapter.

Sound pictures at every stop, a name by which it is found, little to load, few controls, and a
sentence of its own for every stop. A new explorer is covered as soon as its chapter names it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from itertools import product
from pkgutil import iter_modules
from typing import Any

import numpy as np

from ffnlib import explorers
from ffnlib.explorers.backprop.graph import ENDS, PROGRAMS
from ffnlib.explorers.backprop.hunt import NETWORKS
from ffnlib.explorers.backprop.initialization import INITS
from ffnlib.explorers.backprop.optimizers import SURFACES
from ffnlib.explorers.lora.low_rank import D_OUT, TARGETS
from ffnlib.explorers.lora.training import STARTS
from ffnlib.explorers.moe.gates import ORDERS
from ffnlib.explorers.moe.parameters import MODELS
from ffnlib.explorers.production.comparison import SEEDS
from ffnlib.explorers.ten_minutes.digit_run import CANVAS, HIDDEN, IMAGES, STEPS
from tests.explored import draws_everywhere, each, is_named_and_light, says_every_stop
from tests.explorers.handwriting import EMPTY, packed, written

TOPICS = {
    found.name: import_module(f"{explorers.__name__}.{found.name}")
    for found in iter_modules(explorers.__path__)
}
EXPLORERS = [getattr(topic, name) for topic in TOPICS.values() for name in topic.__all__]


@dataclass(frozen=True)
class Limits:
    """How many letters the pictures of one control may have, how many controls and stops."""

    heaviest: int
    most_controls: int = 5
    most_stops: int = 41


LIMITS = {
    "activations": Limits(300_000),
    "backprop": Limits(400_000),
    "experiments": Limits(60_000, most_stops=12),
    "ffn": Limits(225_000),
    "lora": Limits(300_000),
    "moe": Limits(250_000, most_controls=10),
    "neurons": Limits(400_000),
    "production": Limits(200_000, most_controls=6),
    "quantization": Limits(200_000),
    "softmax": Limits(300_000),
    "ten_minutes": Limits(400_000),
    # each network is a stop; 70 kB travel when the figure is near
    "backprop.hunt": Limits(650_000, most_stops=NETWORKS),
    # trained a little more at every stop, with all its maps
    "backprop.playground": Limits(600_000, most_controls=14),
    "backprop.spiral": Limits(500_000),
    "production.comparison": Limits(250_000),
    "production.dashboard": Limits(250_000),
}
"""By topic, and by name where one explorer differs from its topic."""

REPEATS: Mapping[str, Mapping[str, int]] = {
    "activations.dead": {"shift": 8, "seed": 3},  # where no unit, or the same number, dies
    "backprop.graph": {"a": 3, "c": 2},
    "backprop.playground": {"activation": 2, "noise": 1},
    "backprop.spiral": {"seed": 2},
    "experiments.tradeoff": {"size": 2},  # which size is drawn is no matter of the sentence
    "ffn.positions": {"variant": 2},
    # Mixtral's own 8 experts and k = 2 stand there twice, as published and as numbers
    "moe.parameters": {"experts": 1, "top_k": 1},
    "neurons.collapse": {"seed": 7},
    "neurons.pieces": {"seed": 9},
    "softmax.character_model": {"rate": 2, "draw": 9},  # before the first step both change nothing
    "softmax.overflow": {"power": 5},
    "softmax.softmax": {"show": 1},
}
"""Controls some of whose stops say what another said, and how many do."""

ALLOWED: Mapping[str, Mapping[str, Any]] = {
    "backprop.optimizers": {"gaps": "holes"},  # a contour without height, and what flies away
    "neurons.plane": {"gaps": "lifts"},  # the grid is one line
    "production.dashboard": {"gaps": "anywhere"},  # a usual range begins when it is known
    "quantization.bits": {"gaps": "lifts"},
    "quantization.formats": {"gaps": "lifts"},
    "softmax.overflow": {"gaps": "holes", "undefined": True},
    "softmax.sigmoid": {"gaps": "holes", "undefined": True},
}
"""Where numbers may be missing, and where the sentence may say that there is none."""

TEXTS = ("", "a", "the net", "日本語")
EXTREMES: Mapping[str, list[dict[str, Any]]] = {
    "backprop.graph": [
        {"expression": e, "steps": ENDS[e], "a": a, "b": b, "c": c}
        for e in PROGRAMS
        for a in (-3.0, 0.0, 3.0)
        for b in (-3.0, 3.0)
        for c in (-3.0, 3.0)
    ],
    "backprop.hunt": [
        {"network": n, "examples": m, "classes": k, "again": True}
        for n in range(1, 14)
        for m, k in ((1, 2), (1, 5), (16, 5))
    ],
    "backprop.initialization": [
        {"init": i, "activation": a, "layer": n}
        for i in INITS
        for a in ("tanh", "relu")
        for n in (1, 2, 10)
    ],
    "backprop.optimizers": [
        {"surface": s, "steps": 200, "learning_rate": rate, "momentum": beta, "start": [[x, 1.5]]}
        for s in SURFACES
        for rate in (0.003, 0.3)
        for beta in (0.0, 0.95)
        for x in (-2.0, 0.0)
    ],
    "backprop.playground": [
        {"features": features, "hidden": hidden, "off": off}
        for features in (["x₁"], ["x₁", "x₂", "x₁²", "x₂²", "x₁x₂", "sin x₁", "sin x₂"])
        for hidden, off in (("", []), ("1", []), ("8, 8", ["unit 2 of layer 1"]))
    ],
    "ffn.memory": [{"text": text} for text in TEXTS],
    "lora.low_rank": [{"target": t, "rank": r} for t in TARGETS for r in (1, D_OUT)],
    "lora.training": [
        {"steps": n, "rank": r, "alpha": a, "learning_rate": rate, "start": start}
        for n in (0, 3)
        for r in (1, 16)
        for a in (1, 64)
        for rate in (0.001, 0.1)
        for start in STARTS
    ],
    "moe.by_hand": [
        {"b1": b, "b2": c, "tokens": t, "reveal": True}
        for b, c, t in product((-1, 1), (-1, 1), (1, 12))
    ],
    "moe.gates": [
        {"k": k, "order": order, "temperature": t, "logits": [[i, z] for i in range(8)]}
        for k in (1, 8)
        for order in ORDERS
        for t in (0.25, 4.0)
        for z in (-3.0, 0.0, 3.0)
    ],
    "moe.parameters": [
        {"model": m, "experts": e, "top_k": k, "size": s, "precision": p}
        for m in MODELS
        for e, k in ((1, 8), (256, 8), (2, 1))
        for s, p in (("a quarter", "int4"), ("double", "fp32"))
    ],
    "moe.router": [
        {"steps": 12, "balance": b, "sinkhorn": s, "sets_in": i, "top_k": k, "capacity": c,
         "noise": n, "shared": shared, "seed": 3}
        for b, s, i in ((0.3, True, 0), (0.0, True, 50), (0.1, False, 0))
        for k, c in ((1, 1), (3, "none"), (2, 2))
        for n, shared in ((0.0, 0.0), (2.0, 3.0))
    ],
    "production.comparison": [
        {"first": "ReLU", "second": "ReLU"},
        {"first": "ReLU ½×", "signal": "loss"},
        {"seeds": 2, "examples": 25},
        {"seeds": SEEDS, "signal": "loss"},
    ],
    "production.dashboard": [
        {"training": t, "alarms": a, "clip": True, "steps": 100}
        for t in ("dies", "explodes")
        for a in ("early", "late")
    ],
    "softmax.character_model": [{"context": text} for text in TEXTS],
    "softmax.softmax": [{"logits": [[0, -5.0], [1, -5.0], [2, -5.0], [3, -5.0]]}],
    "ten_minutes.learning": [{"step": s, "image": IMAGES - 1} for s in (1, 37, STEPS)],
    "ten_minutes.reader": [{"drawn": packed(c)} for c in (~EMPTY, written(8), np.eye(CANVAS) > 0)],
    "ten_minutes.weight": [
        {"unit": u, "column": c, "row": r, "change": d, "image": 7}
        for u in (0, HIDDEN - 1)
        for c, r in ((0, 0), (7, 7))
        for d in (-10, 10)
    ],
}  # fmt: skip
"""Settings beside the stops of single controls; they reach every control that has no stops."""


def test_all_are_found_under_their_names_and_the_tables_name_no_others():
    names = {shown.name for shown in EXPLORERS}
    assert len(names) == len(EXPLORERS) >= 55
    for name, topic in TOPICS.items():
        for own in topic.__all__:
            assert getattr(topic, own).name == f"{name}.{own}"
    assert {*REPEATS, *ALLOWED, *EXTREMES} <= names
    assert set(LIMITS) - names == set(TOPICS)


@each(EXPLORERS)
def test_every_setting_gives_a_sound_picture(shown):
    draws_everywhere(shown, EXTREMES.get(shown.name, []), **ALLOWED.get(shown.name, {}))


@each(EXPLORERS)
def test_named_light_and_with_few_controls(shown):
    topic = shown.name.partition(".")[0]
    limits = LIMITS.get(shown.name, LIMITS[topic])
    is_named_and_light(shown, topic, **asdict(limits))


@each(EXPLORERS)
def test_every_stop_has_a_sentence_of_its_own(shown):
    says_every_stop(shown, REPEATS.get(shown.name))
