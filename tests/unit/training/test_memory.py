"""A training step holds what it needs, and no hidden copy of it."""

import gc
import tracemalloc

import numpy as np
import pytest

from ffnlib.nn import MLP
from ffnlib.training import Adam, Momentum, Optimizer, train_step

SIZES = [300, 512, 256, 10]


def counted(model: MLP, optimizer: Optimizer, batch: int) -> int:
    """Bytes of parameters, gradients, what the optimizer remembers, and activations.

    Of a hidden layer: z, a and their gradient; of the last one z and its gradient.
    """
    arrays = [*model.parameters(), *model.gradients(), *optimizer.state_arrays()]
    numbers = batch * (3 * sum(model.sizes[1:-1]) + 2 * model.sizes[-1])
    return sum(array.nbytes for array in arrays) + numbers * model.dtype.itemsize


@pytest.mark.parametrize("batch", [16, 1024])
@pytest.mark.parametrize("activation", ["relu", "gelu", "tanh"])
@pytest.mark.parametrize("kind", [Adam, Momentum])
def test_the_peak_of_a_step_is_what_is_counted(kind, activation, batch):
    rng = np.random.default_rng(0)
    x = rng.random((batch, SIZES[0]), dtype=np.float32)
    y = rng.integers(0, SIZES[-1], batch)

    def begin():
        model = MLP(SIZES, activation, rng=rng, dtype=np.float32)
        optimizer = kind(model.parameters(), 1e-3)
        train_step(model, optimizer, x, y)
        return model, optimizer

    begin()  # what is imported, compiled and kept for good is not a step's
    gc.collect()
    tracemalloc.start()
    try:
        model, optimizer = begin()
        tracemalloc.reset_peak()
        for _ in range(3):
            train_step(model, optimizer, x, y)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # one block of each function's own: 32768 numbers in a few copies
    assert peak <= 1.1 * counted(model, optimizer, batch) + (1 << 19)
    assert peak >= 0.95 * counted(model, optimizer, batch)
