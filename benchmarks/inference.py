"""Time of one example, and of a thousand, through 784-1024-400-10 in float32.

Wanted, with one thread and one example: 1.5 times as fast as PyTorch, 2 times as scikit-learn.
"""

from itertools import pairwise

import numpy as np
import torch
from interleave import print_speedups, run_with_threads, time_in_turns
from sklearn.neural_network import MLPClassifier

from ffnlib.nn import MLP

SIZES = [784, 1024, 400, 10]
WANTED = {"PyTorch, eager": 1.5, "scikit-learn": 2.0}


def measure() -> None:
    rng = np.random.default_rng(0)
    x = rng.random((1000, SIZES[0]), dtype=np.float32)
    model = MLP(SIZES, rng=rng, dtype=np.float32)

    layers: list[torch.nn.Module] = []
    for i, (d_in, d_out) in enumerate(pairwise(SIZES)):
        layers += [torch.nn.ReLU()] * (i > 0) + [torch.nn.Linear(d_in, d_out)]
    eager = torch.nn.Sequential(*layers).eval()
    learner = MLPClassifier(SIZES[1:-1])
    learner.partial_fit(x, rng.integers(0, SIZES[-1], len(x)), classes=np.arange(SIZES[-1]))

    for count, rounds, repeats in ((1, 101, 20), (len(x), 21, 1)):
        batch = x[:count]
        tensor = torch.from_numpy(batch)
        with torch.inference_mode():
            timings = time_in_turns(
                {
                    "ffnlib": lambda batch=batch: model.forward(batch),
                    "PyTorch, eager": lambda tensor=tensor: eager(tensor),
                    "scikit-learn": lambda batch=batch: learner.predict_proba(batch),
                },
                rounds,
                repeats,
            )
        what = f"inference, {count:,} example{'s' * (count > 1)}"
        if count == 1:
            print_speedups(what, timings, "ffnlib", "µs", 1e6, WANTED)
        else:
            print_speedups(what, timings, "ffnlib", "ms", 1e3, {})


if __name__ == "__main__":
    run_with_threads(__file__, measure)
