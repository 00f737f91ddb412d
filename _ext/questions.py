"""The directives ``{predict}`` and ``{question}``: answered first, explained afterwards.

What decides, and every number in the text, is computed while the page is read: ``compute`` is
Python, run once, and the text and the marks of the options name its results. A page without scripts
shows the question, its options and a folded answer; ``static/questions.js`` makes a form of them.
"""

import json
import math
import re
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

from ffnlib._base.numbers import number

from . import explore, fingerprint

KINDS = ("choice", "number", "order", "point")
SIDES = ("low", "high")
WAYS = ("left", "right", "below", "above")
OPTION = re.compile(r"- \[([^\]]*)\] (.+)")
VALUE = re.compile(r"<<(.+?)>>")
OPTIONS = ("kind", "compute", "answer", "tolerance", "unit", "ends", "x", "y")
NEEDS = {"number": ("answer", "tolerance"), "point": ("answer", "tolerance", "x", "y")}
LETTERS = "ABCDEFGH"
ASK = 'class="ffn-ask '


class Option(NamedTuple):
    """One option as it is written: ``- [mark] text``, and below it, indented, the feedback."""

    mark: str
    text: str
    feedback: list[str]


class Tag(nodes.General, nodes.Element):
    """An HTML element with given attributes around its children."""


def visit_tag(self: Any, node: Tag) -> None:
    given = "".join(f' {k}="{escape(str(v))}"' for k, v in node["html"].items())
    self.body.append(f"<{node['tag']}{given}>")


def depart_tag(self: Any, node: Tag) -> None:
    self.body.append(f"</{node['tag']}>\n")


def tag(name: str, *children: nodes.Node, **html: str) -> Tag:
    """Return an element; an attribute's underscores are hyphens, and ``class_`` is ``class``."""
    attributes = {k.rstrip("_").replace("_", "-"): v for k, v in html.items()}
    return Tag("", *children, tag=name, html=attributes)


def depends_on_library(env: BuildEnvironment) -> None:
    """Have the page that is being read read anew when the library has changed."""
    for file in fingerprint.files(Path(env.srcdir) / "ffnlib"):
        if file.suffix == ".py":
            env.note_dependency(str(file))


def split(lines: list[str]) -> tuple[list[str], list[Option], list[str]]:
    """Split a body into question, options, and what is said after the answer.

    Raises
    ------
    ValueError
        If no line is an option.
    """
    starts = [i for i, line in enumerate(lines) if OPTION.fullmatch(line)]
    if not starts:
        raise ValueError("there are no options; write each as a line '- [mark] text'")
    options, end = [], len(lines)
    for place, start in enumerate(starts):
        stop = starts[place + 1] if place + 1 < len(starts) else len(lines)
        end = start + 1
        while end < stop and (lines[end].startswith("  ") or not lines[end].strip()):
            end += 1
        if end < stop and place + 1 < len(starts):
            raise ValueError(f"indent the feedback: {lines[end]!r}")
        found = OPTION.fullmatch(lines[start])
        assert found is not None
        feedback = [line.removeprefix("  ") for line in lines[start + 1 : end]]
        options.append(Option(found[1].strip(), found[2], feedback))
    return lines[: starts[0]], options, lines[end:]


def _spoken(text: str) -> str:
    """Return a text with formulas as it may be read out: TeX without its signs."""
    return " ".join(text.replace("\\", " ").replace("{,}", ",").split())


def fill(lines: list[str], values: dict[str, Any]) -> list[str]:
    """Replace each ``<<expression:format>>`` by its value; ``~2`` is a number of two digits."""

    def value(found: re.Match[str]) -> str:
        expression, _, form = found[1].partition(":")
        computed = eval(expression, dict(values))
        if form.startswith("~"):
            return number(float(computed), int(form[1:]))
        return format(computed, form).replace("-", "−")

    return VALUE.sub(value, "\n".join(lines)).split("\n")


def decide(kind: str, options: list[Option], values: dict[str, Any]) -> dict[str, Any]:
    """Return which answer is right, as the page needs it.

    Raises
    ------
    ValueError
        If the options do not fit the kind, or not exactly one is right.
    """
    return {"choice": _choice, "number": _number, "order": _order, "point": _point}[kind](
        options, values
    )


