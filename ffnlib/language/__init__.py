"""Small language models: characters, n-gram tables, a decoder, and the FFN as a memory.

Chapters 4 and 5. Everything is trained on the corpus of ``ffnlib.datasets``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.language._character_model import CharLM as CharLM
    from ffnlib.language._character_model import Vocabulary as Vocabulary
    from ffnlib.language._decoder import Decoder as Decoder
    from ffnlib.language._kv_cache import CacheRounding as CacheRounding
    from ffnlib.language._kv_cache import quantize_cache as quantize_cache
    from ffnlib.language._n_grams import NGram as NGram
    from ffnlib.language._n_grams import full_table as full_table
    from ffnlib.language._tiny_decoder import TinyDecoder as TinyDecoder
    from ffnlib.language._tiny_decoder import load_tiny_decoder as load_tiny_decoder
    from ffnlib.language.key_value_memory import activity as activity
    from ffnlib.language.key_value_memory import agreement as agreement
    from ffnlib.language.key_value_memory import coefficients as coefficients
    from ffnlib.language.key_value_memory import keys as keys
    from ffnlib.language.key_value_memory import memories as memories
    from ffnlib.language.key_value_memory import pull as pull
    from ffnlib.language.key_value_memory import triggers as triggers
    from ffnlib.language.key_value_memory import values as values
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_character_model": (
                "CharLM",
                "Vocabulary",
            ),
            "_decoder": ("Decoder",),
            "key_value_memory": (
                "activity",
                "coefficients",
                "keys",
                "memories",
                "pull",
                "values",
                "agreement",
                "triggers",
            ),
            "_kv_cache": (
                "CacheRounding",
                "quantize_cache",
            ),
            "_n_grams": (
                "NGram",
                "full_table",
            ),
            "_tiny_decoder": (
                "TinyDecoder",
                "load_tiny_decoder",
            ),
        },
    )
