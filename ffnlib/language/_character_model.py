r"""A character-level language model: which letter comes next, given the last few.

The model of Bengio et al. (2003), on characters: each of the last ``context`` characters is looked
up in an embedding table, the vectors are put end to end, and an `MLP` with two hidden layers gives
one logit for every character of the vocabulary,

.. math:: p(c_t \mid c_{t-k}, \dots, c_{t-1})
          = \operatorname{softmax}(\mathrm{MLP}([E_{c_{t-k}}; \dots; E_{c_{t-1}}])).
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ffnlib._base.arrays import Array, Ids, as_count, as_rng
from ffnlib._base.parameters import Model
from ffnlib.nn import MLP, cross_entropy, softmax

PADDING: Final = " "
"""Stands before the beginning of a text, where the context is not yet full."""


class Vocabulary:
    """The characters a model knows, and their numbers.

    Parameters
    ----------
    text : str
        Every character that occurs in it is known, and the space.
    """

    def __init__(self, text: str) -> None:
        self.characters = "".join(sorted({*text, PADDING}))
        self._ids = {c: i for i, c in enumerate(self.characters)}

    def __len__(self) -> int:
        return len(self.characters)

    def encode(self, text: str) -> Ids:
        """The numbers of the characters of ``text``, (len(text),); an unknown one is an error."""
        try:
            return np.array([self._ids[c] for c in text], dtype=np.int64)
        except KeyError as unknown:
            raise ValueError(
                f"text has the character {unknown.args[0]!r}, which is not in the vocabulary"
                f" {self.characters!r}"
            ) from None

    def decode(self, ids: ArrayLike) -> str:
        """The text of some numbers."""
        return "".join(self.characters[i] for i in np.asarray(ids, dtype=np.int64).ravel())


class CharacterModel(Model):
    """A model of characters; a subclass says how likely each next one is."""

    vocabulary: Vocabulary | None

    def next_probabilities(self, text: str, temperature: float = 1.0) -> Array:
        """Return the probability of each next character after ``text``, (len(vocabulary),)."""
        raise NotImplementedError

    def sample(
        self, n: int, rng: np.random.Generator, prompt: str = "", temperature: float = 1.0
    ) -> str:
        """Write ``n`` characters after ``prompt``, each drawn from the model's own distribution."""
        text, characters = prompt, self._known().characters
        for _ in range(as_count(n, "n", least=0)):
            # What rng.choice does with probabilities, without its checks of what a softmax gives.
            up_to = np.cumsum(self.next_probabilities(text, temperature), dtype=np.float64)
            text += characters[int(up_to.searchsorted(up_to[-1] * rng.random(), side="right"))]
        return text[len(prompt) :]

    def _known(self) -> Vocabulary:
        if self.vocabulary is None:
            raise ValueError("this model was made for a number of characters, without a vocabulary")
        return self.vocabulary