def _choice(options: list[Option], values: dict[str, Any]) -> dict[str, Any]:
    if len(options) < 2:
        raise ValueError("a choice needs at least two options")
    right = [
        o.mark == "x" or bool(o.mark and eval(o.mark, dict(values))) if o.mark else False
        for o in options
    ]
    if sum(right) != 1:
        raise ValueError(f"one option must be right, and {sum(right)} are: {right}")
    return {"right": right.index(True)}


def _bounds(value: float, tolerance: str) -> tuple[float, float]:
    """The smallest and largest answer that count as right: ``"0"``, ``"0.5"`` or ``"10 %"``."""
    share = re.fullmatch(r"([\d.]+) ?%", tolerance)
    off = abs(value) * float(share[1]) / 100 if share else float(tolerance)
    return value - off, value + off


def _number(options: list[Option], values: dict[str, Any]) -> dict[str, Any]:
    answer = float(eval(values["answer"], dict(values)))
    if not math.isfinite(answer):
        raise ValueError(f"the answer must be finite, and is {answer}")
    lo, hi = _bounds(answer, values["tolerance"])
    ranges: list[list[float] | str] = []
    for option in options:
        if option.mark in {"x", *SIDES}:
            ranges.append(option.mark)
            continue
        ends = [float(eval(end, dict(values))) for end in option.mark.split("..")]
        if len(ends) != 2 or ends[0] > ends[1] or (ends[0] <= hi and ends[1] >= lo):
            raise ValueError(f"[{option.mark}] must be 'lo .. hi' and away from the answer")
        ranges.append(ends)
    if sorted(r for r in ranges if isinstance(r, str)) != ["high", "low", "x"]:
        raise ValueError("a number needs the options [x], [low] and [high], each once")
    return {"answer": answer, "lo": lo, "hi": hi, "ranges": ranges, "right": ranges.index("x")}


def _order(options: list[Option], values: dict[str, Any]) -> dict[str, Any]:
    keys = [float(eval(o.mark, dict(values))) for o in options]
    right = sorted(range(len(keys)), key=keys.__getitem__)
    if len(set(keys)) != len(keys) or right == list(range(len(keys))):
        raise ValueError(f"the values must differ, and not stand in the right order: {keys}")
    return {"order": right}


def _point(options: list[Option], values: dict[str, Any]) -> dict[str, Any]:
    answer = [float(v) for v in eval(values["answer"], dict(values))]
    off = [float(v) for v in values["tolerance"].split(",")]
    axes = []
    for written in (values["x"], values["y"]):
        found = re.fullmatch(r"(.+): (\S+) \.\. (\S+)", written)
        if not found:
            raise ValueError(f"an axis is written 'label: lo .. hi', not {written!r}")
        axes.append({"label": found[1], "lo": float(found[2]), "hi": float(found[3])})
    ways = [option.mark for option in options]
    if "x" not in ways or set(ways) - {"x", *WAYS} or len(set(ways)) != len(ways):
        raise ValueError(f"a point needs [x] and some of {', '.join(WAYS)}, each once: {ways}")
    for axis, value, (less, more) in zip(
        axes, answer, (("left", "right"), ("below", "above")), strict=True
    ):
        if not axis["lo"] < value < axis["hi"] or not {less, more} <= set(ways):
            raise ValueError(f"the answer lies inside the axes, with words for {less} and {more}")
    return {"answer": answer, "off": off, "axes": axes, "ways": ways, "right": ways.index("x")}


