"""The book's own Sphinx extension: explorers, exercises, corrections, and a corrected theme.

One module per matter; this one only connects them.
"""

import os
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError

from tools import pyodide

from . import (
    api,
    assets,
    bibliography,
    cards,
    cells,
    claim,
    claims_page,
    course,
    csp,
    explore,
    fingerprint,
    gallery,
    hunt,
    notebook,
    progress,
    questions,
    reading,
    search,
    shell,
    statement,
    sweeps,
    terms,
    theme,
)

ENVIRONMENT = "environment.pickle"


def configure(app: Sphinx, config: Config) -> None:
    """Key the execution cache on the code behind the numbers; take what the environment says."""
    root = Path(app.srcdir)
    cache = Path(app.outdir).parent / ".jupyter_cache"
    config.nb_execution_cache_path = str(cache / fingerprint.execution(root))
    config.ffn_pyodide = _pyodide()
    config.ffn_snapshot = os.environ.get("FFN_SNAPSHOT", "0") not in {"", "0"}
    config.templates_path.insert(0, str(root / "_ext" / "templates"))


def _pyodide() -> str:
    """The folder with the Python of the pages; empty where that must come from its CDN."""
    try:
        return str(pyodide.obtain() or "")
    except pyodide.WrongFileError as problem:
        raise ExtensionError(f"FFN_PYODIDE={os.environ['FFN_PYODIDE']}: {problem}") from None


def forget_failed_build(app: Sphinx, exception: Exception | None) -> None:
    """A page that warned is read again next time; otherwise the second build would pass."""
    if exception is not None or app._warncount:  # the status code is set only after this event
        (Path(app.doctreedir) / ENVIRONMENT).unlink(missing_ok=True)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("ffn_pyodide", "", "html", str)
    app.add_config_value("ffn_snapshot", False, "html", bool)
    app.connect("config-inited", configure)
    app.connect("builder-inited", fingerprint.prune)
    parts = (
        assets, theme, explore, api, claim, claims_page, course, questions, reading,
        hunt, statement, terms, gallery, sweeps, search, cards, shell, csp,
    )  # fmt: skip
    for part in (*parts, bibliography, progress, notebook, cells):
        part.setup(app)
    app.connect("build-finished", forget_failed_build, priority=999)
    # Every page is read anew when this extension has changed.
    version = int(fingerprint.of(Path(__file__).parent), base=16)
    return {"env_version": version, "parallel_read_safe": True, "parallel_write_safe": True}
