"""Hidden cases of the assignment ``moe``: inputs from a seed, expected values from here.

Keep this folder from students. ``CASES`` maps each problem to a function of a random generator that
gives the list of (inputs, expected), in the form of the visible cases. See ``exercises/README.md``.
"""

import math
from fractions import Fraction

import numpy as np


def dot(row, x):
    return math.fsum(w * v for w, v in zip(row, x, strict=True))


def distinct(rng, n, experts, least=0.02):
    """Logits in which no two experts of a token come close to a tie."""
    steps = rng.uniform(least, 1.0, size=(n, experts))
    return rng.permuted(np.cumsum(steps, axis=1) - rng.uniform(0, experts, size=(n, 1)), axis=1)


def route(rng):
    cases = []
    for n, experts, k in [
        (1, 2, 2), (3, 4, 2), (5, 8, 2), (4, 8, 1), (4, 4, 4), (6, 16, 3), (2, 2, 2), (4, 5, 4),
    ]:  # fmt: skip
        logits = distinct(rng, n, experts)
        if experts == 16:
            logits *= 4
        chosen, gates = [], []
        for row in logits.tolist():
            left = list(range(experts))
            best = []
            for _ in range(k):
                winner = max(left, key=row.__getitem__)
                left.remove(winner)
                best.append(winner)
            total = math.fsum(math.exp(row[i]) for i in best)
            chosen.append(best)
            gates.append([math.exp(row[i]) / total for i in best])
        cases.append(({"logits": logits, "k": k}, (chosen, gates)))
    # the ends of the range, all below 0, and logits that are nearly equal
    logits = [[-50.0, 50.0, 49.5], [-3.0, -1.0, -2.0], [1.0, 1.002, 0.999], [-50.0, -49.0, -48.5]]
    chosen = [[1, 2], [1, 2], [1, 0], [2, 1]]
    gates = [[1 / (1 + math.exp(row[j] - row[i])) for i, j in ((a, b), (b, a))]
             for row, (a, b) in zip(logits, chosen, strict=True)]  # fmt: skip
    cases.append(({"logits": logits, "k": 2}, (chosen, gates)))
    return cases


def load_balancing_loss(rng):
    cases = []
    for n, experts, k in [(5, 2, 1), (6, 4, 1), (4, 4, 2), (8, 8, 2), (3, 8, 1), (10, 3, 3)]:
        alpha = float(rng.uniform(0.005, 2))
        p = rng.dirichlet(np.ones(experts), size=n)
        # noise may send a token elsewhere than where its probability is largest
        chosen = np.array([rng.permutation(experts)[:k] for _ in range(n)])
        if experts == 8:
            chosen %= 5  # nobody goes to the last ones
            chosen[:, -1] = (chosen[:, 0] + 1) % 5 if k == 2 else chosen[:, -1]
        loss = math.fsum(
            Fraction(int((chosen == i).sum()), n * k) * Fraction(math.fsum(p[:, i])) / n
            for i in range(experts)
        )
        inputs = {"p": p, "chosen": chosen.tolist(), "alpha": alpha}
        cases.append((inputs, alpha * experts * loss))
    # one token; nobody goes to the first and to the last; everybody to the last
    cases += [
        ({"p": [[0.2, 0.5, 0.3]], "chosen": [[1, 2]], "alpha": 2.0}, 2 * 3 * (0.5 + 0.3) / 2),
        (
            {
                "p": [[0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.1, 0.4], [0.4, 0.3, 0.2, 0.1]],
                "chosen": [[1], [2], [1]],
                "alpha": 1.0,
            },
            4 * (2 * 0.75 / 3 + 0.6 / 3) / 3,
        ),
        ({"p": [[0.7, 0.3], [0.9, 0.1]], "chosen": [[1], [1]], "alpha": 0.5}, 0.5 * 2 * 0.2),
    ]
    return cases


def keep_tokens(rng):
    cases = []
    for n, experts, factor in [
        (5, 2, 1.0), (12, 4, 1.25), (11, 4, 1.5), (20, 8, 1.0), (16, 4, 1.0), (9, 2, 0.5),
        (17, 8, 2.0), (30, 4, 0.75), (6, 4, 4.0), (3, 2, 4.0), (1, 8, 1.0), (2, 1, 8.0),
    ]:  # fmt: skip
        # an uneven load, so that experts fill up
        weight = rng.dirichlet(0.7 * np.ones(experts))
        chosen = rng.choice(experts, size=n, p=weight).tolist()
        capacity = math.ceil(Fraction(factor) * n / experts)
        room = [capacity] * experts
        kept = []
        for expert in chosen:
            kept.append(room[expert] > 0)
            room[expert] -= 1
        inputs = {"chosen": chosen, "experts": experts, "factor": factor}
        cases.append((inputs, (capacity, kept)))
    return cases


