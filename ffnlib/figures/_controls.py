"""The controls of an explorer: what each can be set to, and what happens to a value it cannot take.

`check` turns whatever arrives (from a page, a link, a notebook) into a value the control allows,
with a sentence if it had to be changed; `stops` lists the values worth computing in advance.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ffnlib._base.numbers import number
from ffnlib.figures._scene import Range
from ffnlib.figures._words import said

Checked = tuple[Any, str]
"""A value the control allows, and a sentence about the change ("" when there was none)."""

Needs = tuple[str, Sequence[Any]]
"""The name of another control, and the values at which it must stand."""

BUTTON_STOPS = 10
"""How many presses of a button are computed in advance."""


_RARE = ("more", "needs", "ends")
"""What is left out of a control's description where it says nothing."""


@dataclass(frozen=True)
class Control:
    """A parameter the reader may set; the kinds below say how.

    One with ``more`` set is shown only when the reader asks for more. One that ``needs`` another
    control to stand at one of some values, ``("gate", ("top-1", "top-2"))``, is offered only there.
    """

    name: str
    more: bool = field(default=False, kw_only=True)
    needs: Needs | None = field(default=None, kw_only=True)

    @property
    def said(self) -> str:
        """The label, or the parameter's name where none is given."""
        return getattr(self, "label", "") or self.name.replace("_", " ")

    def check(self, value: Any) -> Checked:
        """The allowed value nearest to ``value``, and what to say if it differs.

        Raises
        ------
        ValueError
            If ``value`` is of a kind the control cannot take at all.
        """
        raise NotImplementedError

    def stops(self) -> list[Any]:
        """The values to compute in advance; empty when they cannot be listed."""
        return []

    def spec(self) -> dict[str, Any]:
        """Return what the front end needs to build the control."""
        given = {k: v for k, v in asdict(self).items() if k not in _RARE or v}
        return {"kind": type(self).__name__.lower(), **given, "label": self.said}


@dataclass(frozen=True)
class Slider(Control):
    """A number from ``lo`` to ``hi`` in steps; whole numbers if all three are integers."""

    lo: float
    hi: float
    step: float = 0.1
    label: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        if not (self.lo < self.hi and self.step > 0):
            raise ValueError(
                f"{self.name} needs lo < hi and step > 0, got {self.lo}, {self.hi}, {self.step}"
            )

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return all(isinstance(v, int) for v in (self.lo, self.hi, self.step))

    def check(self, value: Any) -> Checked:
        """Round to a step; outside the range, take the nearest end and say so."""
        if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
            raise ValueError(f"{self.said} must be a number, got {value!r}")
        inside = min(max(value, self.lo), self.hi)
        inside = min(self.lo + round((inside - self.lo) / self.step) * self.step, self.hi)
        allowed = round(inside) if self.whole else round(inside, 10) + 0.0
        if value < self.lo or value > self.hi:
            end = "largest" if value > self.hi else "smallest"
            return allowed, f"{self.said} was set to {number(allowed)}, its {end} value."
        return allowed, ""

    def stops(self) -> list[Any]:
        """Every step of the slider."""
        count = math.floor((self.hi - self.lo) / self.step + 1e-9) + 1
        return [self.check(self.lo + i * self.step)[0] for i in range(count)]

    def spec(self) -> dict[str, Any]:
        """Describe it as every control, and whether the numbers are whole."""
        return {**super().spec(), "whole": self.whole}


@dataclass(frozen=True)
class Number(Slider):
    """A number to type, from ``lo`` to ``hi``."""

    def stops(self) -> list[Any]:
        """None: there are too many."""
        return []


@dataclass(frozen=True)
class Choice(Control):
    """One of a few words or numbers."""

    options: Sequence[Any]
    label: str = ""

    def check(self, value: Any) -> Checked:
        """One of the options, or an error that lists them."""
        for option in self.options:
            # 0 may come for 0.0, which JavaScript cannot tell apart; True must not come for 1.
            if option == value and isinstance(option, bool) == isinstance(value, bool):
                return option, ""
        words = ", ".join(map(str, self.options))
        raise ValueError(f"{self.said} must be one of {words}; got {value!r}")

    def stops(self) -> list[Any]:
        """All options."""
        return list(self.options)

    def spec(self) -> dict[str, Any]:
        """Describe it as every control, and the words that the menu shows."""
        return {**super().spec(), "words": [said(option) for option in self.options]}


@dataclass(frozen=True)
class Several(Control):
    """Any of a few words, at least one: a list in the order of the options."""

    options: Sequence[str]
    label: str = ""

    def check(self, value: Any) -> Checked:
        """Return the options that were chosen: each once, in their order, and nothing else."""
        if not isinstance(value, list | tuple) or not value:
            raise ValueError(f"{self.said}: choose at least one of {', '.join(self.options)}")
        for given in value:
            if given not in self.options:
                raise ValueError(
                    f"{self.said} can be {', '.join(self.options)}; {given!r} is not among them"
                )
        return [option for option in self.options if option in value], ""


