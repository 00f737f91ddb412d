"""A small page with code cells, served with the real runtime."""

import hashlib
import json
import shutil
from html import escape
from pathlib import Path
from typing import Any

from _ext import assets
from _ext.cells import _bar
from browser.sample_page import ROOT, wheel
from browser.serving import Server
from tools import pyodide

# name for sentences, source, output in the book; None is not shown
BOOK: list[tuple[str, str | None]] = [
    ("import numpy as np\nx = np.arange(3.0)\nprint(x)", "[0. 1. 2.]"),
    ("hidden = 7", None),
    ("def half(v):\n    return v / 2\n\nprint(half(x).sum() + hidden)", "8.5"),
    ("import torch", "2.4"),
    ("x.mean()", "1.0"),
]
CELL = """<div class="cell ffn-code docutils container" id="{id}">
<div class="cell_input docutils container"><div class="highlight-ipython3 notranslate">
<div class="highlight"><pre>{source}
</pre></div></div>{bar}</div>
<div class="cell_output docutils container"><div class="output"><pre>{output}</pre></div></div>
</div>"""
PAGE = """<!doctype html>
<html lang="en" data-theme="light"><head><meta charset="utf-8"><title>Cells</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="ffn/explorer.css"><link rel="stylesheet" href="ffn/code.css">
<link rel="stylesheet" href="ffn/cells.css"><link rel="stylesheet" href="ffn/editor/layout.css">
<style>
:root {{ --pst-color-text-base: #222; --pst-color-text-muted: #48566b; --pst-color-background: #fff;
  --pst-color-border: #777; --pst-color-primary: #0a7d91; --pst-color-surface: #f3f4f5;
  --pst-font-family-monospace: monospace; font-family: sans-serif }}
:root[data-theme=dark] {{ --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af;
  --pst-color-background: #14181e; --pst-color-border: #777; --pst-color-primary: #3fb1c5;
  --pst-color-surface: #29313d; --pst-color-primary-text: #14181e;
  color: #ced6dd; background: #14181e }}
body {{ max-width: 760px; margin: auto; padding: 0 0.5rem }} pre {{ overflow: auto }}
</style>
<script type="application/json" id="ffn-config">{config}</script>
<script type="module" src="ffn/cells.js"></script></head>
<body><main><h1>Cells</h1><div class="ffn-code-page" data-name="sample" data-cells="{cells}" hidden>
</div>{body}</main></body></html>
"""


class CellsPage:
    """The page's folder and server; `url` is the address of the page as it is now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for source in (ROOT / "ffnlib" / "static", ROOT / "_ext" / "static"):
            for file in source.iterdir():
                assets.place(file, folder / "ffn" / file.name)
        for name, file in assets.editor_files().items():
            assets.place(file, folder / "ffn" / "editor" / name)
        wheel(folder / "ffnlib.whl", {})
        python = pyodide.obtain()
        assert python, "no Pyodide: run python -m tools.pyodide (make test does)"
        (folder / "pyodide").symlink_to(python)
        script = ROOT / "_ext" / "scripts" / "offline.js"
        shutil.copyfile(script, folder / "offline.js")
        self.server = Server(folder)

    def url(self, book: list[tuple[str, str | None]] = BOOK, **config: Any) -> str:
        told = {
            "pyodide": "pyodide/",
            "wheel": "ffnlib.whl",
            "static": "ffn/",
            "sweeps": "sweeps/",
            "matplotlib": assets.matplotlib_size(),
        }
        entries, body, number = [], [], 0
        for position, (source, output) in enumerate(book):
            number += output is not None
            entry: dict[str, Any] = {
                "id": f"hidden-{position}" if output is None else f"cell-{number}",
                "name": "a cell that is not shown" if output is None else f"cell {number}",
                "source": source,
            }
            if "torch" in source:
                entry["why"] = "it uses PyTorch."
            entries.append(entry)
            if output is not None:
                body.append(
                    CELL.format(
                        id=entry["id"],
                        source=escape(source),
                        bar=_bar(entry, position),
                        output=escape(output),
                    )
                )
        cells = json.dumps(entries)
        name = hashlib.sha256(cells.encode()).hexdigest()[:12]
        (self.folder / f"{name}.json").write_text(cells)
        content = PAGE.format(
            config=escape(json.dumps(told | config), quote=False),
            cells=f"{name}.json",
            body="".join(body),
        )
        (self.folder / f"{name}.html").write_text(content)
        return f"{self.server.url}{name}.html"