class CharLM(CharacterModel):
    r"""Embedding table, concatenation, hidden layers, logits.

    Parameters
    ----------
    vocabulary : Vocabulary or int
        Or only how many characters there are.
    context : int
        k, characters looked at.
    d_embed : int
        d, numbers that stand for one character.
    hidden : sequence of int
        Widths of the hidden layers.
    activation : str
    rng : numpy.random.Generator
    dtype : float32 or float64

    Attributes
    ----------
    E : array, (len(vocabulary), d_embed)
        The embedding table, normal with variance 1 at the start.
    mlp : MLP
        From k·d inputs to one logit for each character.

    Raises
    ------
    TypeError, ValueError
        For sizes that are not whole numbers above 0, or an unknown activation or dtype.
    """

    def __init__(
        self,
        vocabulary: Vocabulary | int,
        context: int = 8,
        d_embed: int = 32,
        hidden: Sequence[int] = (128, 128),
        activation: str = "relu",
        *,
        rng: np.random.Generator,
        dtype: DTypeLike = np.float64,
    ) -> None:
        self.vocabulary = vocabulary if isinstance(vocabulary, Vocabulary) else None
        v = len(vocabulary) if isinstance(vocabulary, Vocabulary) else vocabulary
        v, d = as_count(v, "vocabulary"), as_count(d_embed, "d_embed")
        self.context = as_count(context, "context")
        self.mlp = MLP([self.context * d, *hidden, v], activation, rng=as_rng(rng), dtype=dtype)
        self.E: Array = rng.standard_normal((v, d)).astype(self.mlp.dtype)
        self._dE: Array | None = None
        self._ids: Ids | None = None

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return self.mlp.dtype

    def forward(
        self, x: ArrayLike, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> Array:
        """Compute the logits.

        Parameters
        ----------
        x : array_like, (batch, context)
            Numbers of the last ``context`` characters, oldest first. Whole numbers of any dtype.
        training : bool
            Keep what `backward` needs.
        rng : numpy.random.Generator, optional
            Not used: nothing is dropped. It is there because `ffnlib.training` hands one over.

        Returns
        -------
        array, (batch, len(vocabulary))

        Raises
        ------
        ValueError
            If ``x`` has another shape, or a number that no character has.
        """
        ids = self._checked(x)
        a = self.E[ids].reshape(len(ids), -1)  # (batch, context · d_embed)
        if not training:
            return self.mlp.forward(a)
        self._ids = ids
        return self.mlp.forward(a, training=True, rng=rng)

    def backward(self, g: ArrayLike, *, inputs: bool = False) -> None:  # noqa: ARG002
        """Fill the gradients, given that of the logits, (batch, len(vocabulary)).

        A row of the table gets the sum over all places where its character stood; characters that
        did not occur get exactly zero.
        """
        if self._ids is None:
            raise RuntimeError("there is no step to go back: call forward(x, training=True) first")
        da = self.mlp.backward(g)
        assert da is not None  # inputs are wanted above
        self._dE = np.zeros_like(self.E)
        rows = da.reshape(-1, self.E.shape[1])  # (batch · context, d_embed)
        np.add.at(self._dE, self._ids.ravel(), rows)

    def named_parameters(self) -> dict[str, Array]:
        """Return the arrays by name, the table ``E`` first; not copies."""
        return {"E": self.E, **self.mlp.named_parameters()}

    def named_gradients(self) -> dict[str, Array]:
        """Return the gradients under their parameters' names; RuntimeError if there are none."""
        if self._dE is None:
            raise RuntimeError("there is no gradient yet: call backward first")
        return {"E": self._dE, **self.mlp.named_gradients()}

    def examples(self, text: str) -> tuple[Ids, Ids]:
        """Every character of ``text`` with what stands before it.

        Returns
        -------
        x : array, (len(text), context)
            Before the beginning there are spaces.
        y : array, (len(text),)
        """
        vocabulary = self._known()
        ids = vocabulary.encode(PADDING * self.context + text)
        windows = np.lib.stride_tricks.sliding_window_view(ids[:-1], self.context)
        return windows[: len(text)], ids[self.context :]

    def next_probabilities(self, text: str, temperature: float = 1.0) -> Array:
        """Return the probability of each next character after ``text``, (len(vocabulary),)."""
        vocabulary = self._known()
        ids = vocabulary.encode((PADDING * self.context + text)[-self.context :])
        p: Array = softmax(self.mlp.forward(self.E[ids].reshape(1, -1)), temperature=temperature)[0]
        return p

    def perplexity(self, text: str) -> float:
        r""":math:`\exp` of the mean cross-entropy: between how many letters the model hesitates."""
        x, y = self.examples(text)
        parts = range(0, len(y), 4096)
        total = sum(
            cross_entropy(self.forward(x[i : i + 4096]), y[i : i + 4096]) * len(y[i : i + 4096])
            for i in parts
        )
        return float(np.exp(total / len(y)))

    def _checked(self, x: ArrayLike) -> Ids:
        given = np.asarray(x)
        if given.ndim != 2 or given.shape[1] != self.context:
            raise ValueError(f"x must have shape (batch, {self.context}), got {given.shape}")
        ids = given.astype(np.int64)
        if not (ids == given).all() or ids.min(initial=0) < 0 or ids.max(initial=0) >= len(self.E):
            raise ValueError(f"x must hold whole numbers from 0 to {len(self.E) - 1}")
        return ids

    def __repr__(self) -> str:
        v, d = self.E.shape
        return f"CharLM({v} characters, context={self.context}, d_embed={d}, {self.mlp!r})"