def one_token(x, chosen, gates, W_in, W_out):
    """One expert and one hidden unit at a time, in Python's own numbers."""
    outputs = []
    for expert in chosen:
        hidden = [max(dot(row, x), 0.0) for row in W_in[expert]]
        outputs.append([dot(row, hidden) for row in W_out[expert]])
    return [dot(gates, column) for column in zip(*outputs, strict=True)]


def moe_forward(rng):
    cases = []
    for n, d, h, experts, k in [
        (1, 2, 3, 2, 1), (5, 3, 4, 4, 2), (8, 2, 5, 8, 2), (6, 3, 3, 3, 3), (7, 4, 4, 5, 1),
        (9, 3, 2, 4, 2),
    ]:  # fmt: skip
        inputs = {
            "x": rng.normal(size=(n, d)),
            "chosen": [rng.permutation(experts)[:k].tolist() for _ in range(n)],
            "gates": rng.dirichlet(np.ones(k), size=n),
            "W_in": rng.normal(size=(experts, h, d)),
            "W_out": rng.normal(size=(experts, d, h)),
        }
        cases.append((inputs, answer(inputs)))
    # The last entry of a token is huge, and would overflow in every expert but its own.
    n, d, h, experts, k = 4, 3, 4, 8, 2
    inputs = {
        "x": rng.normal(size=(n, d)),
        "chosen": rng.permutation(experts).reshape(n, k).tolist(),
        "gates": rng.dirichlet(np.ones(k), size=n),
        "W_in": rng.normal(size=(experts, h, d)),
        "W_out": rng.normal(size=(experts, d, h)),
    }
    cases += gates_of_any_size()
    inputs["x"][:, -1] = 0.0
    inputs["x"][1, -1] = 1e200
    inputs["W_in"][:, :, -1] = 1e200
    inputs["W_in"][inputs["chosen"][1], :, -1] = 0.0
    cases.append((inputs, answer(inputs)))
    return cases


def gates_of_any_size():
    """Gates that do not sum to 1, and an expert that overflows for the token that did choose it."""
    inputs = {
        "x": [[1.0, -2.0], [0.5, 3.0], [-1.0, 1.0]],
        "chosen": [[2, 0], [1, 2], [0, 1]],
        "gates": [[0.5, 1.5], [0.1, 0.2], [3.0, 0.0]],
        "W_in": [[[1.0, 0.5], [-1.0, 2.0]], [[2.0, 1.0], [0.5, 0.5]], [[1.0, -1.0], [0.0, 1.0]]],
        "W_out": [[[1.0, 2.0], [0.5, -1.0]], [[0.3, 1.0], [2.0, 1.0]], [[1.0, 1.0], [-2.0, 0.5]]],
    }
    large = {
        "x": [[1.0, 1e200]],
        "chosen": [[1]],
        "gates": [[0.5]],
        "W_in": [[[1.0, 0.0]], [[0.0, 1e200]]],
        "W_out": [[[1.0], [2.0]], [[1.0], [-3.0]]],
    }
    inputs = {name: np.array(value) for name, value in inputs.items()}
    large = {name: np.array(value) for name, value in large.items()}
    return [(given, answer(given)) for given in (inputs, large)]


def answer(inputs):
    experts = inputs["W_in"].tolist(), inputs["W_out"].tolist()
    chosen = np.asarray(inputs["chosen"]).tolist()
    rows = zip(inputs["x"].tolist(), chosen, inputs["gates"].tolist(), strict=True)
    return [one_token(*row, *experts) for row in rows]


def moe_parameters(rng):
    cases = []
    for experts, k in [(4, 1), (8, 2), (16, 2), (64, 6), (128, 8), (2, 2)]:
        heads = int(rng.choice([8, 16, 24, 32]))
        groups = heads // int(rng.choice([1, 2, 4, 8]))
        size = int(rng.choice([32, 64, 128]))
        d, h = heads * size, int(rng.integers(300, 12_000))
        layers, words = int(rng.integers(3, 60)), int(rng.integers(10_000, 200_000))
        rest = 2 * words * d + d  # embedding, output matrix, last norm
        for _ in range(layers):
            rest += d * heads * size + 2 * d * groups * size + heads * size * d
            rest += d * experts + d + d
        block = d * h + d * h + h * d
        inputs = {
            "d_model": d, "d_ff": h, "layers": layers, "heads": heads, "kv_heads": groups,
            "vocabulary": words, "experts": experts, "k": k,
        }  # fmt: skip
        cases.append((inputs, (rest + layers * experts * block, rest + layers * k * block)))
    return cases


CASES = {
    "route": route,
    "load_balancing_loss": load_balancing_loss,
    "keep_tokens": keep_tokens,
    "moe_forward": moe_forward,
    "moe_parameters": moe_parameters,
}
