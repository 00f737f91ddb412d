"""Low-rank adaptation: adapters, the layer that carries them, and whole models adapted.

Chapter 7. A frozen weight plus ``(alpha / r) * B @ A``; merging, saving, and the best rank-r bound.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.lora._adapter import Adapter as Adapter
    from ffnlib.lora._dora import DoRALinear as DoRALinear
    from ffnlib.lora._dora import adapt_dora as adapt_dora
    from ffnlib.lora._layer import Frozen as Frozen
    from ffnlib.lora._layer import LoRALinear as LoRALinear
    from ffnlib.lora._low_rank import LowRank as LowRank
    from ffnlib.lora._low_rank import best_approximation as best_approximation
    from ffnlib.lora._low_rank import least_error as least_error
    from ffnlib.lora._model import adapt as adapt
    from ffnlib.lora._model import load_adapter as load_adapter
    from ffnlib.lora._model import lora_layers as lora_layers
    from ffnlib.lora._model import save_adapter as save_adapter
    from ffnlib.lora._model import use_adapter as use_adapter
    from ffnlib.lora._variants import lora_plus_alpha as lora_plus_alpha
    from ffnlib.lora._variants import rslora_alpha as rslora_alpha
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_adapter": ("Adapter",),
            "_dora": (
                "DoRALinear",
                "adapt_dora",
            ),
            "_layer": (
                "Frozen",
                "LoRALinear",
            ),
            "_low_rank": (
                "LowRank",
                "best_approximation",
                "least_error",
            ),
            "_model": (
                "adapt",
                "load_adapter",
                "lora_layers",
                "save_adapter",
                "use_adapter",
            ),
            "_variants": (
                "lora_plus_alpha",
                "rslora_alpha",
            ),
        },
    )
