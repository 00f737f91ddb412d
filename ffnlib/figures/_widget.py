"""An explorer as a Jupyter widget: the kernel computes, the module in ``static/`` shows."""

from importlib.resources import files
from typing import Any

import anywidget
import traitlets

from ffnlib.figures._explorer import Explorer

_STATIC = files("ffnlib") / "static"


class ExplorerWidget(anywidget.AnyWidget):
    """The front end asks through ``request``; each answer goes into ``picture``.

    Parameters
    ----------
    shown : Explorer
    """

    _esm = (_STATIC / "explorer.js").read_text(encoding="utf-8")
    _css = (_STATIC / "explorer.css").read_text(encoding="utf-8")
    spec = traitlets.Dict().tag(sync=True)
    request = traitlets.Dict().tag(sync=True)
    picture = traitlets.Dict().tag(sync=True)
    status = traitlets.Dict({"state": "live"}).tag(sync=True)

    def __init__(self, shown: Explorer, **kwargs: Any) -> None:
        self._explorer = shown
        first = {"seq": 0, **shown.answer({})}
        super().__init__(spec=shown.spec(), picture=first, **kwargs)
        self.observe(self._answer, names="request")

    def _answer(self, change: dict[str, Any]) -> None:
        asked = change["new"]
        answer = self._explorer.answer(asked.get("params", {}), asked.get("width", "wide"))
        self.picture = {"seq": asked.get("seq", 0), **answer}
