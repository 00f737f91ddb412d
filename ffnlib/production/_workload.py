r"""The operations and the bytes of a Transformer's parts, in prefill and in decoding.

*Prefill* reads the prompt: all its positions at once. *Decoding* makes one position at a time, and
reads every weight for it. So T, the positions at once, is all of the prompts in prefill and the
batch in decoding, and a weight that was read is used for T products and T sums
(``ffnlib.production`` counts one matrix).

Keys and values are read, and written once. Attention is one fused kernel whose scores never leave
the chip (Dao et al. 2022, arXiv:2205.14135); norms, residual sums and rotations cost nothing.
"""

from dataclasses import dataclass, replace

from ffnlib._base.arrays import as_count
from ffnlib.nn import GATED, TransformerConfig, check_variant, ffn_flops, ffn_parameters
from ffnlib.production._hardware import BFLOAT16, Precision, bytes_of


@dataclass(frozen=True)
class Work:
    """Operations, and bytes by what they hold; ``a + b`` is both, one after the other."""

    flops: int = 0
    weights: int = 0
    """Bytes of weights read."""
    cache: int = 0
    """Bytes of keys and values read and written."""
    activations: int = 0
    """Bytes of inputs and outputs read and written."""

    @property
    def bytes(self) -> int:
        """All bytes that move."""
        return self.weights + self.cache + self.activations

    @property
    def intensity(self) -> float:
        """The operations per byte; 0 where nothing moves."""
        return self.flops / self.bytes if self.bytes else 0.0

    def __add__(self, other: "Work") -> "Work":
        return Work(
            self.flops + other.flops,
            self.weights + other.weights,
            self.cache + other.cache,
            self.activations + other.activations,
        )


def linear_work(d_in: int, d_out: int, tokens: int, precision: Precision = BFLOAT16) -> Work:
    """Count one matrix product, ``tokens`` vectors of ``d_in`` numbers to ``d_out``.

    TypeError or ValueError for sizes below 1.
    """
    d_in, d_out = as_count(d_in, "d_in"), as_count(d_out, "d_out")
    tokens = as_count(tokens, "tokens")
    return Work(
        flops=2 * tokens * d_in * d_out,
        weights=bytes_of(d_in * d_out, precision.weights),
        activations=bytes_of(tokens * (d_in + d_out), precision.activations),
    )


def ffn_work(
    d_model: int, d_ff: int, tokens: int, variant: str = "swiglu",
    precision: Precision = BFLOAT16, *, bias: bool = False, fused: bool = True,
) -> Work:  # fmt: skip
    """Count one feed-forward layer.

    Parameters
    ----------
    d_model, d_ff, tokens : int
        ``tokens`` counts the positions of all sequences.
    variant : str
    precision : Precision
    bias : bool
    fused : bool
        Whether activation and gate are applied before the hidden layer is written to memory. Then
        x is read once and the hidden layer written and read once: 2 d + 2 d_ff numbers a token.
        Otherwise each step reads and writes: 2 d + 4 d_ff, gated 3 d + 8 d_ff. Operations and
        weights are the same; there are two (or three) matrix products either way.

    Returns
    -------
    Work

    Raises
    ------
    TypeError, ValueError
        For sizes below 1 or an unknown variant.
    """
    flops = ffn_flops(d_model, d_ff, check_variant(variant))
    tokens = as_count(tokens, "tokens")
    if fused:
        moved = 2 * d_model + 2 * d_ff
    elif variant in GATED:  # gate d + h, up d + h, activation 2 h, product 3 h, down h + d
        moved = 3 * d_model + 8 * d_ff
    else:  # up d + h, activation 2 h, down h + d
        moved = 2 * d_model + 4 * d_ff
    return Work(
        flops=tokens * flops,
        weights=bytes_of(ffn_parameters(d_model, d_ff, variant, bias), precision.weights),
        activations=bytes_of(tokens * moved, precision.activations),
    )


PHASES = ("prefill", "decode")
"""Reading a prompt, and making one more position."""


def cached_numbers(config: TransformerConfig) -> int:
    """Count what all layers together keep of one position: a key and a value for each kv-head.

    Latent attention keeps its compressed vector and the shared rotated key (arXiv:2412.19437,
    section 2.1.1). TypeError if ``config`` is no TransformerConfig.
    """
    config = as_config(config)
    if config.latent is not None:
        return config.n_layers * (config.latent.kv_rank + config.latent.rotary_dim)
    return config.n_layers * 2 * config.n_kv_heads * config.d_head


def kv_cache_bytes(
    config: TransformerConfig, batch: int, context: int, precision: str = "bfloat16"
) -> int:
    """Count the bytes of keys and values of ``batch`` sequences of ``context`` positions.

    TypeError or ValueError for counts below 1 or an unknown precision.
    """
    positions = as_count(batch, "batch") * as_count(context, "context")
    return bytes_of(positions * cached_numbers(config), precision)


def weight_bytes(config: TransformerConfig, precision: str = "bfloat16") -> int:
    """Count the bytes of all parameters, those of unused experts among them; raises as above."""
    return bytes_of(as_config(config).total, precision)


