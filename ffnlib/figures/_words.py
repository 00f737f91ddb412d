"""How a name of the code is written in a menu or a sentence, where that differs."""

from typing import Any, Final

SAID: Final[dict[str, str]] = {
    "relu": "ReLU", "leaky_relu": "leaky ReLU", "gelu": "GELU", "silu": "SiLU",
    "gelu_tanh": "tanh-form GELU", "glu": "GLU", "reglu": "ReGLU", "geglu": "GeGLU",
    "swiglu": "SwiGLU", "glorot": "Glorot", "he": "He", "sgd": "SGD", "nesterov": "Nesterov",
    "adam": "Adam", "adamw": "AdamW", "xor": "XOR",
}  # fmt: skip


def said(option: Any) -> Any:
    """Return an option as the reader is shown it; numbers stay numbers."""
    return SAID.get(option, option)
