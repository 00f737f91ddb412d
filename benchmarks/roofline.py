"""What this machine can do at most, and how near a feed-forward layer comes to its roof.

The limits (products of large matrices; reading one matrix from memory for one vector) and a SwiGLU
layer of 138 MB at batches of 1 to 256 are timed in turns, in float32. The roofline predicts the
least time of each batch; the ratio says how many times that the layer takes. Wanted with one
thread: at most 1.3 times at batches of 2 and 4, 1.4 at 8, 1.6 at 16 and 32. PyTorch's layer stands
beside.
"""

import os
from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from interleave import Timing, run_with_threads, time_in_turns
from interleave.table import note

from ffnlib.nn import FeedForward
from ffnlib.production import Machine, Precision, bound, ffn_work, measure_machine, seconds_for

D_MODEL, D_FF, VARIANT = 2048, 5632, "swiglu"
BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
WANTED = {2: 1.3, 4: 1.3, 8: 1.4, 16: 1.6, 32: 1.6}
SIZE = 1024
FLOAT32 = Precision("float32", "float32", "float32")
ROUNDS = 7


def pytorch(layer: FeedForward, x: np.ndarray) -> Callable[[], torch.Tensor]:
    """PyTorch's form of the layer."""
    given, gate = torch.from_numpy(x), torch.from_numpy(layer.gate.W)
    up, down = torch.from_numpy(layer.up.W), torch.from_numpy(layer.down.W)
    F = torch.nn.functional
    return lambda: F.linear(F.silu(F.linear(given, gate)) * F.linear(given, up), down)


def limits(product: Timing, reading: Timing, read: int) -> Machine:
    """Return the machine that these two times make, of a product of matrices and of reading one."""
    peak = {"float32": 2 * SIZE**3 / product.median}
    return Machine("this machine", peak, read / reading.median, source="measured")


def measure() -> None:
    quick = measure_machine()
    rng = np.random.default_rng(0)
    layer = FeedForward(D_MODEL, D_FF, VARIANT, rng=rng, dtype=np.float32)
    a = rng.random((SIZE, SIZE), dtype=np.float32)
    product = np.empty_like(a)
    streamed = rng.random((4 * D_FF, D_MODEL), dtype=np.float32)  # 185 MB: not what was read last
    vector, sums = streamed[0].copy(), np.empty(len(streamed), np.float32)
    inputs = {f"batch {n}": rng.random((n, D_MODEL), dtype=np.float32) for n in BATCHES}
    candidates = {
        "product": lambda: np.matmul(a, a, out=product),
        "reading": lambda: np.matmul(streamed, vector, out=sums),
        **{name: partial(layer.forward, x) for name, x in inputs.items()},
        **{f"PyTorch, {name}": pytorch(layer, x) for name, x in inputs.items()},
    }
    timings = time_in_turns(candidates, ROUNDS)
    machine = limits(timings["product"], timings["reading"], streamed.nbytes + sums.nbytes)
    for found, how in ((machine, "medians, in turns"), (quick, "measure_machine, the quickest")):
        print(
            f" {found.speed('float32') / 1e9:7.1f} GFLOP/s, {found.bandwidth / 1e9:5.1f} GB/s,"
            f" ridge {found.ridge('float32'):4.1f} operations a byte  ({how})"
        )
    note("peak of a float32 product", f"{machine.speed('float32') / 1e9:,.1f} GFLOP/s")
    note("reading from memory", f"{machine.bandwidth / 1e9:,.1f} GB/s")
    print(f" SwiGLU, {D_MODEL} to {D_FF}, float32")
    for n in BATCHES:
        work = ffn_work(D_MODEL, D_FF, n, VARIANT, FLOAT32)
        theirs = f"PyTorch, batch {n}"
        taken, least = timings[f"batch {n}"].median, seconds_for(work, machine, "float32")
        limit = bound(work, machine, "float32")
        print(
            f"  batch {n:4} {1e3 * taken:8.2f} ms, at least {1e3 * least:8.2f} ({limit:7}):"
            f" {taken / least:5.2f} x; PyTorch {1e3 * timings[theirs].median:8.2f} ms"
        )
        most = WANTED.get(n) if os.environ.get("FFN_BENCH_THREADS") == "one" else None
        note(f"a layer at batch {n}: time", f"{1e3 * taken:,.2f} ms",
             f"roofline, {1e3 * least:,.2f} ms", taken / least, most=most)  # fmt: skip
        note(f"a layer at batch {n}: speed", f"{1e3 * taken:,.2f} ms", "PyTorch",
             timings[f"batch {n}"].speedup[theirs])  # fmt: skip


if __name__ == "__main__":
    run_with_threads(__file__, measure)
