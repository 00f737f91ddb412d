r"""How fast a machine can do a piece of work at most, and what limits it.

Work of F operations that moves B bytes has the *arithmetic intensity* :math:`I = F/B`. On a machine
of peak speed P and bandwidth M it can run at

.. math:: \min(P,\; I\,M) \text{ operations a second, in } \max(F/P,\; B/M) \text{ seconds,}

so memory is the limit below the *ridge point* :math:`I = P/M` and computing above it (Williams,
Waterman & Patterson 2009, doi:10.1145/1498765.1498785). Decoding one sequence uses each weight of
16 bits for two operations, I ≈ 1: its time is the bytes of the weights over the bandwidth.

All times are bounds from below: nothing waits, no kernel has to be started, and the two limits are
reached at once. What is counted is in ``ffnlib.production``, the machines are in
``ffnlib.production``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib.nn import TransformerConfig
from ffnlib.production._all_reduce import ring_bytes
from ffnlib.production._hardware import (
    BFLOAT16,
    BITS,
    HARDWARE,
    Machine,
    Precision,
    above_zero,
    bytes_of,
    measure_machine,
)
from ffnlib.production._workload import (
    PHASES,
    Work,
    cached_numbers,
    ffn_work,
    kv_cache_bytes,
    layer_work,
    linear_work,
    model_work,
    total_work,
    weight_bytes,
)

__all__ = [
    "BFLOAT16", "BITS", "HARDWARE", "PHASES", "Estimate", "Latency", "Machine", "PartTime",
    "Precision", "Work", "attainable", "bound", "bytes_of", "cached_numbers", "cost_per_million",
    "estimate", "ffn_work", "kv_cache_bytes", "latency", "layer_work", "linear_work",
    "measure_machine", "model_work", "seconds_for", "total_work", "weight_bytes",
]  # fmt: skip


def attainable(intensity: ArrayLike, machine: Machine, precision: str = "bfloat16") -> Array:
    """Return the operations a second that are possible at an intensity: min(P, I M).

    Parameters
    ----------
    intensity : array_like, any shape
        Operations a byte, 0 or more.
    machine : Machine
    precision : str
        In which the machine computes.

    Returns
    -------
    array, the shape of ``intensity``
        The roof. As a line over log axes: a slope that ends at ``machine.ridge(precision)``.

    Raises
    ------
    TypeError, ValueError
        For an intensity below 0 or NaN, or a precision that the machine does not compute in.
    """
    x = as_float(intensity, "intensity")
    if not np.all(x >= 0):
        raise ValueError(f"intensity must be at least 0, got {x[~(x >= 0)].flat[0]}")
    machine = _machine(machine)
    roof: Array = np.minimum(machine.speed(precision), x * machine.bandwidth)
    return roof


def seconds_for(work: Work, machine: Machine, precision: str = "bfloat16") -> float:
    """Return the least time for the work, max(F/P, B/M); raises as ``attainable``."""
    machine = _machine(machine)
    return max(_work(work).flops / machine.speed(precision), work.bytes / machine.bandwidth)


def bound(work: Work, machine: Machine, precision: str = "bfloat16") -> str:
    """Say what limits the work: "memory" below the ridge point, else "compute"."""
    machine = _machine(machine)
    computing = _work(work).flops / machine.speed(precision)
    return "memory" if computing < work.bytes / machine.bandwidth else "compute"


class PartTime(NamedTuple):
    """One part of a forward pass on a machine."""

    work: Work
    """On all devices together."""
    seconds: float
    bound: str
    """``memory`` or ``compute``."""


class Estimate(NamedTuple):
    """The least time of a forward pass."""

    parts: dict[str, PartTime]
    communication: float
    """Seconds in which devices send partial sums; 0 for one device."""

    @property
    def seconds(self) -> float:
        """All parts, one after the other, and the communication."""
        return sum(part.seconds for part in self.parts.values()) + self.communication


def estimate(
    config: TransformerConfig, machine: Machine, batch: int, context: int, phase: str = "decode",
    precision: Precision = BFLOAT16, devices: int = 1,
) -> Estimate:  # fmt: skip
    """Estimate one forward pass of a model.

    Parameters
    ----------
    config, batch, context, phase, precision
        As ``model_work``.
    machine : Machine
    devices : int
        So many machines share each matrix evenly; they sum (tokens, d_model) twice a layer, round a
        ring: after attention and after the feed-forward layer.

    Returns
    -------
    Estimate

    Raises
    ------
    TypeError, ValueError
        As ``model_work`` and ``attainable``; for several devices whose ``link`` is not known.
    """
    devices, machine = as_count(devices, "devices"), _machine(machine)
    parts = {}
    for name, work in model_work(config, batch, context, phase, precision).items():
        time = seconds_for(work, machine, precision.activations) / devices
        parts[name] = PartTime(work, time, bound(work, machine, precision.activations))
    if devices == 1:
        return Estimate(parts, 0.0)
    if machine.link is None:
        raise ValueError(
            f"devices must be 1 for a machine without a known link, {machine.name}, got {devices}"
        )
    tokens = batch * (context if phase == "prefill" else 1)
    sums = bytes_of(tokens * config.d_model, precision.activations)
    busiest = max(ring_bytes(sums, devices, bytes_per_number=1))
    return Estimate(parts, 2 * config.n_layers * busiest / machine.link)


class Latency(NamedTuple):
    """How long an answer takes at least."""

    first_token: float
    """Seconds until the prompt is read, which gives the first token of the answer."""
    per_token: float
    """Mean seconds for each further one; 0 if there is none."""
    seconds: float
    """Until the last token."""
    tokens_per_second: float
    """Tokens of all answers together, over all that time."""
    memory: int
    """Bytes of the weights, and of keys and values at the end; on all devices together."""
    fits: bool
    """Whether the devices hold that much."""


def latency(
    config: TransformerConfig, machine: Machine, prompt: int, answer: int, batch: int = 1,
    precision: Precision = BFLOAT16, devices: int = 1,
) -> Latency:  # fmt: skip
    """Estimate how long ``batch`` answers to prompts take, all made at once.

    Parameters
    ----------
    config : TransformerConfig
    machine : Machine
    prompt, answer : int
        Tokens of each prompt and of each answer.
    batch : int
    precision : Precision
    devices : int
        As ``estimate``.

    Returns
    -------
    Latency

    Raises
    ------
    TypeError, ValueError
        As ``estimate``, and for ``prompt`` or ``answer`` below 1.

    Notes
    -----
    The context grows by one with each token, and the time of a step linearly with it, so the mean
    of the first and the last step is that of all. (Linearly as long as the scores stay on one side
    of the ridge point; their intensity hardly changes with the context.)
    """
    prompt, answer = as_count(prompt, "prompt"), as_count(answer, "answer")
    first = estimate(config, machine, batch, prompt, "prefill", precision, devices).seconds
    each = 0.0
    if answer > 1:
        ends = [
            estimate(config, machine, batch, context, "decode", precision, devices).seconds
            for context in (prompt + 1, prompt + answer - 1)
        ]
        each = sum(ends) / 2
    total = first + (answer - 1) * each
    memory = weight_bytes(config, precision.weights)
    memory += kv_cache_bytes(config, batch, prompt + answer - 1, precision.cache)
    fits = memory <= devices * machine.memory
    return Latency(first, each, total, batch * answer / total, memory, fits)


def cost_per_million(tokens_per_second: float, price_per_hour: float, devices: int = 1) -> float:
    """Return the price of a million tokens, in the currency of ``price_per_hour`` of one device.

    TypeError or ValueError unless all are above 0.
    """
    speed = above_zero(tokens_per_second, "tokens_per_second")
    price = above_zero(price_per_hour, "price_per_hour") * as_count(devices, "devices")
    return 1e6 * price / (3600 * speed)


def _machine(machine: object) -> Machine:
    if not isinstance(machine, Machine):
        raise TypeError(
            "machine must be a Machine, one of ffnlib.production.HARDWARE for example, "
            f"got {machine!r}"
        )
    return machine


def _work(work: object) -> Work:
    if not isinstance(work, Work):
        raise TypeError(f"work must be a Work, as ffnlib.production counts it, got {work!r}")
    return work
