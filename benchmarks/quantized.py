"""Time of a few vectors through a layer of 4, 1 or half a byte a weight, one thread.

A vector reads every weight once and uses it once: where the weights come from memory, the time is
theirs. Fewer bytes are then less time, if unpacking is done on the way. NumPy alone cannot do that.

Wanted of the compiled kernels, inputs in INT8, batches of 1 to 8: where the weights come from
memory, 3.6 times NumPy with float32 for INT8 and 5 times for INT4 (bytes alone allow 4 and 8), in
the caches 2 and 1.5 times; without the inputs that are 0, 3.5 times from memory.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy reads it

from functools import partial

import numpy as np
from interleave import time_in_turns
from interleave.table import note

from ffnlib.nn import Linear
from ffnlib.quantization import QuantizedLinear, SkippingLinear, load_kernels, relative_error

FLUSH = 96 << 20  # bytes written between two products: more than the caches hold
ZEROS = 0.81  # share of pixels of MNIST that are 0
BASE = "float32, NumPy"
WANTED = {  # from memory, in the caches
    "INT8, kernel, inputs in INT8": (3.6, 2.0),
    "INT4, groups of 128, kernel, inputs in INT8": (5.0, 1.5),
}
WANTED_OF_SKIPPING = 3.5


def layers(d_out: int, d_in: int, rng: np.random.Generator) -> dict[str, Linear]:
    dense = Linear.from_arrays(rng.standard_normal((d_out, d_in), dtype=np.float32))
    made: dict[str, Linear] = {BASE: dense}
    packed = {"INT8": (8, "channel"), "INT4, groups of 128": (4, 128)}
    for name, (bits, group_size) in packed.items():
        made[f"{name}, NumPy"] = QuantizedLinear.from_linear(
            dense, bits, group_size=group_size, engine="numpy"
        )
        if load_kernels() is not None:
            for activations, activation_bits in (("", None), (", inputs in INT8", 8)):
                made[f"{name}, kernel{activations}"] = QuantizedLinear.from_linear(
                    dense, bits, group_size=group_size, activation_bits=activation_bits
                )
    return made


def bandwidth(nbytes: int, flush: bool, rounds: int) -> float:
    """Bytes a second that a sum of squares over so many bytes reads."""
    numbers = np.ones(nbytes // 4, np.float32)
    timing = time_in_turns({"read": lambda: numbers @ numbers}, rounds, before=flusher(flush))
    return nbytes / timing["read"].median


def flusher(flush: bool):
    junk = np.zeros(FLUSH if flush else 0, np.uint8)
    return lambda: np.add(junk, 1, out=junk)


def measure(
    d_out: int, d_in: int, flush: bool, rounds: int, repeats: int, batches: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(0)
    made = layers(d_out, d_in, rng)
    measure_one(made, rng.standard_normal(d_in, dtype=np.float32), flush, rounds, repeats)
    for n in batches:
        x = rng.standard_normal((n, d_in), dtype=np.float32)
        kept = {name: made[name] for name in (BASE, *WANTED) if name in made}
        candidates = {name: partial(layer.forward, x) for name, layer in kept.items()}
        candidates["float32, kernel"] = candidates[BASE]  # what a layer takes for a few rows
        candidates[BASE] = partial(np.matmul, x, made[BASE].W.T)
        timings = time_in_turns(candidates, rounds, repeats, before=flusher(flush))
        wanted = {name: pair[not flush] for name, pair in WANTED.items()}
        what = f"{d_out} x {d_in}, batch {n}"
        print(f" {what}")
        for name, timing in timings.items():
            speed, least = timing.speedup[BASE], wanted.get(name)
            print(f"  {name:45}{timing.median * 1e6:9,.0f} µs {speed:6.2f}x  {least or ''}")
            if name != BASE:
                shown = f"{timing.median * 1e6:,.0f} µs"
                note(f"{what}, {name}: speed", shown, BASE, speed, least=least)


def measure_one(
    made: dict[str, Linear], x: np.ndarray, flush: bool, rounds: int, repeats: int
) -> None:
    d_out, d_in = made[BASE].d_out, made[BASE].d_in
    sparse = np.where(np.random.default_rng(1).random(d_in) < ZEROS, np.float32(0), x)
    exact = made[BASE].forward(x)
    candidates = {name: (lambda layer=layer: layer.forward(x)) for name, layer in made.items()}
    skipping = SkippingLinear.from_linear(made[BASE])
    kind = "NumPy" if load_kernels() is None else "kernel"
    skip = f"float32, zeros skipped, {kind}"
    candidates[skip] = lambda: skipping.forward(sparse)
    timings = time_in_turns(candidates, rounds, repeats, before=flusher(flush))

    where = "caches flushed" if flush else "in the caches"
    speed = bandwidth(4 * d_out * d_in, flush, rounds)
    print(f"{d_out} x {d_in}, {where}; memory is read at {speed / 1e9:.1f} GB/s")
    print(f"  {'':38}{'µs':>9} {'MB':>8} {'speed':>7} {'error':>8}")
    for name, timing in timings.items():
        layer = skipping if name == skip else made[name]
        nbytes = layer.nbytes if isinstance(layer, QuantizedLinear) else layer.W.nbytes
        right = made[BASE].forward(sparse) if name == skip else exact
        error = relative_error(candidates[name](), right)
        shown = f"{timing.median * 1e6:,.0f} µs"
        line = f"  {name:38}{timing.median * 1e6:9,.0f} {nbytes / 1e6:8.2f} "
        line += f"{timing.speedup[BASE]:6.2f}x {error:8.1e}"
        least = WANTED[name][not flush] if name in WANTED else None
        if name == skip and flush:
            least = WANTED_OF_SKIPPING
        if least is not None:
            line += f"  (wanted {least:g})"
        if name != BASE:
            note(f"{d_out} x {d_in}, {name}: speed", shown, BASE, timing.speedup[BASE], least=least)
        print(line, flush=True)


if __name__ == "__main__":
    if load_kernels() is None:
        print("numba is not installed: no kernels (pip install 'ffnlib[fast]')")
    measure(1024, 784, flush=False, rounds=51, repeats=10, batches=(2, 4, 8))
    measure(4096, 11008, flush=True, rounds=11, repeats=1, batches=(2, 4, 8))
