"""The same explorer computed in two places: random parameters, and how far two scenes are apart."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ffnlib.figures import (
    Button,
    Choice,
    Control,
    Drawing,
    Explorer,
    Picked,
    Points,
    Several,
    Slider,
    Steps,
    Text,
    Toggle,
)

TOLERANCE = {"float16": 4e-3, "float32": 4e-6}  # a few units in the last place
EXACT = 1e-12
# A fit multiplies rounding by its condition, training by its steps; differences divide it.
FITTED = {
    "backprop.hunt": 1e-8,
    "lora.low_rank": 1e-6,
    "lora.training": 1e-9,
    "neurons.collapse": 1e-9,
    "neurons.hinges": 1e-9,
    "quantization.budget": 1e-9,
    "quantization.digits": 1e-9,
    "quantization.gptq": 1e-9,
    "quantization.rotation": 1e-9,
    "quantization.sparsity": 1e-9,
    "backprop.playground": 1e-9,
    "moe.balance": 1e-9,
    "moe.router": 1e-9,
    "production.comparison": 1e-9,
    "production.dashboard": 1e-7,
    "softmax.character_model": 1e-6,
}
SAID = 0.02
"""How far apart numbers in words may be: they have few digits, and the last one may turn over."""

NUMBER = re.compile(r"−?\d[\d,]*(?:\.\d+)?(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|−?∞|not a number")
PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789", ",")


def scenes(name: str, params: str) -> str:
    """Scenes as plain data, for a list of parameters; runs in CPython and in the browser."""
    import json

    from ffnlib.figures import find, plain

    shown, answers = find(name), []
    for values in json.loads(params):
        try:
            answers.append(plain(shown(**values)))
        except Exception as problem:
            answers.append(f"{type(problem).__name__}: {problem}")
    return json.dumps(answers)


def draw(control: Control, start: Any, rng: np.random.Generator) -> Any:
    """A random value that the control allows."""
    match control:
        case Steps():
            return int(rng.choice(control.stops()[:3]))
        case Slider():  # and Number
            value = float(rng.uniform(control.lo, control.hi))
            return control.check(round(value) if control.whole else value)[0]
        case Choice():
            return control.options[rng.integers(len(control.options))]
        case Several():
            chosen = [option for option in control.options if rng.random() < 0.5]
            return chosen or list(control.options[:1])
        case Toggle():
            return bool(rng.random() < 0.5)
        case Button():
            return int(rng.integers(20))
        case Points():
            xs, ys = (rng.uniform(*span, size=control.n) for span in (control.x, control.y))
            return [[float(x), float(y)] for x, y in zip(xs, ys, strict=True)]
        case Picked():
            return []
        case Drawing():
            digits = rng.integers(16, size=control.side**2 // 4)
            return "".join(f"{digit:x}" for digit in digits)
        case Text():
            return start if rng.random() < 0.7 else "x"
    raise TypeError(f"no random value for a {type(control).__name__}")


def draws(shown: Explorer, count: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(sum(map(ord, shown.name)))
    return [
        {name: draw(c, shown.start[name], rng) for name, c in shown.controls.items()}
        for _ in range(count)
    ]


def tolerance(name: str, params: dict[str, Any]) -> float:
    """The precision of the dtype chosen, that of a fit, or float64's."""
    chosen = [TOLERANCE[v] for v in params.values() if isinstance(v, str) and v in TOLERANCE]
    return max([FITTED.get(name, EXACT), *chosen])


def differences(a: Any, b: Any, near: float, place: str = "") -> Iterator[str]:
    """Where two scenes differ by more than ``near``, relative to the largest of the list they
    stand in (or to 1)."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        for key in a:
            yield from differences(a[key], b[key], near, f"{place}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        flat = [v for v in a if isinstance(v, int | float) and not isinstance(v, bool)]
        scale = max((abs(v) for v in flat), default=1.0)
        for i, (left, right) in enumerate(zip(a, b, strict=True)):
            yield from differences(left, right, near * max(1.0, scale), f"{place}[{i}]")
    elif isinstance(a, str) and isinstance(b, str):
        if a != b and not same_words(a, b):
            yield f"{place}: {a!r} against {b!r}"
    elif isinstance(a, int | float) and isinstance(b, int | float):
        if not math.isclose(a, b, rel_tol=near, abs_tol=near):
            yield f"{place}: {a!r} against {b!r}, apart {abs(a - b):.2g}"
    elif a != b:
        yield f"{place}: {str(a)[:80]} against {str(b)[:80]}"


def value(words: str) -> float:
    if words == "not a number":
        return math.nan
    mantissa, _, exponent = words.translate(PLAIN).partition(" × 10")
    if "∞" in mantissa:
        return -math.inf if "-" in mantissa else math.inf
    return float(mantissa) * 10.0 ** int(exponent or 0)


def same_words(a: str, b: str) -> bool:
    """The same sentence, its numbers equal but for the last digit; rounding noise counts as 0."""
    if NUMBER.sub("#", a) != NUMBER.sub("#", b):
        return False
    pairs = zip(NUMBER.findall(a), NUMBER.findall(b), strict=True)
    return all(
        left == right or math.isclose(value(left), value(right), rel_tol=SAID, abs_tol=1e-9)
        for left, right in pairs
    )


def compare(name: str, params: list[dict[str, Any]], here: str, there: str) -> list[str]:
    """Every difference, at most three for each set of parameters."""
    found = []
    for values, a, b in zip(params, json.loads(here), json.loads(there), strict=True):
        faults = list(differences(a, b, tolerance(name, values)))
        found += [f"{name} {values} {fault}" for fault in faults[:3]]
    return found
