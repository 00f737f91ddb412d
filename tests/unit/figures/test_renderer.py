"""The renderer: well-formed pictures, marks where they belong, nothing to trip over."""

import base64
import re
import struct
import xml.etree.ElementTree as ET
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnlib.figures import (
    FINGER,
    LETTER,
    NARROW,
    OPAQUE,
    WIDE,
    Area,
    Arrows,
    Bars,
    Canvas,
    Handle,
    HeatMap,
    Label,
    Line,
    Network,
    Panel,
    Rule,
    Scatter,
    Scene,
    Sketch,
    Table,
    heat_rgba,
    picture,
    png,
    svg,
    table_html,
    ticks,
)

SVG = "{http://www.w3.org/2000/svg}"
X = np.linspace(-1, 1, 5)
EVERY_MARK = [
    Line(X, X**2, label="a < b & c"),
    Area(X, X - 1, X),
    Bars([1.0, -2.0, np.nan], ["p", "q", "r"]),
    HeatMap(np.outer(X, X), (-1, 1), (-1, 1)),
    Scatter(X, X, classes=[0, 1, 2, 0, 1]),
    Arrows([0], [0], [1], [0.5]),
    Rule(y=0.5, label="half"),
    Rule(x=0.9, label="end"),
    Label(0, 0, "here", role="error", anchor="middle"),
    Handle(0, 0.5, param_y="b", label="bias"),
    Sketch("curve", X, X),
    Canvas("drawn", np.eye(4), (-1, 1), (-1, 1)),
]
NETWORK = Network(
    [[1, 2], [3]], [[[0.5, -1.0]]], labels=[["x1", "x2"], ["a"]], titles=["in", "out"]
)


def scene(*marks, **panel):
    return Scene([Panel(list(marks), **panel)], "A picture.")


def drawn(shown, width="wide"):
    return ET.fromstring(svg(shown, "Title <1>", width))


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("mark", [*EVERY_MARK, NETWORK], ids=lambda m: type(m).__name__)
def test_every_mark_makes_well_formed_svg(mark, width):
    root = drawn(scene(mark, axes=not isinstance(mark, Network)), width)
    assert root.get("aria-label") == "Title <1>"
    size = root.get("viewBox").split()
    assert float(size[2]) == (WIDE if width == "wide" else NARROW)
    assert len(list(root.iter())) > 3


def test_a_line_passes_through_its_data_points():
    root = drawn(scene(Line([0, 1, 2], [0, 5, 10]), x=(0, 2), y=(0, 10)))
    plot = next(e for e in root.iter(f"{SVG}svg") if e.get("data-plot") == "0")
    width, height = float(plot.get("width")), float(plot.get("height"))
    path = next(e for e in plot.iter(f"{SVG}path") if e.get("data-xs"))
    points = [tuple(map(float, p.split(","))) for p in re.findall(r"[\d.]+,[\d.]+", path.get("d"))]
    np.testing.assert_allclose(
        points, [(0, height), (width / 2, height / 2), (width, 0)], atol=0.06
    )
    assert path.get("data-ys") == "0 5 10"


def test_a_line_breaks_at_what_is_not_finite():
    root = drawn(scene(Line([0, 1, 2, 3], [0, np.nan, 1, np.inf]), x=(0, 3), y=(0, 1)))
    d = next(e.get("d") for e in root.iter(f"{SVG}path") if e.get("data-xs"))
    assert d.count("M") == 2
    assert "nan" not in d
    assert "inf" not in d


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_no_value_however_large_reaches_the_picture_as_a_large_coordinate(a, b):
    d = "".join(picture(scene(Line([0, 1], [a, b]), x=(0, 1), y=(-1, 1)), "t"))
    assert all(abs(float(v)) <= 4001 for v in re.findall(r"[ML]([-\d.]+),", d))


def test_equal_panels_have_one_scale():
    root = drawn(scene(Line(X, X), x=(0, 4), y=(0, 1), equal=True))
    plot = next(e for e in root.iter(f"{SVG}svg") if e.get("data-plot") == "0")
    assert float(plot.get("width")) / float(plot.get("height")) == pytest.approx(4, rel=1e-2)


def test_panels_stand_side_by_side_when_wide_and_below_each_other_when_narrow():
    two = Scene([Panel([Line(X, X)]), Panel([Line(X, X)])], "Two.")
    for width, axis in (("wide", "x"), ("narrow", "y")):
        plots = [e for e in drawn(two, width).iter(f"{SVG}svg") if e.get("data-plot")]
        first, second = (float(p.get(axis)) for p in plots)
        assert second > first + 100


