r"""A decoder-only Transformer on characters: at every position, which one comes next.

Characters become vectors, the blocks of ``ffnlib.nn`` change them, and what stands at a
position in the end gives the logits of the next character:

.. math:: x^0_t = E_{c_t}, \qquad x^{l} = \mathrm{Block}_l(x^{l-1}), \qquad
          p(c_{t+1} \mid c_1 \dots c_t) = \operatorname{softmax}(H\,\mathrm{Norm}(x^L_t)) .

Attention looks back only, so one pass gives a prediction at each of the positions, and each of them
is learnt from. With the defaults it is a small LLaMA (Touvron et al., arXiv:2302.13971).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, Ids, as_count, as_float
from ffnlib._base.parameters import Composite, Trainable, last_step
from ffnlib.language._character_model import PADDING, CharacterModel, Vocabulary
from ffnlib.nn import NORMS, Block, BlockTrace, Embedding, Linear, log_softmax, softmax


class DecoderTrace(NamedTuple):
    """The values that a decoder computed in the forward pass."""

    blocks: list[BlockTrace]
    """First to last."""
    logits: Array
    """(batch, seq, characters)."""


class Decoder(CharacterModel, Composite):
    """A decoder-only Transformer over characters.

    Parameters
    ----------
    vocabulary : Vocabulary or int
        Or only how many characters there are.
    d_model, n_layers, n_heads : int
        Length of a position's vector, number of blocks, heads of each.
    d_ff : int, optional
        Hidden units of each feed-forward layer; see ``FeedForward``.
    context : int
        The longest sequence; so many characters are looked at.
    variant : str
        Of the feed-forward layers.
    rng : numpy.random.Generator
    n_kv_heads, norm :
        As ``Block``.
    dtype : float32 or float64

    Attributes
    ----------
    embedding : Embedding
    blocks : list of Block
    norm : RMSNorm or LayerNorm
        Before the head.
    head : Linear
        To one logit for each character.

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0 or do not fit, an unknown variant, norm or
        dtype.
    """

    def __init__(
        self,
        vocabulary: Vocabulary | int,
        d_model: int = 48,
        n_layers: int = 2,
        n_heads: int = 4,
        d_ff: int | None = None,
        context: int = 32,
        variant: str = "swiglu",
        *,
        rng: np.random.Generator,
        n_kv_heads: int | None = None,
        norm: str = "rmsnorm",
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else None
        v = len(vocabulary) if isinstance(vocabulary, Vocabulary) else vocabulary
        self.context = as_count(context, "context")
        self.embedding = Embedding(as_count(v, "vocabulary"), d_model, rng, dtype)
        self.blocks = [
            Block(
                d_model, n_heads, d_ff, variant,
                rng=rng, n_kv_heads=n_kv_heads, norm=norm, dtype=dtype,
            )
            for _ in range(as_count(n_layers, "n_layers"))
        ]  # fmt: skip
        self.norm = NORMS[norm](d_model, dtype=dtype)
        self.head = Linear(d_model, v, rng=rng, bias=False, init="lecun", dtype=dtype)
        self._step: tuple[Ids, Array] | None = None

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the logits of the character after each position.

        Parameters
        ----------
        x : array_like, (batch, seq)
            Numbers of characters, oldest first; ``seq`` from 1 to ``context``.
        training : bool
            Keep what ``backward`` needs.
        rng : numpy.random.Generator, optional
            Handed on to the blocks.

        Returns
        -------
        array, (batch, seq, characters)

        Raises
        ------
        ValueError
            If ``x`` has another shape, or a number that no character has.
        """
        ids = self._checked(x)
        h = self.embedding.forward(ids)  # (batch, seq, d_model)
        for block in self.blocks:
            h = block.forward(h, training=training, rng=rng)
        h = self.norm.forward(h, training=training).reshape(-1, h.shape[-1])
        self._step = (ids, h) if training else self._step
        return self.head.forward(h).reshape(*ids.shape, -1)

    def backward(self, g: ArrayLike, *, inputs: bool = False) -> None:  # noqa: ARG002
        """Fill the gradients, given that of the logits, (batch, seq, characters).

        Characters have no gradient, so nothing is given back. RuntimeError if no
        ``forward(x, training=True)`` came before, ValueError if ``g`` has not the logits' shape.
        """
        ids, h = last_step(self._step)
        g = as_float(g, "g").astype(self.dtype, copy=False)
        if g.shape != (*ids.shape, self.head.d_out):
            raise ValueError(
                f"g must have the logits' shape {(*ids.shape, self.head.d_out)}, got {g.shape}"
            )
        back: Array | None = self.head.backward(h, g.reshape(len(h), -1)).reshape(*ids.shape, -1)
        for part in (self.norm, *reversed(self.blocks)):
            assert back is not None  # inputs are wanted
            back = part.backward(back)
        assert back is not None
        self.embedding.fill_gradients(ids, back)

    def trace(self, x: ArrayLike) -> DecoderTrace:
        """Compute the logits and keep what each block computed; errors as ``forward``."""
        h = self.embedding.forward(self._checked(x))
        steps = []
        for block in self.blocks:
            steps.append(block.trace(h))
            h = steps[-1].y
        flat = self.norm.forward(h).reshape(-1, h.shape[-1])
        return DecoderTrace(steps, self.head.forward(flat).reshape(*h.shape[:2], -1))

    def examples(self, text: str, stride: int = 1) -> tuple[Ids, Ids]:
        """Return windows of ``text`` to learn from, one beginning every ``stride`` characters.

        Returns
        -------
        x : array, (n, context)
            A space stands before the beginning of the text.
        y : array, (n, context)
            The character after each one of ``x``.

        Raises
        ------
        ValueError
            If ``text`` is shorter than ``context`` or has an unknown character.
        """
        ids = self._known().encode(PADDING + text)
        if len(text) < self.context:
            raise ValueError(
                f"text must hold at least context={self.context} characters, got {len(text)}"
            )
        windows = np.lib.stride_tricks.sliding_window_view(ids, self.context + 1)
        windows = windows[:: as_count(stride, "stride")]
        return windows[:, :-1], windows[:, 1:]

    def next_probabilities(self, text: str, temperature: float = 1.0) -> Array:
        """Return the probability of each next character after ``text``, (len(vocabulary),)."""
        ids = self._known().encode((PADDING + text)[-self.context :])
        p: Array = softmax(self.forward(ids[None])[0, -1], temperature=temperature)
        return p

    def log_probabilities(self, text: str) -> Array:
        r"""Log-probability that the model gave each character of ``text``, (len(text),).

        Each is predicted from at least half a context, as ``read`` says; errors as there.
        """
        following = self._known().encode(text)
        return self.read(
            text,
            lambda x, places: np.take_along_axis(
                log_softmax(self.forward(x)), following[places][..., None], axis=-1
            )[..., 0],
        )

    def read(self, text: str, look: Callable[[Ids, Ids], Array]) -> Array:
        """Read a text in windows that overlap by half, and note something at each character.

        Parameters
        ----------
        text : str
            At least one character.
        look : callable
            ``look(x, places)`` is given some windows x, (windows, width), to hand to ``forward``
            or ``trace``, and where in the text the characters stand that follow each of theirs,
            of the same shape; it gives an array (windows, width, …).

        Returns
        -------
        array, (len(text), …)
            What was noted where each character is predicted: with at least half a context before
            it, wherever the text has so much.

        Raises
        ------
        ValueError
            For an empty text or an unknown character.
        """
        if not text:
            raise ValueError("text must hold at least one character, got none")
        ids = self._known().encode(PADDING + text[:-1])
        width = min(self.context, len(text))
        step = (width + 1) // 2
        starts = np.array([*range(0, len(text) - width, step), len(text) - width])
        noted: Array | None = None
        for some in np.array_split(starts, -(-len(starts) // 64)):
            places = some[:, None] + np.arange(width)  # (windows, width)
            rows = look(ids[places], places)
            if noted is None:
                noted = np.empty((len(text), *rows.shape[2:]), rows.dtype)
            for start, row in zip(some, rows, strict=True):
                new = 0 if start == 0 else width - step
                noted[start + new : start + width] = row[new:]
        assert noted is not None  # there is always one window
        return noted

    def perplexity(self, text: str) -> float:
        r""":math:`\exp` of the mean cross-entropy; see ``log_probabilities``."""
        return float(np.exp(-self.log_probabilities(text).mean(dtype=np.float64)))

    def _checked(self, x: ArrayLike) -> Ids:
        given = np.asarray(x)
        if given.ndim != 2 or not 1 <= given.shape[1] <= self.context or len(given) == 0:
            raise ValueError(
                f"x must have shape (batch, seq) with seq from 1 to context={self.context}, "
                f"got {given.shape}"
            )
        ids = given.astype(np.int64)
        last = self.head.d_out - 1
        if not (ids == given).all() or ids.min() < 0 or ids.max() > last:
            raise ValueError(f"x must hold whole numbers from 0 to {last}")
        return ids

    def parts(self) -> dict[str, Trainable]:
        """The parts by name: ``embedding``, ``blocks.0``, …, ``norm``, ``head``."""
        blocks = {f"blocks.{i}": block for i, block in enumerate(self.blocks)}
        return {"embedding": self.embedding, **blocks, "norm": self.norm, "head": self.head}

    def __repr__(self) -> str:
        v, d = self.embedding.W.shape
        return f"Decoder({v} characters, {d}, {len(self.blocks)} blocks, context={self.context})"