def model_work(
    config: TransformerConfig, batch: int, context: int, phase: str = "decode",
    precision: Precision = BFLOAT16,
) -> dict[str, Work]:  # fmt: skip
    """Count one forward pass of a whole model, part by part.

    Parameters
    ----------
    config : TransformerConfig
    batch : int
        Sequences.
    context : int
        Positions of each: the prompt's in prefill; in decoding all, the new one among them.
    phase : {"prefill", "decode"}
    precision : Precision

    Returns
    -------
    dict
        ``embedding`` (with positions), ``projections``, ``scores``, ``ffn``, ``router``, ``norms``
        and ``head``, each for all layers. The head is computed for the last position only.

    Raises
    ------
    TypeError, ValueError
        For arguments of another kind, counts below 1, or an unknown phase.

    Notes
    -----
    Of N experts, T tokens that choose k each, evenly and independently, use N (1 − (1 − k/N)^T) on
    average: so many are read, while the operations are those of k.
    """
    config = as_config(config)
    batch, context = as_count(batch, "batch"), as_count(context, "context")
    if not isinstance(precision, Precision):
        raise TypeError(f"precision must be a Precision, got {precision!r}")
    if phase not in PHASES:
        raise ValueError(f"phase must be one of {', '.join(PHASES)}, got {phase!r}")
    tokens, d = batch * (context if phase == "prefill" else 1), config.d_model
    size, flops = config.parameters(), config.flops(0)
    rows = tokens * d * (2 if config.max_positions else 1)  # of the embedding, and of positions
    return {
        "embedding": _moved(precision, weights=rows, activations=tokens * d),
        "projections": _moved(
            precision, tokens * flops["projections"], size["attention"],
            activations=config.n_layers * tokens * 2 * (d + _attended(config)),
        ),
        "scores": _scores(config, batch, context, phase, precision),
        "ffn": _ffn_of_model(config, tokens, precision),
        "router": _moved(precision, tokens * flops["router"], size["router"]),
        "norms": _moved(precision, weights=size["norms"]),
        "head": _moved(
            precision, batch * flops["head"], config.vocab_size * d,
            activations=batch * (d + config.vocab_size),
        ),
    }  # fmt: skip


def layer_work(
    config: TransformerConfig, batch: int, context: int, phase: str = "decode",
    precision: Precision = BFLOAT16,
) -> dict[str, Work]:  # fmt: skip
    """Count one layer of a model, with experts if it has any; parts and arguments as model_work.

    Embedding, head and the norm after the last layer are left out.
    """
    one = replace(as_config(config), n_layers=1, dense_layers=0, dense_d_ff=0)
    parts = model_work(one, batch, context, phase, precision)
    final = config.d_model * (1 + (config.norm == "layernorm"))
    norms = bytes_of(one.parameters()["norms"] - final, precision.weights)
    own = {part: parts[part] for part in ("projections", "scores", "ffn", "router")}
    return {**own, "norms": Work(weights=norms)}


def total_work(parts: dict[str, Work]) -> Work:
    """Add up the parts."""
    return sum(parts.values(), Work())


def experts_read(num_experts: int, top_k: int, tokens: int) -> float:
    """Return how many of the experts are used on average when each token takes ``top_k`` of them.

    TypeError or ValueError for counts below 1, or ``top_k`` above ``num_experts``.
    """
    n, k = as_count(num_experts, "num_experts"), as_count(top_k, "top_k")
    if k > n:
        raise ValueError(f"top_k must be at most num_experts={n}, got {k}")
    unused: float = (1 - k / n) ** as_count(tokens, "tokens")
    return n * (1 - unused)


def as_config(config: object) -> TransformerConfig:
    """Return ``config`` back if it is a TransformerConfig; raise TypeError otherwise."""
    if not isinstance(config, TransformerConfig):
        raise TypeError(
            f"config must be a TransformerConfig, one of ffnlib.nn.PRESETS for example, "
            f"got {config!r}"
        )
    return config


def _moved(
    precision: Precision, flops: int = 0, weights: int = 0, cache: int = 0, activations: int = 0
) -> Work:
    """Return the work of so many operations, and of numbers that move in their precisions."""
    return Work(
        flops,
        bytes_of(weights, precision.weights),
        bytes_of(cache, precision.cache),
        bytes_of(activations, precision.activations),
    )


def _attended(config: TransformerConfig) -> int:
    """Count the numbers that all heads together give for a position."""
    latent = config.latent
    return config.n_heads * (config.d_head if latent is None else latent.value_dim)


def _scores(
    config: TransformerConfig, batch: int, context: int, phase: str, precision: Precision
) -> Work:
    """Count the products of new positions with keys and values, in all layers.

    Position t attends to t: a prompt of n makes n (n + 1) / 2 pairs. Latent attention decodes with
    its up-projections absorbed: a pair is then kv_rank + rotary_dim and kv_rank products a head
    (arXiv:2405.04434, section 2.1.2).
    """
    new = context if phase == "prefill" else 1
    pairs = batch * (new * context - new * (new - 1) // 2)
    flops = config.flops(1)["scores"]  # of one pair
    if config.latent is not None and phase == "decode":
        products = 2 * config.latent.kv_rank + config.latent.rotary_dim
        flops = 2 * config.n_layers * config.n_heads * products
    return _moved(
        precision,
        pairs * flops,
        cache=batch * (context + new) * cached_numbers(config),  # all read, the new ones written
        activations=config.n_layers * batch * new * 2 * _attended(config),
    )


def _ffn_of_model(config: TransformerConfig, tokens: int, precision: Precision) -> Work:
    """Count the feed-forward blocks of all layers."""
    sparse = config.n_layers - config.dense_layers
    one = ffn_work(config.d_model, config.d_ff, tokens, config.variant, precision, bias=config.bias)
    used = experts_read(config.num_experts, config.top_k, tokens) + config.shared_experts
    copies = config.top_k + config.shared_experts
    work = Work(
        sparse * copies * one.flops,
        round(sparse * used * one.weights),
        activations=sparse * copies * one.activations,
    )
    if config.dense_layers:
        dense = ffn_work(
            config.d_model, config.dense_d_ff, tokens, config.variant, precision, bias=config.bias
        )
        n = config.dense_layers
        work += Work(n * dense.flops, n * dense.weights, activations=n * dense.activations)
    return work
