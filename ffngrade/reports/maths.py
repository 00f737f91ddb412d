"""Formulas without a script: LaTeX becomes MathML, which browsers draw by themselves."""

from functools import lru_cache
from html import escape, unescape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

LONGEST = 2_000
"""Characters of a formula that is drawn; a longer one is shown as it was written."""

_TAGS = """
    math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover
    mmultiscripts mprescripts none mtable mtr mtd mstyle mpadded mphantom menclose merror
"""
TAGS = frozenset(_TAGS.split())
_ATTRIBUTES = """
    accent accentunder align columnalign columnlines columnspacing depth display displaystyle fence
    form height linethickness lspace mathvariant maxsize minsize movablelimits notation rowalign
    rowlines rowspacing rspace scriptlevel separator stretchy symmetric voffset width xmlns
"""
ATTRIBUTES = frozenset(_ATTRIBUTES.split())
"""Nothing that names an address, a style, a colour or another part of the page."""


@lru_cache(4096)
def drawn(latex: str, block: bool = False) -> str:
    """MathML of a formula, safe in a page; what cannot be drawn is shown as it was written."""
    try:
        if len(latex) > LONGEST:
            raise ValueError("too long")
        element = convert_to_element(latex, display="block" if block else "inline")
        return _written(element)
    except Exception:  # the library says in many ways that it does not know a command
        return f"<code>{escape(latex)}</code>"


def _written(element: Element) -> str:
    """Text of an element whose every part is known to be harmless."""
    inside = _text(element.text) + "".join(_written(part) + _text(part.tail) for part in element)
    if element.tag not in TAGS:
        return inside
    named = "".join(
        f' {name}="{escape(unescape(value))}"'
        for name, value in element.attrib.items()
        if name in ATTRIBUTES
    )
    return f"<{element.tag}{named}>{inside}</{element.tag}>"


def _text(said: str | None) -> str:
    return escape(unescape(said or ""))
