"""Python's side of the code cells that run in the page: run, display, explain, complete.

`Session` is all that the page's worker uses. It runs in Pyodide there, and in CPython in the tests.
What a cell prints and shows leaves as JSON through one function, while the cell runs:

- ``{"output": "stream", "name": "stdout", "text": ...}``, or ``"stderr"``;
- ``{"output": "display", "data": {mime type: ...}}``, as in a notebook; an explorer has besides its
  HTML the entry ``application/vnd.ffn.explorer``, which says what to ask for its next picture;
- ``{"output": "error", ...}``: see `explain`.
"""

from ffnlib._page.display import bundle
from ffnlib._page.errors import explain
from ffnlib._page.names import complete, describe
from ffnlib._page.session import Session

__all__ = ["Session", "bundle", "complete", "describe", "explain"]
