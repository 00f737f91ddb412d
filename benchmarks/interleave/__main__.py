"""``python -m interleave [name ...]``: run the benchmarks, all by default, and print one table.

A run of all also writes the table to ``benchmarks/measured.txt``.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from interleave.table import NOTES, machine, table

FOLDER = Path(__file__).parent.parent


def main(names: list[str]) -> int:
    """Run each in a process of its own; give how many failed."""
    known = {file.stem: file for file in sorted(FOLDER.glob("*.py"))}
    if unknown := [name for name in names if name not in known]:
        print(f"no benchmark is called {', '.join(unknown)}; there are: {', '.join(known)}")
        return 2
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        notes.touch()
        for name in names or known:
            print(f"\n== {name}", flush=True)
            done = subprocess.run(
                [sys.executable, str(known[name])],
                env={**os.environ, NOTES: str(notes)},
                check=False,
            )
            failed += [name] * (done.returncode != 0)
        summary = f"{machine()}\n\n{table(notes)}\n"
    if failed:
        summary += f"\nfailed: {', '.join(failed)}\n"
    print(f"\n{summary}", end="")
    if not names:
        (FOLDER / "measured.txt").write_text(summary, encoding="utf-8")
    return len(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
