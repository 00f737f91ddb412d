"""The chapters' "The same in PyTorch" blocks run, and compute what the library computes."""

import re
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

from ffnlib.nn import (
    ACTIVATIONS,
    MLP,
    FeedForward,
    Linear,
    RMSNorm,
    cross_entropy,
    log_softmax,
    softmax,
)
from ffnlib.training import Adam, Value, train_step

torch = pytest.importorskip("torch")
BLOCK = re.compile(
    r"^:::\{dropdown\} The same in PyTorch\n:name: ([\w-]+)\n\n```python\n(.*?)^```\n:::$",
    re.MULTILINE | re.DOTALL,
)
PAGES = "\n".join(p.read_text("utf8") for p in sorted((ROOT / "chapters").glob("[0-9]*.md")))
BLOCKS = dict(BLOCK.findall(PAGES))


def run(name: str) -> dict[str, Any]:
    """Run a block as it is printed, and return the names that it leaves."""
    left: dict[str, Any] = {}
    exec(compile(BLOCKS[name], name, "exec"), left)
    return left


def array(tensor: Any) -> Any:
    return tensor.detach().numpy()


def test_every_block_is_found_and_fits_the_page() -> None:
    assert len(BLOCKS) == PAGES.count("The same in PyTorch\n")
    tested = {n.removeprefix("test_").replace("_", "-") for n in globals()}
    assert set(BLOCKS) <= tested, "each block has a test of its name"
    assert max(len(line) for code in BLOCKS.values() for line in code.splitlines()) <= 88


def test_torch_dense() -> None:
    left = run("torch-dense")
    layer = Linear.from_arrays(array(left["layer"].weight), array(left["layer"].bias))
    assert left["layer"].weight.shape == (2, 3)  # PyTorch's order: outputs, inputs
    np.testing.assert_allclose(array(left["z"]), layer.forward(array(left["x"])), rtol=1e-6)
    np.testing.assert_array_equal(array(left["a"]), np.maximum(array(left["z"]), 0))


def test_torch_activations() -> None:
    left = run("torch-activations")
    assert set(left["values"]) == set(ACTIVATIONS) - {"identity"}
    for name, theirs in left["values"].items():
        ours = ACTIVATIONS[name](array(left["x"]))
        np.testing.assert_allclose(ours, array(theirs), rtol=1e-6, atol=1e-12, err_msg=name)


def test_torch_autograd() -> None:
    w, x, b = Value(-0.5), Value(2.0), Value(0.5)
    (((w * x + b).tanh() - 1) ** 2).backward()
    theirs = [float(g) for g in run("torch-autograd")["gradients"]]
    np.testing.assert_allclose([w.grad, x.grad, b.grad], theirs, rtol=1e-6)


def test_torch_training_loop() -> None:
    left = run("torch-training-loop")
    theirs = [layer for layer in left["model"] if hasattr(layer, "weight")]
    model = MLP.from_layers(
        [Linear.from_arrays(array(p.weight).copy(), array(p.bias).copy()) for p in theirs]
    )
    optimizer, rng = Adam(model.parameters(), 0.001), np.random.default_rng(0)
    for _ in range(5):
        x, y = rng.random((32, 64)).astype(np.float32), rng.integers(0, 10, 32)
        loss = left["train_step"](torch.tensor(x), torch.tensor(y))
        np.testing.assert_allclose(train_step(model, optimizer, x, y), loss, rtol=1e-5)
    for ours, layer in zip(model.layers, theirs, strict=True):
        np.testing.assert_allclose(ours.W, array(layer.weight), atol=2e-5)


def test_torch_cross_entropy() -> None:
    left = run("torch-cross-entropy")
    z, t = array(left["logits"]), array(left["target"])
    np.testing.assert_allclose(softmax(z), array(left["p"]), rtol=1e-6)
    np.testing.assert_allclose(log_softmax(z), array(left["log_p"]), rtol=1e-6)
    np.testing.assert_allclose(cross_entropy(z, t), left["loss"].item(), rtol=1e-6)
    np.testing.assert_allclose(cross_entropy.gradient(z, t), array(left["logits"].grad), rtol=1e-6)


def test_torch_swiglu() -> None:
    left = run("torch-swiglu")
    gate, up, down = (
        Linear.from_arrays(array(getattr(left["block"], part).weight))
        for part in ("gate", "up", "down")
    )
    ours, x = FeedForward.from_layers(gate, up, down), array(left["x"])
    y = x + ours.forward(RMSNorm(12, eps=1e-6).forward(x))
    np.testing.assert_allclose(y, array(left["y"]), rtol=1e-4, atol=1e-5)
