"""Training steps a second: 784-1024-400-10, batch 128, Adam, float32; ours and three others.

Wanted, with one thread: 1.0 times PyTorch's default Adam and 1.6 times scikit-learn; 0.85 times
PyTorch's fused Adam.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from interleave import print_speedups, run_with_threads, time_in_turns
from sklearn.neural_network import MLPClassifier

from ffnlib.nn import MLP
from ffnlib.training import Adam, train_step

SIZES = [784, 1024, 400, 10]
BATCH, STEPS, ROUNDS = 128, 10, 15
WANTED = {"PyTorch, Adam": 1.0, "PyTorch, fused Adam": 0.85, "scikit-learn": 1.6}


def ours(x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    model = MLP(SIZES, rng=np.random.default_rng(0), dtype=np.float32)
    optimizer = Adam(model.parameters())

    def steps() -> None:
        for i in range(0, len(x), BATCH):
            train_step(model, optimizer, x[i : i + BATCH], y[i : i + BATCH])

    return steps


def pytorch(x: np.ndarray, y: np.ndarray, fused: bool) -> Callable[[], None]:
    layers: list[torch.nn.Module] = []
    for i, (d_in, d_out) in enumerate(pairwise(SIZES)):
        layers += [torch.nn.ReLU()] * (i > 0) + [torch.nn.Linear(d_in, d_out)]
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.Adam(model.parameters(), fused=fused or None)
    loss = torch.nn.CrossEntropyLoss()
    tx, ty = torch.from_numpy(x), torch.from_numpy(y)

    def steps() -> None:
        for i in range(0, len(x), BATCH):
            optimizer.zero_grad()
            value = loss(model(tx[i : i + BATCH]), ty[i : i + BATCH])
            value.backward()
            optimizer.step()
            value.item()

    return steps


def scikit_learn(x: np.ndarray, y: np.ndarray) -> Callable[[], None]:
    model = MLPClassifier(SIZES[1:-1], batch_size=BATCH, alpha=0, shuffle=False)
    model.partial_fit(x, y, classes=np.arange(SIZES[-1]))
    return lambda: model.partial_fit(x, y)  # one pass over the data


def measure() -> None:
    rng = np.random.default_rng(0)
    n = BATCH * STEPS
    x = rng.random((n, SIZES[0]), dtype=np.float32) * (rng.random((n, SIZES[0])) < 0.2)
    x, y = x.astype(np.float32), rng.integers(0, SIZES[-1], n)
    timings = time_in_turns(
        {
            "ffnlib": ours(x, y),
            "PyTorch, Adam": pytorch(x, y, fused=False),
            "PyTorch, fused Adam": pytorch(x, y, fused=True),
            "scikit-learn": scikit_learn(x, y),
        },
        ROUNDS,
    )
    print_speedups("training, 784-1024-400-10", timings, "ffnlib", "examples/s", n, WANTED)


if __name__ == "__main__":
    run_with_threads(__file__, measure)
