"""``python -m _ext.build``: Jupyter Book's own command, every warning fatal, started faster.

The validator of the settings would load a parser generator (seconds, each time) for one format of
address that no setting has; it does without when the package is absent.
"""

import sys
from pathlib import Path

OPTIONS = ["-W", "-n", "--keep-going", "--quiet"]


def main() -> None:
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyter_book.cli.main import main as jupyter_book

    root = str(Path(__file__).parent.parent)
    jupyter_book(["build", root, *OPTIONS, *sys.argv[1:]])


if __name__ == "__main__":
    main()
