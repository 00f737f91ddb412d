"""A mixture of experts beside dense layers and PyTorch: one thread, float32, forwards.

1,024 tokens of d_model 512; 8 SwiGLU experts with d_ff 1408, of which each token uses 2. Compared:

- dense layers of the same arithmetic: the same tokens through 2 feed-forward layers of that d_ff
  (what the router and the sorting cost is all on the mixture's side). Wanted: at most 1.35 times
  their time;
- all 8 experts for every token, weighed by gates of which 6 are 0. Wanted: at least 2.5 times ours;
- PyTorch with the same weights: for each expert, find its tokens, compute, add at their places.
  Wanted: at most 1.1 times its time.

The same for a whole step forwards and back, for comparison.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy reads it
os.environ.setdefault("OMP_NUM_THREADS", "1")  # and PyTorch

from collections.abc import Callable

import numpy as np
import torch
from interleave import Timing, time_in_turns
from interleave.table import note

from ffnlib.moe import MoE

TOKENS, D_MODEL, D_FF, EXPERTS, TOP_K = 1024, 512, 1408, 8, 2
ROUNDS = 25


class PerExpertLoop(torch.nn.Module):
    """The usual mixture of experts in PyTorch, with the weights of ours."""

    def __init__(self, moe: MoE) -> None:
        super().__init__()
        self.router = torch.nn.Parameter(torch.from_numpy(moe.router.W))
        self.experts = torch.nn.ParameterList(
            torch.nn.Parameter(torch.from_numpy(p)) for e in moe.experts for p in e.parameters()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        linear, silu = torch.nn.functional.linear, torch.nn.functional.silu
        best, indices = torch.topk(linear(x, self.router), TOP_K)
        gates = torch.softmax(best, dim=-1)
        y = torch.zeros_like(x)
        for i in range(EXPERTS):
            tokens, rank = torch.where(indices == i)
            gate, up, down = self.experts[3 * i : 3 * i + 3]
            rows = x[tokens]
            out = linear(silu(linear(rows, gate)) * linear(rows, up), down)
            y.index_add_(0, tokens, out * gates[tokens, rank, None])
        return y


def forwards(moe: MoE, x: np.ndarray) -> dict[str, Callable[[], object]]:
    peer, tx = PerExpertLoop(moe), torch.from_numpy(x)
    dense = moe.experts[:TOP_K]

    @torch.no_grad()
    def pytorch() -> torch.Tensor:
        return peer(tx)

    assert np.allclose(pytorch().numpy(), moe.forward(x), rtol=1e-3, atol=1e-4)
    return {
        "ffnlib, grouped": lambda: moe.forward(x),
        "2 dense layers": lambda: [layer.forward(x) for layer in dense],
        "all 8 experts": lambda: moe.dense_reference(x),
        "PyTorch, per-expert loop": pytorch,
    }


def steps(moe: MoE, x: np.ndarray, g: np.ndarray) -> dict[str, Callable[[], object]]:
    peer, tx, tg = PerExpertLoop(moe), torch.from_numpy(x).requires_grad_(), torch.from_numpy(g)
    dense = moe.experts[:TOP_K]

    def ours() -> None:
        moe.forward(x, training=True)
        moe.backward(g)

    def two_layers() -> None:
        for layer in dense:
            layer.forward(x, training=True)
            layer.backward(g)

    def pytorch() -> None:
        peer.zero_grad()
        tx.grad = None
        peer(tx).backward(tg)

    ours()
    pytorch()
    assert np.allclose(tx.grad.numpy(), moe.backward(g), rtol=1e-3, atol=1e-4)
    return {
        "ffnlib, grouped": ours,
        "2 dense layers": two_layers,
        "PyTorch, per-expert loop": pytorch,
    }


def report(title: str, timings: dict[str, Timing], wanted: dict[str, float]) -> None:
    ours, *others = timings
    """Print the times; ``wanted`` is the largest share of each one's time that ours may take."""
    taken = f"{1e3 * timings[ours].median:.1f} ms"
    print(f"{title}\n  {ours:26} {taken:>10}")
    for name in others:
        ratio = timings[name].speedup[ours]  # our time over theirs
        text = f"ours takes {ratio:.2f} x its time, it takes {1 / ratio:.2f} x ours"
        if name in wanted:
            text += f" (wanted: ours at most {wanted[name]:g})"
        print(f"  {name:26} {1e3 * timings[name].median:7.1f} ms   {text}", flush=True)
        note(f"MoE {title}: time", taken, name, ratio, most=wanted.get(name))


def main() -> None:
    torch.set_num_threads(1)
    rng = np.random.default_rng(0)
    moe = MoE(D_MODEL, D_FF, EXPERTS, TOP_K, rng=rng, dtype=np.float32)
    x, g = rng.standard_normal((2, TOKENS, D_MODEL), dtype=np.float32)
    shares = " ".join(f"{share:.2f}" for share in moe.route(x).shares)
    print(
        f"{TOKENS} tokens, {moe!r}\n{moe.num_parameters:,} parameters, {moe.active_parameters:,} "
        f"of them active for a token; shares of the experts {shares}"
    )
    wanted = {
        "2 dense layers": 1.35,
        "all 8 experts": 1 / 2.5,
        "PyTorch, per-expert loop": 1.1,
    }
    report("forwards", time_in_turns(forwards(moe, x), ROUNDS), wanted)
    report("forwards and back", time_in_turns(steps(moe, x, g), ROUNDS // 2), {})


if __name__ == "__main__":
    main()
