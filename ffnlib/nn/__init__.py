"""Networks by hand: layers, activations, losses, normalization, attention, whole Transformers.

Chapters 1 to 5. Every layer has its ``forward`` and its ``backward`` side by side. Arrays come
batch first, weights are ``(d_out, d_in)``, and a dense layer computes ``y = x @ W.T + b``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.nn._activations import ACTIVATIONS as ACTIVATIONS
    from ffnlib.nn._activations import GELU as GELU
    from ffnlib.nn._activations import Activation as Activation
    from ffnlib.nn._activations import GELUTanh as GELUTanh
    from ffnlib.nn._activations import LeakyReLU as LeakyReLU
    from ffnlib.nn._activations import ReLU as ReLU
    from ffnlib.nn._activations import Sigmoid as Sigmoid
    from ffnlib.nn._activations import SiLU as SiLU
    from ffnlib.nn._activations import Tanh as Tanh
    from ffnlib.nn._activations import activation as activation
    from ffnlib.nn._activations import gelu as gelu
    from ffnlib.nn._activations import gelu_tanh as gelu_tanh
    from ffnlib.nn._activations import identity as identity
    from ffnlib.nn._activations import leaky_relu as leaky_relu
    from ffnlib.nn._activations import relu as relu
    from ffnlib.nn._activations import sigmoid as sigmoid
    from ffnlib.nn._activations import silu as silu
    from ffnlib.nn._activations import softplus as softplus
    from ffnlib.nn._activations import squared_relu as squared_relu
    from ffnlib.nn._activations import tanh as tanh
    from ffnlib.nn._attention import Attention as Attention
    from ffnlib.nn._attention import rotate as rotate
    from ffnlib.nn._configs import PRESETS as PRESETS
    from ffnlib.nn._configs import LatentAttention as LatentAttention
    from ffnlib.nn._configs import TransformerConfig as TransformerConfig
    from ffnlib.nn._embedding import Embedding as Embedding
    from ffnlib.nn._erf import erf as erf
    from ffnlib.nn._erf import erfc as erfc
    from ffnlib.nn._erf import exp_minus_square as exp_minus_square
    from ffnlib.nn._erf import normal_tail as normal_tail
    from ffnlib.nn._factored import FactoredLinear as FactoredLinear
    from ffnlib.nn._factored import factor as factor
    from ffnlib.nn._ffn import ACTIVATION_OF as ACTIVATION_OF
    from ffnlib.nn._ffn import FeedForward as FeedForward
    from ffnlib.nn._ffn import FeedForwardTrace as FeedForwardTrace
    from ffnlib.nn._ffn_classifier import FFNClassifier as FFNClassifier
    from ffnlib.nn._initialization import INITS as INITS
    from ffnlib.nn._initialization import draw_weights as draw_weights
    from ffnlib.nn._initialization import init_variance as init_variance
    from ffnlib.nn._layer_replacement import Slot as Slot
    from ffnlib.nn._layer_replacement import dense_slots as dense_slots
    from ffnlib.nn._linear import Linear as Linear
    from ffnlib.nn._losses import LOSSES as LOSSES
    from ffnlib.nn._losses import CrossEntropy as CrossEntropy
    from ffnlib.nn._losses import Loss as Loss
    from ffnlib.nn._losses import MeanSquaredError as MeanSquaredError
    from ffnlib.nn._losses import cross_entropy as cross_entropy
    from ffnlib.nn._losses import mse as mse
    from ffnlib.nn._network import MLP as MLP
    from ffnlib.nn._network import LayerTrace as LayerTrace
    from ffnlib.nn._network import count_parameters as count_parameters
    from ffnlib.nn._norms import LayerNorm as LayerNorm
    from ffnlib.nn._norms import RMSNorm as RMSNorm
    from ffnlib.nn._softmax import log_softmax as log_softmax
    from ffnlib.nn._softmax import logsumexp as logsumexp
    from ffnlib.nn._softmax import softmax as softmax
    from ffnlib.nn._softmax import softmax_naive as softmax_naive
    from ffnlib.nn._softmax import softmax_pull_back as softmax_pull_back
    from ffnlib.nn._transformer import NORMS as NORMS
    from ffnlib.nn._transformer import Block as Block
    from ffnlib.nn._transformer import BlockTrace as BlockTrace
    from ffnlib.nn._widths import GATED as GATED
    from ffnlib.nn._widths import VARIANTS as VARIANTS
    from ffnlib.nn._widths import check_variant as check_variant
    from ffnlib.nn._widths import ffn_flops as ffn_flops
    from ffnlib.nn._widths import ffn_parameters as ffn_parameters
    from ffnlib.nn._widths import hidden_size as hidden_size
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_activations": (
                "ACTIVATIONS",
                "Activation",
                "GELU",
                "GELUTanh",
                "LeakyReLU",
                "ReLU",
                "SiLU",
                "Sigmoid",
                "Tanh",
                "activation",
                "gelu",
                "gelu_tanh",
                "identity",
                "leaky_relu",
                "relu",
                "sigmoid",
                "silu",
                "softplus",
                "squared_relu",
                "tanh",
            ),
            "_attention": (
                "Attention",
                "rotate",
            ),
            "_configs": (
                "LatentAttention",
                "PRESETS",
                "TransformerConfig",
            ),
            "_embedding": ("Embedding",),
            "_erf": (
                "erf",
                "erfc",
                "exp_minus_square",
                "normal_tail",
            ),
            "_factored": (
                "FactoredLinear",
                "factor",
            ),
            "_ffn": (
                "ACTIVATION_OF",
                "FeedForward",
                "FeedForwardTrace",
            ),
            "_ffn_classifier": ("FFNClassifier",),
            "_initialization": (
                "INITS",
                "draw_weights",
                "init_variance",
            ),
            "_layer_replacement": (
                "Slot",
                "dense_slots",
            ),
            "_linear": ("Linear",),
            "_losses": (
                "CrossEntropy",
                "LOSSES",
                "Loss",
                "MeanSquaredError",
                "cross_entropy",
                "mse",
            ),
            "_network": (
                "LayerTrace",
                "MLP",
                "count_parameters",
            ),
            "_norms": (
                "LayerNorm",
                "RMSNorm",
            ),
            "_softmax": (
                "log_softmax",
                "logsumexp",
                "softmax",
                "softmax_naive",
                "softmax_pull_back",
            ),
            "_transformer": (
                "Block",
                "BlockTrace",
                "NORMS",
            ),
            "_widths": (
                "GATED",
                "VARIANTS",
                "check_variant",
                "ffn_flops",
                "ffn_parameters",
                "hidden_size",
            ),
        },
    )
