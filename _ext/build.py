"""``python -m _ext.build``: Jupyter Book's own command, every warning fatal, started faster.

The validator of the settings would load a parser generator (seconds, each time) for one format of
address that no setting has; it does without when the package is absent.
"""

import fcntl
import os
import sys
from pathlib import Path

from . import cell_times

KERNEL = """\
# The builder's own IPython settings take no part in the book, and the kernel's notice that it
# talks over TCP is not for its readers.
c = get_config()
c.Application.log_level = "ERROR"
"""
OPTIONS = ["-W", "-n", "--keep-going", "--quiet"]


def main() -> None:
    root = Path(__file__).parent.parent
    os.environ["PYTHONPATH"] = str(root)  # the cells run with this library, installed or not
    profile = root / "_build" / "ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(
        KERNEL + cell_times.configuration(root / "_build"), encoding="utf8"
    )
    os.environ["IPYTHONDIR"] = str(profile.parent)
    sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
    from jupyter_book.cli.main import main as jupyter_book

    with (root / "_build" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # a second build at the same time waits
        jupyter_book(["build", str(root), *OPTIONS, *sys.argv[1:]])


if __name__ == "__main__":
    main()
