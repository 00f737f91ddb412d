"""How much a page may hold and cost, whatever was handed in.

Markdown, HTML and coloured text are laid out by libraries that take their time with odd ones. So
each piece says what it costs before it is laid out, and a page that has cost enough shows no more.
"""

from collections.abc import Callable

LEAST = 100_000
"""Characters that any page may have."""
MOST_WORK = 200_000
"""Characters of Markdown that are laid out for a page, or other work that takes as long."""
TAG, PRINTED = 5.0, 0.05
"""What an element of HTML and a printed character cost, in characters of Markdown."""
CUT = "<p>… (cut here: there is more of it than a page shows)</p>"


class Room:
    """What is left of a page.

    Parameters
    ----------
    size : int
        Characters of what it is made of; the page has twice as many at most, or `LEAST`.
    """

    def __init__(self, size: int) -> None:
        self.left = max(2 * size, LEAST)
        self.work = float(MOST_WORK)
        self.is_full = False

    def take(self, cost: float, made: Callable[[], str]) -> str:
        """HTML of a piece, or a sentence, once, where there is no room for it."""
        if self.is_full:
            return ""
        self.work -= cost
        html = made() if self.work >= 0 else ""
        if self.work < 0 or len(html) + len(CUT) > self.left:
            self.is_full = True
            return CUT
        self.left -= len(html)
        return html
