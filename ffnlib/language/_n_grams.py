"""An n-gram table: the next character by counting, what neural models are measured against."""

import math
from collections import Counter, defaultdict

from ffnlib._base.arrays import as_count


def full_table(characters: int, n: int) -> int:
    """Return the entries of a complete n-gram table: contexts of n - 1 characters times next ones.

    A Python integer, which does not overflow: 80 characters and n = 5 make 3,276,800,000.
    """
    entries: int = as_count(characters, "characters") ** as_count(n, "n")
    return entries


class NGram:
    r"""Counts of what followed each context, mixed with those of shorter contexts.

    .. math:: p_n(c \mid h) = \frac{\mathrm{count}(hc) + \alpha\, p_{n-1}(c \mid h')}
                                   {\mathrm{count}(h) + \alpha}

    where h' is h without its first character, and below the shortest all characters are alike. So
    what was never seen has a small probability and not zero (interpolation with a Dirichlet prior:
    MacKay and Peto, 1995).

    Parameters
    ----------
    n : int
        Length of context plus one.
    characters : str
        The vocabulary.
    alpha : float
        How many observations the shorter context counts for; above 0.

    Raises
    ------
    TypeError, ValueError
        If ``n`` is not a whole number above 0, ``characters`` is empty or ``alpha`` not above 0.
    """

    def __init__(self, n: int, characters: str, alpha: float = 3.0) -> None:
        self.n = as_count(n, "n")
        if not characters:
            raise ValueError("characters must name at least one character, got ''")
        if not alpha > 0:
            raise ValueError(f"alpha must be above 0, got {alpha}")
        self.characters, self.alpha = "".join(sorted(set(characters))), float(alpha)
        self.counts: dict[str, Counter[str]] = defaultdict(Counter)

    def learn(self, text: str) -> None:
        """Count every character of ``text`` under all its contexts, from none to n - 1 long."""
        for t, character in enumerate(text):
            for length in range(min(self.n - 1, t) + 1):
                self.counts[text[t - length : t]][character] += 1

    def probability(self, character: str, context: str) -> float:
        """Return how likely ``character`` is after ``context``, of which the last n - 1 count."""
        p = 1.0 / len(self.characters)
        history = context[len(context) - min(self.n - 1, len(context)) :]
        for start in range(len(history), -1, -1):
            seen = self.counts.get(history[start:])
            if seen is None:
                break  # no longer context was seen either
            p = (seen[character] + self.alpha * p) / (seen.total() + self.alpha)
        return p

    def perplexity(self, text: str) -> float:
        """The exponential of the mean of -log p over the characters of ``text``."""
        if not text:
            raise ValueError("text must have at least one character")
        reach = self.n - 1
        logs = [
            math.log(self.probability(c, text[max(0, t - reach) : t])) for t, c in enumerate(text)
        ]
        return math.exp(-sum(logs) / len(logs))

    @property
    def num_entries(self) -> int:
        """The counts that are stored: pairs of a context and a character that were seen."""
        return sum(len(seen) for seen in self.counts.values())