def test_rows_stand_below_each_other_and_share_their_width():
    panel = [Line(X, X)]
    shown = Scene(
        [
            Panel(panel, row=1, height=150),
            Panel(panel, weight=3, height=250),
            Panel(panel, row=1),
        ],
        "Three.",
    )
    root = drawn(shown)
    assert root.get("viewBox") == "0 0 720 400"
    plots = [e for e in root.iter(f"{SVG}svg") if e.get("data-plot")]
    first, second, third = ((float(p.get("x")), float(p.get("y"))) for p in plots)
    assert first[1] < second[1] == third[1]
    assert second[0] == first[0] < third[0]


@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_a_picture_is_never_too_high_for_a_screen(width):
    panels = [Panel([Line(X, X)], row=row, height=300) for row in range(5)]
    root = drawn(Scene(panels, "Five."), width)
    assert root.get("viewBox").endswith(" 450")


def test_on_a_phone_panels_stand_in_pairs_and_broad_ones_alone():
    shown = Scene([Panel([Line(X, X)], broad=k == 1) for k in range(3)], "Three.")
    plots = [e for e in drawn(shown, "narrow").iter(f"{SVG}svg") if e.get("data-plot")]
    (x0, y0), (x1, y1), (x2, y2) = ((float(p.get("x")), float(p.get("y"))) for p in plots)
    assert x0 == x1 < x2
    assert y0 == y2 < y1
    four = Scene([Panel([Line(X, X)]) for _ in range(4)], "Four.")
    plots = [e for e in drawn(four, "narrow").iter(f"{SVG}svg") if e.get("data-plot")]
    assert len({p.get("x") for p in plots}) == len({p.get("y") for p in plots}) == 2


def test_words_make_way_for_words_and_are_seen_whole():
    said = "words at a place"
    labels = [Label(0.5, 0.5, said), Label(0.5, 0.5, said), Label(0.99, 0.1, said)]
    root = drawn(Scene([Panel(labels, x=(0, 1), y=(0, 1))], "Words."))
    one, two, three = (t for t in root.iter(f"{SVG}text") if t.text == said)
    assert abs(float(one.get("y")) - float(two.get("y"))) >= 12
    assert one.get("x") == two.get("x")
    plot = next(e for e in root.iter(f"{SVG}svg") if e.get("data-plot"))
    assert float(three.get("x")) + 6 * len(said) < float(plot.get("width"))


def test_names_of_bars_too_long_for_one_line_stand_in_two():
    names = ["a long name", "another long name"] * 4
    root = drawn(Scene([Panel([Bars(np.ones(8), names)])], "Bars."), "narrow")
    lines = [float(t.get("y")) for t in root.iter(f"{SVG}text") if t.text in names]
    assert len(set(lines)) == 2
    assert lines[0] == lines[2] != lines[1]


def test_a_network_can_show_a_field_in_each_unit():
    maps = [None, np.ones((1, 4, 4)), np.full((2, 4, 4), np.nan)]
    shown = Network([[1], [0], [0, 0]], [[[1.0]], [[1.0], [2.0]]], maps=maps)
    root = drawn(scene(shown, axes=False))
    assert len(list(root.iter(f"{SVG}image"))) == 3
    assert len(list(root.iter(f"{SVG}circle"))) == 2  # the ground and the colour of one disc


def test_the_picture_is_a_group_only_where_something_can_be_held():
    assert drawn(scene(Line(X, X))).get("role") == "img"
    held = drawn(scene(Handle(0, 0, point=("kinks", 1), label="kink")))
    assert held.get("role") == "group"
    handle = next(e for e in held.iter(f"{SVG}g") if e.get("tabindex"))
    assert handle.get("data-point") == "kinks 1"
    assert handle.get("aria-label") == "kink: 0, 0"


def test_the_label_of_a_rule_is_not_cut_off():
    for place, words in ((0.1, "here"), (0.6, "flat places: step 150" * 2), (0.9, "end")):
        root = drawn(scene(Rule(x=place, label=words), x=(0, 1), y=(0, 1)))
        (label,) = [e for e in root.iter(f"{SVG}text") if e.text == words]
        wide = float(next(e for e in root.iter(f"{SVG}svg") if e.get("data-plot")).get("width"))
        begin, length = float(label.get("x")), LETTER * len(words)
        begin -= length * (label.get("text-anchor") == "end")
        assert begin > 0
        assert begin + length < wide


