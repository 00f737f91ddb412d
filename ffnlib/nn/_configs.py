"""The sizes of whole Transformers, from which parameters and operations are counted.

Everything is counted in Python integers, which cannot overflow. ``PRESETS`` are published models;
their totals are those of the released weights, to the last number.
"""

from dataclasses import dataclass
from typing import Final

from ffnlib._base.arrays import as_count
from ffnlib.nn._widths import GATED, VARIANTS, check_variant, ffn_flops, ffn_parameters, hidden_size

__all__ = [
    "GATED",
    "PRESETS",
    "VARIANTS",
    "LatentAttention",
    "TransformerConfig",
    "check_variant",
    "ffn_flops",
    "ffn_parameters",
    "hidden_size",
]


@dataclass(frozen=True)
class LatentAttention:
    """Sizes of DeepSeek's multi-head latent attention (arXiv:2412.19437, section 2.1.1).

    Queries are made from ``query_rank`` numbers, keys and values from ``kv_rank``, each normed; a
    key has ``plain_dim`` numbers of its head and ``rotary_dim`` that all heads share.
    """

    query_rank: int
    kv_rank: int
    plain_dim: int
    rotary_dim: int
    value_dim: int

    def parameters(self, d_model: int, n_heads: int) -> int:
        """Count the weights of its five matrices."""
        queries = self.query_rank * (d_model + n_heads * (self.plain_dim + self.rotary_dim))
        down = d_model * (self.kv_rank + self.rotary_dim)
        up = self.kv_rank * n_heads * (self.plain_dim + self.value_dim)
        return queries + down + up + n_heads * self.value_dim * d_model


@dataclass(frozen=True)
class TransformerConfig:
    """The sizes of a decoder-only Transformer, from which everything is counted.

    Attributes
    ----------
    name : str
    d_model, n_layers, n_heads, n_kv_heads, d_ff, vocab_size : int
        ``n_kv_heads`` below ``n_heads`` is grouped-query attention; ``d_ff`` is that of one expert
        where there are several.
    variant : str
        One of ``VARIANTS``.
    head_dim : int, optional
        Numbers a head; ``d_model / n_heads`` if not given.
    num_experts, top_k, shared_experts : int
        Feed-forward blocks a layer, how many of them a token uses, and how many more it always
        uses.
    dense_layers, dense_d_ff : int
        How many layers have one block of size ``dense_d_ff`` in place of experts.
    tied : bool
        Whether the output matrix is the embedding.
    bias : bool
        Whether linear layers have biases.
    norm : {"rmsnorm", "layernorm"}
        One gain a number, or a gain and a shift.
    max_positions : int
        Learnt position vectors; 0 for rotary or none.
    latent : LatentAttention, optional
        In place of full query, key and value matrices.
    router_bias : bool
        Whether each expert has a number that balances the load.

    Raises
    ------
    TypeError, ValueError
        If a size is no whole number, or two do not fit together.
    """

    name: str
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    d_ff: int
    vocab_size: int
    variant: str
    head_dim: int | None = None
    num_experts: int = 1
    top_k: int = 1
    shared_experts: int = 0
    dense_layers: int = 0
    dense_d_ff: int = 0
    tied: bool = False
    bias: bool = False
    norm: str = "rmsnorm"
    max_positions: int = 0
    latent: LatentAttention | None = None
    router_bias: bool = False

    def __post_init__(self) -> None:
        check_variant(self.variant)
        for size in ("d_model", "n_layers", "n_heads", "n_kv_heads", "d_ff", "vocab_size",
                     "num_experts", "top_k"):  # fmt: skip
            as_count(getattr(self, size), size)
        for size in ("shared_experts", "dense_layers", "dense_d_ff", "max_positions"):
            as_count(getattr(self, size), size, least=0)
        if self.norm not in ("rmsnorm", "layernorm"):
            raise ValueError(f"norm must be rmsnorm or layernorm, got {self.norm!r}")
        if self.n_heads % self.n_kv_heads:
            raise ValueError(
                f"n_kv_heads must divide n_heads={self.n_heads}, got {self.n_kv_heads}"
            )
        if self.head_dim is None and self.d_model % self.n_heads:
            raise ValueError(
                f"n_heads must divide d_model={self.d_model} unless head_dim is given, got"
                f" {self.n_heads}"
            )
        if self.top_k > self.num_experts:
            raise ValueError(
                f"top_k must be at most num_experts={self.num_experts}, got {self.top_k}"
            )
        if self.dense_layers > self.n_layers:
            raise ValueError(
                f"dense_layers must be at most n_layers={self.n_layers}, got {self.dense_layers}"
            )
        if bool(self.dense_layers) != bool(self.dense_d_ff):
            raise ValueError(
                "dense_layers and dense_d_ff must both be given or neither, got"
                f" {self.dense_layers} and {self.dense_d_ff}"
            )

    @property
    def d_head(self) -> int:
        """The width of a head."""
        return self.d_model // self.n_heads if self.head_dim is None else self.head_dim

    @property
    def total(self) -> int:
        """All parameters."""
        return sum(self.parameters().values())

    @property
    def active(self) -> int:
        """The parameters that one token uses: of the experts, only those it is sent to."""
        return sum(self.parameters(active=True).values())

    def parameters(self, active: bool = False) -> dict[str, int]:
        """Count the parameters of each part; with ``active``, those that one token uses.

        The parts are embedding, positions, attention, ffn, router, norms and head, 0 where there
        is none. Embedding and head count in full, as in the published active totals.
        """
        d = self.d_model
        vectors = 2 * self.n_layers + 1  # two norms a layer, and one at the end
        ranks = 0 if self.latent is None else self.latent.query_rank + self.latent.kv_rank
        return {
            "embedding": self.vocab_size * d,
            "positions": self.max_positions * d,
            "attention": self.n_layers * self._attention(self.bias),
            "ffn": self._ffn(self.top_k if active else self.num_experts, self.bias),
            "router": self._router(self.router_bias),
            "norms": (vectors * d + self.n_layers * ranks) * (1 + (self.norm == "layernorm")),
            "head": 0 if self.tied else self.vocab_size * d,
        }

    def flops(self, context: int) -> dict[str, int]:
        """Count the operations for one token that attends to ``context`` positions.

        Two for each weight that the token meets, a product and a sum; ``scores`` are the products
        of queries with keys and of attention weights with values. The other parts are projections,
        ffn, router and head. Norms, activations, softmax and rotations are left out.

        TypeError or ValueError if ``context`` is not a whole number from 0.
        """
        context = as_count(context, "context", least=0)
        products = self._products_a_position()
        return {
            "projections": 2 * self.n_layers * self._attention(bias=False),
            "scores": 2 * self.n_layers * self.n_heads * products * context,
            "ffn": 2 * self._ffn(self.top_k, bias=False),
            "router": 2 * self._router(bias=False),
            "head": 2 * self.vocab_size * self.d_model,
        }

    def ffn_share(self, context: int) -> float:
        """Return the feed-forward blocks' share of the layers' operations, the head left out."""
        parts = self.flops(context)
        return parts["ffn"] / (sum(parts.values()) - parts["head"])

    def _attention(self, bias: bool) -> int:
        """Count the four matrices of one layer's attention, or the five of the latent kind."""
        if self.latent is not None:
            return self.latent.parameters(self.d_model, self.n_heads)
        queries, keys = self.n_heads * self.d_head, self.n_kv_heads * self.d_head
        weights = 2 * self.d_model * (queries + keys)  # in and out; keys and values
        return weights + (queries + 2 * keys + self.d_model if bias else 0)

    def _ffn(self, experts: int, bias: bool) -> int:
        """Count the feed-forward blocks of all layers, with so many routed experts in each."""
        each = ffn_parameters(self.d_model, self.d_ff, self.variant, bias)
        count = (self.n_layers - self.dense_layers) * (experts + self.shared_experts)
        if not self.dense_layers:
            return count * each
        dense = ffn_parameters(self.d_model, self.dense_d_ff, self.variant, bias)
        return count * each + self.dense_layers * dense

    def _router(self, bias: bool) -> int:
        """Count the routers of all layers that have more than one expert."""
        routers = (self.n_layers - self.dense_layers) * (self.num_experts > 1)
        return routers * self.num_experts * (self.d_model + bias)

    def _products_a_position(self) -> int:
        """Count what one head multiplies for each position it attends to: a key and a value."""
        if self.latent is not None:
            return self.latent.plain_dim + self.latent.rotary_dim + self.latent.value_dim
        return 2 * self.d_head


