"""Explorers: what they accept, what they answer, and what is computed in advance."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnlib.figures import (
    Button,
    Choice,
    Drawing,
    Line,
    Number,
    Panel,
    Points,
    Scene,
    Several,
    Slider,
    Steps,
    Table,
    Text,
    Toggle,
    answer_json,
    explorer,
    find,
    svg,
    sweep,
    write_sweeps,
)


@explorer(
    title="A line",
    controls=[
        Slider("slope", -2, 2, step=0.5, label="slope w"),
        Slider("count", 1, 5, step=1),
        Choice("kind", ["up", "down"]),
        Choice("power", [1, 2]),
        Toggle("dashed"),
        Button("seed", label="Again"),
        Number("offset", 0, 1, step=0.1),
        Text("word", max_length=5),
        Points("knots", 2, (-1, 1), (0, 1)),
    ],
)
def straight(
    slope=1.0,
    count=2,
    kind="up",
    power=1,
    dashed=False,
    seed=0,
    offset=0.0,
    word="hi",
    knots=((0, 0), (1, 1)),
) -> Scene:
    if slope == -2:
        raise RuntimeError("no way down")
    x = np.linspace(0, 1, 3)
    y = slope * x**power + offset + seed
    line = Line(x, y if kind == "up" else -y, dash=dashed)
    return Scene(
        [Panel([line], y=(-3, 3))], f"{word} {slope:g} {count}", Table(["k"], [[len(knots)]])
    )


def test_the_start_is_the_functions_defaults():
    assert straight.start["slope"] == 1.0
    assert straight.start["knots"] == [[0.0, 0.0], [1.0, 1.0]]
    assert straight.name == "test_explorer.straight"
    assert straight().text == "hi 1 2"


def test_a_number_outside_its_range_is_clamped_and_said():
    answer = straight.answer({"slope": 7, "offset": -1})
    assert answer["params"]["slope"] == 2.0
    assert answer["params"]["offset"] == 0.0
    assert answer["notes"] == [
        "slope w was set to 2, its largest value.",
        "offset was set to 0, its smallest value.",
    ]


def test_infinity_is_the_end_of_the_range():
    assert straight.answer({"slope": float("inf")})["params"]["slope"] == 2.0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"slop": 1}, "A line has no control 'slop'; it has slope, count"),
        ({"slope": "1"}, "slope w must be a number, got '1'"),
        ({"slope": True}, "slope w must be a number"),
        ({"slope": float("nan")}, "slope w must be a number"),
        ({"kind": "sideways"}, "kind must be one of up, down; got 'sideways'"),
        ({"power": True}, "power must be one of 1, 2"),
        ({"dashed": 1}, "dashed must be true or false"),
        ({"seed": -1}, "whole number from 0"),
        ({"seed": 1.5}, "whole number from 0"),
        ({"word": 3}, "word must be text"),
        ({"knots": [[0, 0]]}, "knots must be 2 points"),
        ({"knots": [[0, 0], [0]]}, "each point must be"),
        ({"knots": [[0, 0], [0, float("nan")]]}, "two finite numbers"),
    ],
)
def test_what_a_control_cannot_take_is_an_error_in_words(params, message):
    answer = straight.answer(params)
    assert set(answer) == {"error"}
    assert message in answer["error"]


def test_a_choice_takes_a_whole_number_for_a_float():
    value, _ = Choice("rate", [0.0, 0.5]).check(0)
    assert value == 0.0
    assert isinstance(value, float)


def test_text_and_points_are_cut_to_what_is_allowed():
    answer = straight.answer({"word": "hello world", "knots": [[5, 0], [0, 0.5]]})
    assert answer["params"]["word"] == "hello"
    assert answer["params"]["knots"] == [[1.0, 0.0], [0.0, 0.5]]
    assert len(answer["notes"]) == 2


def test_several_keeps_the_order_of_its_options_and_is_never_empty():
    control = Several("features", ["x", "y", "xy"])
    assert control.check(["xy", "x"]) == (["x", "xy"], "")
    for bad, message in (([], "at least one of x, y, xy"), (["z"], "'z' is not among them")):
        with pytest.raises(ValueError, match=message):
            control.check(bad)


def test_a_clock_ends():
    clock = Steps("steps", 100, stops_at=[0, 1, 10])
    assert clock.check(7) == (7, "")
    assert clock.check(101) == (100, "steps was set to 100, the end of the run.")
    assert clock.stops() == [0, 1, 10]
    for bad in (-1, 1.5, True, "3"):
        with pytest.raises(ValueError, match="whole number from 0"):
            clock.check(bad)


def test_a_failing_computation_is_a_sentence():
    assert straight.answer({"slope": -2}) == {"error": "This failed: no way down"}


def test_the_answer_is_the_scene_drawn():
    answer = straight.answer({"slope": 2}, "narrow")
    assert answer["svg"] == svg(straight(slope=2), "A line", "narrow")
    assert "<td>2</td>" in answer["table"]
    json.dumps(answer, allow_nan=False)


@given(st.floats(allow_nan=False))
def test_a_slider_gives_one_of_its_stops(value):
    slider = Slider("v", -2, 2, step=0.1)
    allowed, note = slider.check(value)
    assert allowed in slider.stops()
    assert bool(note) == (not -2 <= value <= 2)


def test_stops():
    assert Slider("v", 0, 10, step=4).stops() == [0, 4, 8]
    assert Slider("v", -0.3, 0.3, step=0.1).stops() == [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]
    assert all(isinstance(v, int) for v in Slider("v", 1, 5, step=1).stops())
    assert Number("n", 0, 1).stops() == []
    assert Choice("c", ["a", "b"]).stops() == ["a", "b"]


@pytest.mark.parametrize("width", ["wide", "narrow"])
@pytest.mark.parametrize("name", ["count", "kind", "dashed", "seed"])
def test_every_frame_of_a_sweep_is_what_would_be_computed(name, width):
    control = straight.controls[name]
    baked = json.loads(json.dumps(sweep(straight, control, width)))
    assert baked["stops"] == control.stops()
    for value, frame, text in zip(baked["stops"], baked["frames"], baked["texts"], strict=True):
        fresh = straight.answer({name: value}, width)
        assert "".join(baked["parts"][part] for part in frame) == fresh["svg"]
        assert text == fresh["text"]


def test_sweeps_are_written_for_every_control_that_has_stops(tmp_path):
    calm = straight.show(slope=0.5)
    with pytest.raises(RuntimeError, match="no way down"):  # a stop that fails fails the build
        write_sweeps(calm, calm.start, "k", tmp_path)
    gentle = Slider("slope", -1, 2, step=0.5)
    other = explorer(title="t", controls=[gentle])(lambda slope=0.0: straight.function(slope))
    write_sweeps(other, {"slope": 1.0}, "key", tmp_path / "new")
    assert {f.name for f in (tmp_path / "new").iterdir()} == {
        "key.slope.wide.json",
        "key.slope.narrow.json",
    }


def test_another_start_has_another_key():
    other = straight.show(slope=2)
    assert straight.key == "test_explorer-straight"
    assert other.key.startswith("test_explorer-straight-")
    assert other.key != straight.key
    assert straight.show(slope=1).key == straight.key
    with pytest.raises(ValueError, match="cannot start there"):
        straight.show(slope=9)


def test_controls_and_parameters_must_agree():
    with pytest.raises(ValueError, match="must have the same names"):
        explorer(title="t", controls=[Slider("a", 0, 1)])(lambda b=0: b)
    with pytest.raises(ValueError, match="needs a default"):
        explorer(title="t", controls=[Slider("a", 0, 1)])(lambda a: a)
    with pytest.raises(ValueError, match="lo < hi"):
        Slider("a", 1, 0)


def test_the_figure_holds_both_pictures_the_sentence_and_the_state():
    html = straight.figure_html()
    assert html.count("<svg xmlns") == 2
    assert "hi 1 2" in html
    state = html.split('class="ffn-spec">')[1].split("</script>")[0]
    assert json.loads(state)["start"]["slope"] == 1.0


def test_in_a_notebook_it_is_a_widget_and_a_figure():
    data, _ = straight._repr_mimebundle_()
    assert data["text/html"] == straight.figure_html()
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_widget_answers_requests():
    from ffnlib.figures import ExplorerWidget

    widget = ExplorerWidget(straight)
    widget.request = {"seq": "a:1", "params": {"slope": 9}, "width": "narrow"}
    assert widget.picture["seq"] == "a:1"
    assert widget.picture["params"]["slope"] == 2.0
    assert widget.picture["svg"] == straight.answer({"slope": 2}, "narrow")["svg"]


@pytest.mark.parametrize(
    "name", ["", "neurons", "neurons.", "nowhere.neuron", "os.path", "neurons.np"]
)
def test_unknown_explorers_are_named(name):
    with pytest.raises(ValueError, match="there is no explorer"):
        find(name)


def test_json_in_json_out():
    answer = json.loads(answer_json("neurons.neuron", '{"b": 99}', "wide"))
    assert answer["svg"].startswith("<svg")
    assert answer["notes"]


def test_the_engine_needs_numpy_alone():
    """An explorer must run where anywidget, Matplotlib and Jupyter are not."""
    code = (
        "import sys\n"
        "import ffnlib.explorers.neurons\n"
        "heavy = ('anywidget', 'matplotlib', 'IPython', 'ipywidgets')\n"
        "print([module for module in heavy if module in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_menus_show_words_and_keep_values():
    choice = Choice("f", ["leaky_relu", "swiglu", 0.5, "up"])
    assert choice.spec()["words"] == ["leaky ReLU", "SwiGLU", 0.5, "up"]
    assert choice.spec()["options"] == ["leaky_relu", "swiglu", 0.5, "up"]
    assert choice.check("leaky_relu") == ("leaky_relu", "")


def test_a_drawing_is_hexadecimal_digits_or_empty():
    drawing = Drawing("drawn", 8, label="your drawing")
    assert drawing.check("") == drawing.check("0" * 16) == ("", "")
    assert drawing.check("00000000FF000000") == ("00000000ff000000", "")
    for wrong in (None, 7, "ff", "0" * 15 + "x", "0" * 15 + " "):
        with pytest.raises(ValueError, match="your drawing must be"):
            drawing.check(wrong)
    with pytest.raises(ValueError, match="multiple of 4, got 6"):
        Drawing("drawn", 6)
