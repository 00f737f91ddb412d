r"""The feed-forward layer read as a memory: each hidden unit has a key and writes a value.

Multiplied out over the hidden units, the layer is a sum of vectors with a coefficient each:

.. math:: \mathrm{FFN}(x) = \sum_i m_i(x)\, v_i, \qquad m_i(x) = f(x \cdot k_i)
          \quad\text{or, gated,}\quad f(x \cdot g_i)\,(x \cdot u_i) .

The *key* :math:`k_i` is row i of ``up.W`` (gated: there are two, rows i of ``gate.W`` and
``up.W``), the *value* :math:`v_i` column i of ``down.W``. The sum is exact. That keys fire on
patterns of the input and values push certain outputs is what Geva et al. found in trained models
(arXiv:2012.14913): ``triggers`` and ``pull`` ask for one unit, ``agreement`` for all of a layer.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float
from ffnlib.language._character_model import Vocabulary
from ffnlib.language._decoder import Decoder
from ffnlib.nn import FeedForward


class Trigger(NamedTuple):
    """A place in a text at which a unit fires."""

    position: int
    """Number of the character last read, in the text; -1 is the space that stands before it."""
    before: str
    """The text up to and with that character, at most a context of it."""
    following: str
    """The character that came next, which the model has to predict here."""
    coefficient: float
    """:math:`m_i` there."""


class Pull(NamedTuple):
    """The vocabulary as a value orders it."""

    characters: str
    """Those pushed up most, then the others; all of the vocabulary."""
    logits: Array
    """By how much, in that order, (characters,)."""


def keys(ffn: FeedForward) -> dict[str, Array]:
    """Return what each unit compares inputs with: ``up`` and, gated, ``gate``; (d_ff, d_model)."""
    return {name: layer.W for name, layer in ffn.parts().items() if name != "down"}


def values(ffn: FeedForward) -> Array:
    """Return what each unit writes, (d_ff, d_model): row i is :math:`v_i`; not a copy."""
    return ffn.down.W.T


def coefficients(ffn: FeedForward, x: ArrayLike) -> Array:
    """Return how much each unit writes, :math:`m_i(x)`.

    Parameters
    ----------
    ffn : FeedForward
    x : array_like, (…, d_model)
        What the layer is given; in a decoder, ``BlockTrace.ffn_input``.

    Returns
    -------
    array, (…, d_ff)

    Raises
    ------
    TypeError, ValueError
        As ``FeedForward.forward``.
    """
    return ffn.trace(x).hidden


def memories(ffn: FeedForward, x: ArrayLike) -> Array:
    r"""Return the terms of the sum, :math:`m_i(x)\,v_i`, (…, d_ff, d_model).

    Summed over the units, plus ``down.b`` if there is one, they are what the layer gives. Errors
    as ``coefficients``.
    """
    m = coefficients(ffn, x)
    terms: Array = m[..., None] * values(ffn).astype(m.dtype, copy=False)
    return terms


def pull(decoder: Decoder, vectors: ArrayLike) -> Array:
    r"""Return how much some vectors push each character when they are added to the stream.

    A vector v on its way to the logits passes the last norm's gain and the head, :math:`H(\gamma
    \odot v)`. The norm's division by s is left out: it is one positive number for all characters,
    so the order stays. What all characters get alike is taken off, as softmax does not see it. Of
    later blocks, which read the stream too, nothing is said: this is the direct way only.

    Parameters
    ----------
    decoder : Decoder
    vectors : array_like, (…, d_model)
        ``values(decoder.blocks[l].ffn)``, for example: then row i is what unit i pushes when its
        coefficient is 1; a negative coefficient turns it round.

    Returns
    -------
    array, (…, characters)
        With mean 0 along the last axis.

    Raises
    ------
    TypeError, ValueError
        If ``vectors`` does not hold real numbers, or not d_model in its last axis.
    """
    v = as_float(vectors, "vectors")
    if v.ndim == 0 or v.shape[-1] != decoder.norm.d:
        raise ValueError(
            f"vectors must have d_model={decoder.norm.d} numbers in the last axis, got {v.shape}"
        )
    if decoder.norm.centers:
        v = v - v.mean(axis=-1, keepdims=True)
    scaled = v * decoder.norm.gain.astype(v.dtype, copy=False)
    logits: Array = scaled @ decoder.head.W.T.astype(v.dtype, copy=False)
    logits -= logits.mean(axis=-1, keepdims=True)
    return logits


def pull_of_unit(decoder: Decoder, layer: int, unit: int) -> Pull:
    """Order the vocabulary by what one unit writes with coefficient 1; errors as ``triggers``."""
    ffn = _layer(decoder, layer)
    logits = pull(decoder, values(ffn)[_unit(ffn, unit)])
    order = np.argsort(-logits, kind="stable")
    return Pull(_vocabulary(decoder).decode(order), logits[order])


def activity(decoder: Decoder, text: str, layer: int) -> Array:
    """Return the coefficients of a layer's units where each character of ``text`` is predicted.

    Returns
    -------
    array, (len(text), d_ff)
        Row t belongs to what was read before ``text[t]``; see ``Decoder.read``.

    Raises
    ------
    ValueError
        If there is no such layer, or as ``Decoder.read``.
    """
    ffn = _layer(decoder, layer)
    return decoder.read(
        text, lambda x, _: coefficients(ffn, decoder.trace(x).blocks[layer].ffn_input)
    )


def triggers(decoder: Decoder, text: str, layer: int, unit: int, n: int = 8) -> list[Trigger]:
    """Find the places of ``text`` at which a unit's coefficient is largest, the largest first.

    Fewer than ``n`` if it is above 0 at fewer places. A gated unit may write with both signs: this
    finds the positive ones. To ask for many units of a layer, call ``activity`` once instead.

    Raises
    ------
    TypeError, ValueError
        If there is no such layer or unit, or as ``Decoder.read``.
    """
    ffn = _layer(decoder, layer)
    m = activity(decoder, text, layer)[:, _unit(ffn, unit)]  # (len(text),)
    order = np.argsort(-m, kind="stable")[: as_count(n, "n")]
    return [
        Trigger(
            int(t) - 1, text[max(0, t - decoder.context) : t], text[t], float(m[t])
        )
        for t in order
        if m[t] > 0
    ]  # fmt: skip


def agreement(
    decoder: Decoder, text: str, layer: int, n: int = 10, first: int = 3
) -> NDArray[np.float64]:
    """Return how often a unit pushes what really comes next, at the places where it fires most.

    Parameters
    ----------
    decoder : Decoder
    text : str
    layer : int
    n : int
        Places looked at for each unit: those with the largest coefficients.
    first : int
        The character that follows counts if it is among so many that are pushed up most. A unit
        that pushes at random agrees in a share ``first / characters`` of the places.

    Returns
    -------
    array, (d_ff,)
        A share from 0 to 1; 0 for a unit that is above 0 nowhere.

    Raises
    ------
    TypeError, ValueError
        As ``activity``, or for numbers below 1.
    """
    n, first = as_count(n, "n"), as_count(first, "first")
    m = activity(decoder, text, layer)  # (len(text), d_ff)
    logits = pull(decoder, values(_layer(decoder, layer)))  # (d_ff, characters)
    places = np.argsort(-m, axis=0, kind="stable")[:n]  # (n, d_ff)
    follows = _vocabulary(decoder).encode(text)[places]  # (n, d_ff)
    units = np.arange(m.shape[1])
    rank = (logits > logits[units, follows][..., None]).sum(axis=-1)  # how many are pushed more
    fires = np.take_along_axis(m, places, axis=0) > 0
    share: NDArray[np.float64] = ((rank < first) & fires).sum(axis=0) / np.maximum(
        fires.sum(axis=0), 1
    )
    return share


def _layer(decoder: Decoder, layer: int) -> FeedForward:
    if as_count(layer, "layer", least=0) >= len(decoder.blocks):
        raise ValueError(f"layer must be from 0 to {len(decoder.blocks) - 1}, got {layer}")
    ffn = decoder.blocks[layer].ffn
    if not isinstance(ffn, FeedForward):
        raise ValueError(f"layer {layer} has no FeedForward but {ffn!r}")
    return ffn


def _vocabulary(decoder: Decoder) -> Vocabulary:
    if decoder.vocabulary is None:
        raise ValueError("decoder must have a vocabulary, and was made for a number of characters")
    return decoder.vocabulary


def _unit(ffn: FeedForward, unit: int) -> int:
    if as_count(unit, "unit", least=0) >= ffn.d_ff:
        raise ValueError(f"unit must be from 0 to {ffn.d_ff - 1}, got {unit}")
    return int(unit)
