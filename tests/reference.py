"""Our functions beside SciPy's and PyTorch's: one comparison of values and gradients."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch as pytorch
from numpy.testing import assert_allclose

RTOL = {"float16": 2e-3, "float32": 2e-6, "float64": 1e-12}


def compare(
    ours: Callable[..., Any],
    *inputs: np.ndarray,
    scipy: Callable[..., Any] | None = None,
    torch: Callable[..., Any] | None = None,
    backward: Callable[..., Any] | None = None,
    rtol: float | None = None,
    atol: float = 0.0,
) -> None:
    """Assert that ``ours(*inputs)`` equals ``scipy(*inputs)`` and ``torch(*tensors)``.

    With ``backward``, called as ``backward(*inputs, g)`` for an upstream gradient ``g`` of the
    output's shape, also that its results (one per input) are PyTorch's gradients. Dtypes must agree
    exactly. The default tolerance is that of the first input's dtype.
    """
    rtol = RTOL[inputs[0].dtype.name] if rtol is None else rtol
    value = np.asarray(ours(*inputs))
    if scipy is not None:
        theirs = np.asarray(scipy(*inputs))
        assert_allclose(value, theirs, rtol=rtol, atol=atol, err_msg="value against SciPy")
    if torch is None:
        return
    tensors = [pytorch.tensor(x, requires_grad=backward is not None) for x in inputs]
    output = torch(*tensors)
    theirs = output.detach().numpy()
    assert value.dtype == theirs.dtype
    assert value.shape == theirs.shape
    assert_allclose(value, theirs, rtol=rtol, atol=atol, err_msg="value against PyTorch")
    if backward is None:
        return
    g = np.random.default_rng(0).normal(size=value.shape).astype(value.dtype)
    output.backward(pytorch.tensor(g))
    for i, (got, tensor) in enumerate(zip(backward(*inputs, g), tensors, strict=True)):
        assert_allclose(
            got, tensor.grad.numpy(), rtol=rtol, atol=atol, err_msg=f"gradient of input {i}"
        )
