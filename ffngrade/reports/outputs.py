"""What a cell showed, as HTML that can do nothing."""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from ffngrade.reports.html_sanitizer import elements, harmless, markdown, rootless, text
from ffngrade.reports.maths import drawn
from ffngrade.reports.room import PRINTED, TAG

MOST = 100
"""Outputs of one cell that are shown."""
BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def shown(output: Mapping[str, Any]) -> str:
    """HTML of one output of a cell; empty if there is nothing in it that can be shown."""
    kind = output.get("output_type")
    if kind == "stream":
        return _pre(_joined(output.get("text")), str(output.get("name")))
    if kind == "error":
        lines = output.get("traceback") or [f"{output.get('ename')}: {output.get('evalue')}"]
        return _pre("\n".join(map(str, lines)), "stderr")
    data = output.get("data")
    if not isinstance(data, Mapping):
        return ""
    return next((made for kind in SHOWN if kind in data and (made := SHOWN[kind](data[kind]))), "")


def cost(output: Mapping[str, Any]) -> float:
    """Return what it takes to show an output; see `ffngrade.reports.room`."""
    data = output.get("data")
    if not isinstance(data, Mapping):
        said = [output.get("text"), output.get("evalue"), *(output.get("traceback") or ())]
        return PRINTED * sum(len(_joined(one)) for one in said)
    laid = {kind: _joined(data[kind]) for kind in SHOWN if kind in data}
    heavy = len(laid.get("text/markdown", "")) + len(laid.get("text/latex", ""))
    return (
        heavy + TAG * elements(laid.get("text/html", "")) + PRINTED * sum(map(len, laid.values()))
    )


def _joined(said: Any) -> str:
    return "".join(map(str, said)) if isinstance(said, list | tuple) else str(said or "")


def _pre(said: str, name: str) -> str:
    return f'<pre class="{"err" if name == "stderr" else "out"}">{text(said)}</pre>'


def _html(said: Any) -> str:
    made = rootless(harmless(_joined(said)))
    return f"<div>{made}</div>" if made.strip() else ""


def _markdown(said: Any) -> str:
    return f"<div>{markdown(_joined(said))}</div>"


def _latex(said: Any) -> str:
    return f"<div>{drawn(_joined(said).strip().strip('$'), True)}</div>"


def _picture(kind: str) -> Callable[[Any], str]:
    def made(said: Any) -> str:
        code = _joined(said)
        if not BASE64.fullmatch(code):
            return ""
        return f'<img alt="a picture that the cell showed" src="data:{kind};base64,{escape(code)}">'

    return made


def _drawing(said: Any) -> str:
    """An SVG as a picture: in one, nothing runs and nothing is asked for."""
    code = b64encode(rootless(_joined(said)).encode(errors="replace")).decode()
    return _picture("image/svg+xml")(code)


SHOWN: dict[str, Callable[[Any], str]] = {
    "text/html": _html,
    "text/markdown": _markdown,
    "image/svg+xml": _drawing,
    "image/png": _picture("image/png"),
    "image/jpeg": _picture("image/jpeg"),
    "text/latex": _latex,
    "text/plain": lambda said: _pre(_joined(said), "stdout"),
}
"""From a MIME type to what is shown of it, the best first; any other type is nothing."""