def test_words_are_escaped():
    text = svg(scene(Line(X, X, label='<script>"')), "t")
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        (Handle(0, 0), "what should dragging it set"),
        (Rule(), "either x or y"),
        (Rule(x=1, y=1), "either x or y"),
        (Line(X, X, role="red"), "role must be one of"),
        (HeatMap([1.0, 2.0], (0, 1), (0, 1)), "must be a .rows, columns. array"),
        (Network([[1], [1]], []), "one weight matrix between"),
    ],
)
def test_marks_that_make_no_sense_are_refused(mark, message):
    with pytest.raises(ValueError, match=message):
        svg(scene(mark, x=(0, 1), y=(0, 1)), "t")


def test_an_unknown_width_is_refused():
    with pytest.raises(ValueError, match="'wide' or 'narrow', got 'broad'"):
        svg(scene(Line(X, X)), "t", "broad")


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 12))
def test_ticks_are_round_inside_and_not_too_many(lo, span, count):
    hi = lo + span
    if not hi > lo:
        return
    found = ticks(lo, hi, count)
    slack = 1e-9 * max(abs(lo), abs(hi), span) + 1e-9 * span
    assert all(lo - slack <= t <= hi + slack for t in found)
    assert len(found) <= count + 1


def test_ticks_of_a_plain_range():
    assert ticks(-1, 1, 4) == [-1.0, -0.5, 0.0, 0.5, 1.0]


def decode(data):
    """The pixels of one of our own PNG files."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert zlib.crc32(kind + body) == crc
        chunks[kind] = body
        at += 12 + length
    columns, rows = struct.unpack(">II", chunks[b"IHDR"][:8])
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(rows, -1)
    assert not lines[:, 0].any()
    return lines[:, 1:].reshape(rows, columns, 4)


def test_a_heat_map_can_be_read_back():
    z = np.array([[-1.0, 0.0, 0.5], [2.0, np.nan, np.inf]])
    rgba = decode(png(heat_rgba(z, signed=True, limit=1.0)))
    np.testing.assert_allclose(rgba[..., 3] / 255 / OPAQUE, [[1, 0, 0.5], [1, 0, 1]], atol=0.003)
    assert rgba[0, 0, 2] > rgba[0, 0, 0]  # negative is blue
    assert rgba[0, 2, 0] > rgba[0, 2, 2]  # positive is orange


def test_row_0_of_a_heat_map_is_at_the_bottom():
    root = drawn(scene(HeatMap([[1.0], [0.0]], (0, 1), (0, 1))))
    href = next(e.get("href") for e in root.iter(f"{SVG}image"))
    pixels = decode(base64.b64decode(href.split(",")[1]))
    assert pixels[1, 0, 3] > 0
    assert pixels[0, 0, 3] == 0


def test_tables_are_html_with_headers():
    html = table_html(Table(["x", "<y>"], [[1.23456789, "a"], [np.float64(-2), 3]], caption="c"))
    assert '<th scope="col">&lt;y&gt;</th>' in html
    assert "<td>1.235</td>" in html
    assert "<td>−2</td>" in html
    assert table_html(None) == ""


def test_a_point_that_chooses_says_what_and_is_as_wide_as_a_finger():
    chooses = Scatter([0.5], [0.5], chooses=("row", 'a "b"'))
    picture = svg(Scene([Panel([chooses], x=(0, 1), y=(0, 1))], text="One."), "t", "wide")
    assert 'data-control="row" data-option="a &quot;b&quot;"' in picture
    assert f'stroke-width="{FINGER}"' in picture


def test_units_that_can_be_picked_are_buttons_of_a_group():
    maps = [np.ones((1, 4, 4)), np.ones((2, 4, 4))]
    names = [[], ["upper", "lower"]]
    shown = Network([[0], [0, 0]], [[[1.0], [1.0]]], maps=maps, picks="off", names=names)
    root = drawn(scene(shown, axes=False))
    picks = [e for e in root.iter(f"{SVG}g") if e.get("class") == "ffn-pick"]
    assert [p.get("data-name") for p in picks] == ["upper", "lower"]
    assert {p.get("aria-pressed") for p in picks} == {"false"}
    assert root.get("role") == "group"
    off = drawn(scene(replace(shown, off=["lower"]), axes=False))
    pressed = [e.get("aria-pressed") for e in off.iter(f"{SVG}g") if e.get("class") == "ffn-pick"]
    assert pressed == ["false", "true"]
    assert drawn(scene(replace(shown, picks=""), axes=False)).get("role") == "img"


def test_a_colour_scale_names_both_ends():
    field = HeatMap(np.outer(X, X), (-1, 1), (-1, 1), limit=2.0, scale=True)
    said = [t.text for t in drawn(scene(field)).iter(f"{SVG}text")]
    assert {"−2", "2"} <= set(said)
    plain = drawn(scene(replace(field, scale=False)))
    assert "−2" not in [t.text for t in plain.iter(f"{SVG}text")]
