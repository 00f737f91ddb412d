"""A whole model on packed weights: every dense layer quantized, the rest as it was."""

from copy import deepcopy
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_float
from ffnlib._base.parameters import Model
from ffnlib.nn import Linear, Slot, dense_slots
from ffnlib.quantization._encoded_layer import EncodedLinear
from ffnlib.quantization._gptq import gptq
from ffnlib.quantization._layer import QuantizedLinear
from ffnlib.quantization._quantized import quantize

METHODS: Final = ("rtn", "gptq")
"""Round to nearest, or column by column with the errors made good."""

M = TypeVar("M", bound=Model)


def quantize_model(
    model: M,
    bits: int = 8,
    group_size: int | str | None = "channel",
    symmetric: bool = True,
    *,
    method: str = "rtn",
    calibration: ArrayLike | None = None,
    activation_bits: int | None = None,
    engine: str = "auto",
    **options: Any,
) -> M:
    """Return a copy of a model that computes from packed weights.

    Parameters
    ----------
    model : MLP, FeedForward or another Model of dense layers
        Left as it is. Biases and what else it has stay floats.
    bits, group_size, symmetric
        As for ``quantize``.
    method : "rtn" or "gptq"
    calibration : array_like, optional
        For "gptq": inputs of the model, (n, d_in). Each layer is calibrated with what it gets from
        the layers before it when these are quantized already.
    activation_bits, engine
        As for ``QuantizedLinear``.
    **options
        ``clip``, ``percentile`` and ``scale_dtype`` (float16 if not given), as for ``quantize``;
        with "gptq" also ``damping`` and ``order``.

    Returns
    -------
    Model
        Of the same class; its dense layers are ``QuantizedLinear``. It computes forwards, and
        gradients of its inputs; it has no parameters to train.

    Raises
    ------
    TypeError, ValueError
        If the model has no dense layers, ``method`` is unknown, ``calibration`` is missing or does
        not fit, or as ``quantize``, ``gptq`` and ``QuantizedLinear``.
    """
    if not isinstance(model, Model) or not dense_slots(model):
        raise TypeError(f"model must be a Model with dense layers, got {model!r}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    if method == "gptq" and calibration is None:
        raise ValueError("calibration must be inputs of the model for method='gptq', got None")
    options = {"scale_dtype": np.float16, **options}
    copy = deepcopy(model)
    for slot in dense_slots(copy).values():
        layer = slot.layer
        if method == "gptq" and calibration is not None:
            x = inputs_of(slot, copy, calibration)
            weights = gptq(layer.W, x, bits, group_size, symmetric, **options)
        else:
            weights = quantize(layer.W, bits, group_size, symmetric, **options)
        packed = QuantizedLinear(weights, layer.b, activation_bits=activation_bits, engine=engine)
        slot.fill(packed)
    return copy


def unpack_model(model: M) -> M:
    """Return a copy of a quantized model with its weights unpacked to floats: larger, and faster.

    TypeError if ``model`` is not a Model.
    """
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, got {type(model).__name__}")
    copy = deepcopy(model)
    for slot in dense_slots(copy).values():
        if isinstance(slot.layer, QuantizedLinear):
            slot.fill(Linear.from_arrays(slot.layer.W, slot.layer.b))
    return copy


def model_nbytes(model: Model) -> int:
    """Count the bytes of a model: of quantized layers all they keep, of the rest the parameters.

    TypeError if ``model`` is not a Model.
    """
    if not isinstance(model, Model):
        raise TypeError(f"model must be a Model, got {type(model).__name__}")
    layers = [slot.layer for slot in dense_slots(model).values()]
    kinds = (QuantizedLinear, EncodedLinear)
    packed = sum(layer.nbytes for layer in layers if isinstance(layer, kinds))
    return packed + sum(array.nbytes for array in model.parameters())


class Recorder(Linear):
    """Stands in a layer's place, computes what it does, and keeps what it was given."""

    def __init__(self, layer: Linear) -> None:
        self.layer = layer
        self.seen: list[Array] = []

    @property
    def d_in(self) -> int:
        """Number of inputs."""
        return self.layer.d_in

    @property
    def d_out(self) -> int:
        """Number of outputs."""
        return self.layer.d_out

    def forward(self, x: ArrayLike, out: Array | None = None) -> Array:
        """Compute the layer; as ``Linear.forward``."""
        self.seen.append(np.array(x).reshape(-1, self.d_in))
        return self.layer.forward(x, out)


def inputs_of(slot: Slot, model: Model, x: ArrayLike) -> Array:
    """Return what the layer in one place of a model is given when the model is given x, (n, d_in).

    ValueError if the model does not use the layer.
    """
    layer = slot.layer
    recorder = Recorder(layer)
    slot.fill(recorder)
    try:
        model.forward(as_float(x, "calibration"))
    finally:
        slot.fill(layer)
    if not recorder.seen:
        raise ValueError(f"model does not use its layer {layer!r} for this calibration")
    return np.concatenate(recorder.seen)
