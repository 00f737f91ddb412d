"""A small site with the explorers of `sampler`, built in a temporary folder.

Its pages differ only in what they tell the front end, so that a test can have a runtime that is
missing, slow or mortal. ``pyodide/`` is the real runtime; where that is not what is tested, the
quick ``double/`` stands in for it: a module of the same shape that asks CPython, here in the test,
so that everything around the runtime is real.
"""

import hashlib
import importlib.util
import json
import shutil
import sys
import zipfile
from html import escape
from pathlib import Path
from types import ModuleType
from typing import Any

from browser.serving import Server
from ffnlib.figures import Explorer, write_sweeps
from tools import pyodide

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

DOUBLE = """
export async function loadPyodide({ indexURL }) {
  const answer = (name, params, width) => {
    const call = new XMLHttpRequest();
    call.open("POST", "/double/answer", false);
    call.send(JSON.stringify({ name, params, width }));
    if (call.status !== 200) throw new WebAssembly.RuntimeError("unreachable");
    return call.responseText;
  };
  return {
    async loadPackage() {},
    unpackArchive() {},
    runPython: () => () => ({ destroy() {} }), // find
    globals: new Map([["answer_json", answer]]),
  };
}
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sample</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="ffn/explorer.css">
<style>
:root {{ color-scheme: light dark; font-family: sans-serif }}
body {{ max-width: 760px; margin: auto; padding: 0 0.5rem }}
@media (prefers-color-scheme: dark) {{ :root {{ --pst-color-text-base: #eee; color: #eee;
  --pst-color-text-muted: #bbb; --pst-color-background: #111; background: #111;
  --pst-color-border: #555; --pst-color-link: #6cf }} a {{ color: #6cf }} }}
</style>
<script type="application/json" id="ffn-config">{config}</script>
<script defer src="ffn/file.js"></script>
<script type="module" src="ffn/host.js"></script></head>
<body><main><h1>Sample</h1>
<p><a id="set" href="#sampler-controls?w=-2&amp;kind=cosine">a cosine</a>
<a id="set-one" href="#sampler-controls?w=2.5">w to 2.5</a></p>
{figures}</main></body></html>
"""


def sampler() -> ModuleType:
    """The explorers of the sample page, under the name they have in its wheel."""
    name = "ffnlib.explorers.sampler"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, HERE / "sampler.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


def wheel(target: Path, extra: dict[str, Path]) -> None:
    """The package as the site serves it, and more files in it."""
    with zipfile.ZipFile(target, "w") as archive:
        for file in sorted((ROOT / "ffnlib").rglob("*")):
            inside = file.relative_to(ROOT)
            if file.is_file() and "__pycache__" not in inside.parts:
                archive.write(file, inside)
        for inside, file in extra.items():
            archive.write(file, inside)


class SamplePage:
    """The site, its server, and the calls that its ``double`` of Python has received.

    ``mortal`` is how many more calls the double survives; None is any number. While ``done`` is a
    share, the double is at work: that much of the answer is computed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.explorers: dict[str, Explorer] = {
            name: getattr(sampler(), name)
            for name in ("controls", "handles", "marks", "run", "walk", "board")
        }
        self.calls: list[dict[str, Any]] = []
        self.mortal: int | None = None
        self.done: float | None = None
        self._write()
        self.server = Server(folder)
        self.server.posts["/double/answer"] = self._answer

    def _write(self) -> None:
        for source in (ROOT / "ffnlib" / "static", ROOT / "_ext" / "static"):
            for file in source.iterdir():
                target = self.folder / "ffn" / file.name
                target.parent.mkdir(exist_ok=True)
                shutil.copyfile(file, target)
        wheel(self.folder / "ffnlib.whl", {"ffnlib/explorers/sampler.py": HERE / "sampler.py"})
        for shown in self.explorers.values():
            write_sweeps(shown, shown.start, shown.key, self.folder / "sweeps")
        double = self.folder / "double"
        double.mkdir()
        (double / "pyodide.mjs").write_text(DOUBLE)
        self.runtime("pyodide")

    def _answer(self, body: bytes) -> bytes:
        call = json.loads(body)
        self.calls.append(call)
        if self.mortal is not None:
            self.mortal -= 1
            if self.mortal < 0:
                return b""
        if self.done is not None:
            return json.dumps({"unfinished": self.done}).encode()
        shown = self.explorers[call["name"].partition(".")[2]]
        return json.dumps(shown.answer(json.loads(call["params"]), call["width"])).encode()

    def url(self, **config: Any) -> str:
        """Address of a page that tells its front end this, and otherwise what works."""
        told = {
            "pyodide": "double/",
            "wheel": "ffnlib.whl",
            "static": "ffn/",
            "sweeps": "sweeps/",
        }
        content = PAGE.format(
            config=escape(json.dumps(told | config), quote=False),
            figures="\n".join(shown.figure_html() for shown in self.explorers.values()),
        )
        name = f"{hashlib.sha256(content.encode()).hexdigest()[:12]}.html"
        (self.folder / name).write_text(content)
        return self.server.url + name

    def runtime(self, name: str, without: str = "") -> str:
        """Address of the real Pyodide, one of its files left out on request."""
        source = pyodide.obtain()
        assert source, "no Pyodide: run python -m tools.pyodide (make test does)"
        folder = self.folder / name
        if not folder.is_dir():
            folder.mkdir()
            for file in source.iterdir():
                if file.name != without:
                    (folder / file.name).symlink_to(file)
        return f"{name}/"