@dataclass(frozen=True)
class Toggle(Control):
    """On or off."""

    label: str = ""

    def check(self, value: Any) -> Checked:
        """True or False."""
        if not isinstance(value, bool):
            raise ValueError(f"{self.said} must be true or false, got {value!r}")
        return value, ""

    def stops(self) -> list[Any]:
        """Off and on."""
        return [False, True]


@dataclass(frozen=True)
class Button(Control):
    """A button that counts its presses: a whole number from 0, often the seed of a new draw."""

    label: str = ""

    def check(self, value: Any) -> Checked:
        """A whole number, 0 or more."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{self.said} must be a whole number from 0, got {value!r}")
        return value, ""

    def stops(self) -> list[Any]:
        """The first few presses."""
        return list(range(BUTTON_STOPS))


@dataclass(frozen=True)
class Steps(Control):
    """A run's progress: played, paused, stepped and rewound by the reader.

    ``stops_at`` are the moments computed in advance. A change of any other control starts the run
    again, save for those in ``views``, which only change what is shown of it. A played run goes as
    fast as it is computed, or, where each step is to be followed, at ``pace`` steps a second.
    Where its length depends on another control, ``ends`` names that and the last step for each of
    its values, ``("expression", {"short": 5, "long": 9})``.
    """

    last: int
    stops_at: Sequence[int]
    label: str = ""
    unit: str = "steps"
    views: Sequence[str] = ()
    pace: float | None = None
    ends: tuple[str, Mapping[str, int]] | None = None

    def end(self, params: Mapping[str, Any]) -> int:
        """Return the last step there is while all controls stand at ``params``."""
        return self.ends[1][params[self.ends[0]]] if self.ends else self.last

    def check(self, value: Any) -> Checked:
        """A whole number from 0; after the last step comes nothing, and that is said."""
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise ValueError(f"{self.said} must be a whole number from 0, got {value!r}")
        if value > self.last:
            return self.last, f"{self.said} was set to {number(self.last)}, the end of the run."
        return value, ""

    def stops(self) -> list[Any]:
        """The moments given."""
        return list(self.stops_at)


@dataclass(frozen=True)
class Text(Control):
    """A line of text."""

    max_length: int = 80
    label: str = ""

    def check(self, value: Any) -> Checked:
        """Text, cut (and said) if it is longer than ``max_length``."""
        if not isinstance(value, str):
            raise ValueError(f"{self.said} must be text, got {value!r}")
        if len(value) > self.max_length:
            return value[: self.max_length], f"{self.said} was cut to {self.max_length} characters."
        return value, ""


@dataclass(frozen=True)
class Drawing(Control):
    """A drawing of ``side`` × ``side`` cells, each with ink or without, made on a `Canvas`.

    Its value is a string of hexadecimal digits, four cells each, row by row from the top left; the
    empty string is an empty drawing. The pen reaches ``pen`` cells in each direction.
    """

    side: int
    label: str = ""
    pen: float = 1.8

    def __post_init__(self) -> None:
        if self.side < 4 or self.side % 4:
            raise ValueError(f"{self.name} needs a side that is a multiple of 4, got {self.side}")

    def check(self, value: Any) -> Checked:
        """Hexadecimal digits in lower case, as many as there are cells by four, or none."""
        length = self.side**2 // 4
        if not isinstance(value, str) or (value and len(value) != length):
            raise ValueError(f"{self.said} must be {length} hexadecimal digits, or empty")
        if not set(value) <= set("0123456789abcdefABCDEF"):
            raise ValueError(f"{self.said} must be hexadecimal digits")
        return ("" if set(value) <= {"0"} else value.lower()), ""


@dataclass(frozen=True)
class Picked(Control):
    """Parts of the picture that the reader has clicked on: a list of their names."""

    label: str = ""

    def check(self, value: Any) -> Checked:
        """Names, each once, in their order."""
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise ValueError(f"{self.said} must be a list of names, got {value!r}")
        return sorted(set(value)), ""


@dataclass(frozen=True)
class Card:
    """A state worth seeing: a name to press, what is set, and what to look for."""

    name: str
    params: Mapping[str, Any]
    said: str


@dataclass(frozen=True)
class Points(Control):
    """``n`` points (x, y) inside two ranges, moved on the picture itself."""

    n: int
    x: Range
    y: Range
    label: str = ""
    step: float = 0.05

    def check(self, value: Any) -> Checked:
        """``n`` pairs of numbers; those outside the ranges are moved to the edge."""
        if not isinstance(value, list | tuple) or len(value) != self.n:
            raise ValueError(f"{self.said} must be {self.n} points [x, y], got {value!r}")
        points, moved = [], 0
        for point in value:
            if not (isinstance(point, list | tuple) and len(point) == 2):
                raise ValueError(f"{self.said}: each point must be [x, y], got {point!r}")
            if not all(isinstance(v, int | float) and math.isfinite(v) for v in point):
                raise ValueError(f"{self.said}: a point must be two finite numbers, got {point!r}")
            inside = [
                float(min(max(v, lo), hi))
                for v, (lo, hi) in zip(point, (self.x, self.y), strict=True)
            ]
            moved += inside != [float(v) for v in point]
            points.append(inside)
        return points, f"{self.said}: {moved} moved back to the edge." if moved else ""
