"""The course's colours: one accent per meaning, the same in every figure.

The first six are the colour-blind safe set of Okabe and Ito (2008). They are for marks;
text keeps the page's own ink. Meaning is never carried by colour alone: a mark also has a label,
a dash or a pattern.
"""

from typing import Final

ROLES: Final[dict[str, str]] = {
    "input": "#0072B2",
    "output": "#D55E00",
    "gradient": "#009E73",
    "error": "#CC79A7",
    "second": "#E69F00",
    "third": "#56B4E9",
    "reference": "#7F7F7F",
}

NEGATIVE: Final[str] = ROLES["input"]
"""Signed heat maps: negative values."""

POSITIVE: Final[str] = ROLES["output"]
"""Signed heat maps: positive values."""


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue, 0 to 255, of a colour such as ``"#0072B2"``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