class Ask(SphinxDirective):
    """A question with options, each with its feedback."""

    required_arguments = 1
    has_content = True
    option_spec = dict.fromkeys(OPTIONS, directives.unchanged)

    def run(self) -> list[nodes.Node]:
        depends_on_library(self.env)
        try:
            return [self._ask(self.arguments[0])]
        except Exception as problem:  # whatever the chapter's own lines do
            raise self.error(f"{self.name} {self.arguments[0]}: {problem}") from problem

    def _ask(self, name: str) -> nodes.Node:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
            raise ValueError("the name is lower-case letters, digits and hyphens")
        kind = self.options.get("kind", "choice")
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
        values: dict[str, Any] = {}
        exec(self.options.get("compute", ""), values)
        given = {"tolerance": "0", "answer": "", "x": "", "y": ""} | self.options
        question, options, after = split(list(self.content))
        own = {name: given[name] for name in NEEDS.get(kind, ())}
        told = decide(kind, options, values | own)
        spoken = kind in {"number", "point"}  # there an option is a case, and its text the feedback
        if late := [o.text for o in options if not spoken and not "".join(o.feedback).strip()]:
            raise ValueError(f"every option needs its feedback, indented below it: {late[0]}")
        told |= {"kind": kind, "unit": self.options.get("unit", "")}
        if kind == "order":
            told["ends"] = self.options.get("ends", "first, last").split(", ")
        link = self.figure(told)
        data = json.dumps({"id": name, **told}, ensure_ascii=False)
        asked = tag("div", class_="ffn-asked")
        self._parse(fill(question, values), asked)
        listed = tag("ol", type="A", class_=f"ffn-options ffn-{kind}")
        answer = tag("div", class_="ffn-explained")
        if not spoken:
            letters = ", ".join(LETTERS[i] for i in told.get("order", [told.get("right")]))
            answer += tag("p", nodes.Text(f"Right: {letters}"), class_="ffn-letter")
        for option in options:
            text, feedback = tag("li"), tag("div", class_="ffn-feedback")
            if spoken:
                self._parse(fill([option.text, *option.feedback], values), feedback)
            else:
                self._inline(fill([option.text], values), text)
                if next(iter(text.findall(nodes.math)), None) is not None:  # drawn, not spoken
                    text["html"]["data-said"] = _spoken(text.astext())
                listed += text
                self._parse(fill(option.feedback, values), feedback)
            answer += feedback
        if "".join(after).strip():
            self._parse(fill(after, values), why := tag("div", class_="ffn-why"))
            answer += why
        if link:
            answer += nodes.raw("", link, format="html")
        summary = tag("summary", nodes.Text("Answer"))
        box = tag("div", id=f"{self.name}-{name}", class_=f"ffn-ask ffn-{self.name}", data_ask=data)
        box += asked
        if listed.children:
            box += listed
        box += tag("details", summary, answer, class_="ffn-answer")
        return box

    def figure(self, told: dict[str, Any]) -> str:
        """Return the link to the explorer that shows the answer, if there is one."""
        del told
        return ""

    def _parse(self, lines: list[str], into: nodes.Element) -> None:
        source, line = self.get_source_info()
        self.state.nested_parse(StringList(lines, source), line, into)

    def _inline(self, lines: list[str], into: nodes.Element) -> None:
        parsed = nodes.Element()
        self._parse(lines, parsed)
        if len(parsed.children) == 1 and isinstance(parsed.children[0], nodes.paragraph):
            parsed = parsed.children[0]
        into.extend(parsed.children)


class Predict(Ask):
    """A question about what the explorer, or the cells, below are about to show."""

    option_spec = Ask.option_spec | {
        "explorer": directives.unchanged,
        "held": directives.unchanged,
        "show": directives.unchanged,
        "covers": directives.positive_int,
    }

    def figure(self, told: dict[str, Any]) -> str:
        """Say where the explorer waits and where it shows the answer, and return the link."""
        given = self.options
        if "covers" in given:
            if {"explorer", "held", "show"} & set(given):
                raise ValueError("it either moves an explorer or covers the next cells")
            told["covers"] = given["covers"]
            return ""
        if not {"explorer", "show"} <= set(given):
            raise ValueError("it needs 'explorer' and 'show', or 'covers' for the next cells")
        name = given["explorer"]
        found, held = explore.parse(f"{name}?{given['held']}" if "held" in given else name)
        _, shown = explore.parse(f"{name}?{given['show']}")
        if found.clean(held)[0] == found.clean(shown)[0]:
            raise ValueError("the explorer waits in the very state that shows the answer")
        told["show"] = explore.fragment(found, shown)
        told["key"] = found.key
        if held:
            told["held"] = explore.fragment(found, held)
        return (
            f'<p class="ffn-seen"><a class="ffn-explore" data-explorer="{found.name}"'
            f' data-params="{escape(json.dumps(shown))}" href="{escape(told["show"])}">'
            f"See it in the figure</a></p>"
        )


def equip(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Return a page that asks something the script that takes the answer."""
    del page, template, doctree
    if ASK in context.get("body", ""):
        app.add_js_file("ffn/questions.js", type="module", priority=700)
        app.add_css_file("ffn/questions.css")


def setup(app: Sphinx) -> None:
    app.add_node(Tag, html=(visit_tag, depart_tag))
    app.add_directive("predict", Predict)
    app.add_directive("question", Ask)
    app.connect("html-page-context", equip)
