"""A small trained decoder that comes with the library, to be looked into.

``python -m ffnlib.language`` trains it on the course's text and writes
``data/tiny_decoder.npz``, which holds all that loading needs: the weights in float16, the sizes,
the characters, the end of the text, which was not learned from, and the perplexity on it. So the
file stays right when the text changes; ``data/TINY_DECODER.md`` describes it.
"""

from collections.abc import Mapping
from importlib.resources import as_file, files
from os import PathLike
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ffnlib._base.checkpoint import read_arrays, write_arrays
from ffnlib.language._character_model import Vocabulary
from ffnlib.language._decoder import Decoder
from ffnlib.training import AdamW, Cosine, count_steps, fit

SIZES: Final = {"d_model": 32, "n_layers": 2, "n_heads": 4, "d_ff": 96, "context": 32}
VARIANT: Final = "relu"
"""One key and one value a unit, and many units silent: the easiest memory to read."""
HELD_OUT: Final = 0.1
"""Share of the text, its end, that is not learned from; but at most ``MOST`` characters."""
MOST: Final = 4000
_HOME: Final = files("ffnlib") / "data" / "tiny_decoder.npz"


class TinyDecoder(NamedTuple):
    """A trained decoder, and what it is said to be able to do."""

    model: Decoder
    """Its weights are those of the file."""
    held_out: str
    """The text it did not learn from."""
    perplexity: float
    """``model.perplexity(held_out)`` when the file was written."""


def untrained(
    vocabulary: Vocabulary,
    seed: int = 0,
    dtype: DTypeLike = np.float64,
    sizes: Mapping[str, int] = SIZES,
) -> Decoder:
    """Make a decoder of the tiny one's sizes with random weights."""
    more: dict[str, Any] = {**sizes, "variant": VARIANT}
    return Decoder(vocabulary, rng=np.random.default_rng(seed), dtype=dtype, **more)


def load_tiny_decoder(dtype: DTypeLike = np.float64) -> TinyDecoder:
    """Load the decoder that comes with the library.

    Parameters
    ----------
    dtype : float32 or float64
        What the weights are converted to, and computed in.

    Returns
    -------
    TinyDecoder
        ``.model`` has two blocks; ``.model.blocks[l].ffn`` has ``d_ff`` units each, with ReLU.

    Raises
    ------
    ffnlib._base.checkpoint.UnreadableFileError
        If the file is damaged.
    """
    with as_file(_HOME) as path:
        stored = read_arrays(path)
    sizes = {name: int(stored[f"size.{name}"]) for name in SIZES}
    model = untrained(Vocabulary(_text(stored["characters"])), 0, dtype, sizes)
    ends = np.cumsum([p.size for p in model.parameters()])
    for p, part in zip(model.parameters(), np.split(stored["weights"], ends[:-1]), strict=True):
        p[...] = part.reshape(p.shape)
    return TinyDecoder(model, _text(stored["held_out"]), float(stored["perplexity"]))


def train(text: str, epochs: int = 1, seed: int = 0) -> Decoder:
    """Train one on all of ``text``, and round its weights to float16.

    An epoch uses every window of the text: it predicts each character ``context`` times.
    """
    model = untrained(Vocabulary(text), seed, np.float32)
    data = model.examples(text)
    steps = count_steps(len(data[0]), 16, epochs)
    optimizer = AdamW(model.parameters(), Cosine(6e-3, steps, warmup=steps // 20), weight_decay=0.3)
    rng = np.random.default_rng(seed)
    fit(model, data, rng=rng, epochs=epochs, batch_size=16, optimizer=optimizer, progress=True)
    for p in model.parameters():
        p[...] = p.astype(np.float16)
    return model


def write(path: str | PathLike[str], model: Decoder, held_out: str) -> float:
    """Write a trained one with its held-out text; give the perplexity that is written with it."""
    assert model.vocabulary is not None
    exact = untrained(model.vocabulary)
    for p, q in zip(exact.parameters(), model.parameters(), strict=True):
        p[...] = q.astype(np.float16)
    perplexity = exact.perplexity(held_out)
    write_arrays(  # the weights as one array: each has a header of its own
        path,
        {
            **{f"size.{name}": np.array(size) for name, size in SIZES.items()},
            "characters": _bytes(model.vocabulary.characters),
            "held_out": _bytes(held_out),
            "perplexity": np.array(perplexity),
            "weights": np.concatenate([p.ravel() for p in exact.parameters()]).astype(np.float16),
        },
    )
    return perplexity


def split(text: str) -> tuple[str, str]:
    """Divide a text into what is learned from and what is held out, without its unseen letters."""
    end = len(text) - min(MOST, round(len(text) * HELD_OUT))
    known = set(text[:end])
    return text[:end], "".join(c for c in text[end:] if c in known)


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf8"), np.uint8)


def _text(stored: NDArray[Any]) -> str:
    return stored.astype(np.uint8).tobytes().decode("utf8")
