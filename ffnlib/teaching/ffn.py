"""Chapter 5: a gated block, the two norms and a layer of a Transformer."""

from collections.abc import Callable

import numpy as np

from ffnlib._base.arrays import Array
from ffnlib.nn import silu

Part = Callable[[Array], Array]


def swiglu(x: Array, W_gate: Array, W_up: Array, W_down: Array) -> Array:
    """Return a SwiGLU block's output: x (..., d), W_gate and W_up (d_ff, d), W_down (d, d_ff)."""
    hidden: Array = silu(x @ W_gate.T) * (x @ W_up.T)  # (..., d_ff)
    y: Array = hidden @ W_down.T
    return y


def layer_norm(x: Array, gamma: Array, beta: Array, eps: float = 1e-5) -> Array:
    """Return each vector of x, shape (..., d), with mean beta and spread gamma."""
    centred: Array = x - x.mean(axis=-1, keepdims=True)
    s: Array = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + eps)
    return gamma * centred / s + beta


def rms_norm(x: Array, gamma: Array, eps: float = 1e-6) -> Array:
    """Return each vector of x, shape (..., d), with root mean square gamma."""
    s: Array = np.sqrt((x**2).mean(axis=-1, keepdims=True) + eps)
    return gamma * x / s


def pre_norm_layer(x: Array, attention: Part, ffn: Part, norm1: Part, norm2: Part) -> Array:
    """Return the stream x after one layer of a Transformer with pre-norm."""
    x = x + attention(norm1(x))
    return x + ffn(norm2(x))