def _gpt2(name: str, d_model: int, n_layers: int, n_heads: int) -> TransformerConfig:
    """Radford et al. 2019; sizes of the released checkpoints."""
    return TransformerConfig(
        name, d_model, n_layers, n_heads, n_heads, 4 * d_model, 50257, "gelu",
        tied=True, bias=True, norm="layernorm", max_positions=1024,
    )  # fmt: skip


def _llama(name: str, d_model: int, n_layers: int, n_heads: int) -> TransformerConfig:
    """arXiv:2302.13971, Table 2."""
    d_ff = hidden_size(d_model)
    return TransformerConfig(name, d_model, n_layers, n_heads, n_heads, d_ff, 32000, "swiglu")


PRESETS: Final[dict[str, TransformerConfig]] = {
    config.name: config
    for config in (
        _gpt2("GPT-2 small", 768, 12, 12),
        _gpt2("GPT-2 medium", 1024, 24, 16),
        _gpt2("GPT-2 large", 1280, 36, 20),
        _gpt2("GPT-2 XL", 1600, 48, 25),
        _llama("LLaMA-7B", 4096, 32, 32),
        _llama("LLaMA-13B", 5120, 40, 40),
        _llama("LLaMA-33B", 6656, 60, 52),
        _llama("LLaMA-65B", 8192, 80, 64),
        # arXiv:2307.09288; the 70B model widens its blocks by 1.3 and rounds to 4096
        TransformerConfig(
            "Llama-2-70B", 8192, 80, 64, 8, hidden_size(8192, "swiglu", 4096, 1.3), 32000, "swiglu"
        ),
        # arXiv:2407.21783
        TransformerConfig(
            "Llama-3-8B", 4096, 32, 32, 8, hidden_size(4096, "swiglu", 1024, 1.3), 128256, "swiglu"
        ),
        TransformerConfig("Mistral-7B", 4096, 32, 32, 8, 14336, 32000, "swiglu"),  # 2310.06825
        # arXiv:2401.04088, Table 1
        TransformerConfig(
            "Mixtral-8x7B", 4096, 32, 32, 8, 14336, 32000, "swiglu", num_experts=8, top_k=2
        ),
        # arXiv:2403.08295; the paper's vocabulary is padded to 256,128, the released one is not
        TransformerConfig(
            "Gemma-2B", 2048, 18, 8, 1, 16384, 256000, "geglu", head_dim=256, tied=True
        ),
        # arXiv:2412.19437, section 4.2, without the multi-token prediction module
        TransformerConfig(
            "DeepSeek-V3", 7168, 61, 128, 128, 2048, 129280, "swiglu",
            num_experts=256, top_k=8, shared_experts=1, dense_layers=3, dense_d_ff=18432,
            latent=LatentAttention(1536, 512, 128, 64, 128), router_bias=True,
        ),
    )
}  # fmt: skip
"""Published models by name."""
