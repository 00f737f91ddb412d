"""How long a computation may go on before somebody wants to hear of it.

In a page a long run is computed in parts: between them the page is told how far it is, and may say
that nobody waits for it any more. Everywhere else there is no limit.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let what is computed inside raise `UnfinishedError` after so many seconds."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def over() -> bool:
    """Return whether the time is over."""
    return time.monotonic() > _deadline.get()
