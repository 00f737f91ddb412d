"""How long each cell took when the book was built: said of those that will take long in the page.

The kernel that runs the chapters writes it down itself (``ipython_kernel_config.py``, which
``_ext/build.py`` makes), as JSON lines that later builds keep: most cells come from the cache then.
"""

import hashlib
import json
from pathlib import Path

NAME = "cell_times.jsonl"
LEAST = 1.0
"""Seconds; what is quicker is not worth a word."""

WRITER = '''
c.InteractiveShellApp.exec_lines = ["""
def _ffn_watch(shell, file={file!r}):
    import hashlib, json, time
    begun = []
    def before(info):
        begun[:] = [time.perf_counter()]
    def after(result):
        source = result.info.raw_cell if result.info else ""
        took = time.perf_counter() - begun[0] if begun else 0
        if took >= {least} and result.success:
            key = hashlib.sha256(source.strip().encode()).hexdigest()[:16]
            with open(file, "a", encoding="utf8") as lines:
                lines.write(json.dumps([key, round(took, 2)]) + chr(10))
    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
_ffn_watch(get_ipython())
del _ffn_watch
"""]
'''


def key(source: str) -> str:
    """Name a cell by its text."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:16]


def configuration(build: Path) -> str:
    """Return the lines of a kernel's settings that make it write times into a build's folder."""
    return WRITER.format(file=str(build.resolve() / NAME), least=LEAST)


def read(build: Path) -> dict[str, float]:
    """Return the seconds of each cell that was timed, the last time counting."""
    file = build / NAME
    if not file.is_file():
        return {}
    return dict(json.loads(line) for line in file.read_text(encoding="utf8").splitlines())
