"""The checks of all explorers see what they are there to see."""

import warnings
from itertools import count

import numpy as np
import pytest

from ffnlib.figures import (
    Bars,
    Handle,
    HeatMap,
    Label,
    Line,
    Network,
    Panel,
    Points,
    Scatter,
    Scene,
    Slider,
    Text,
    explorer,
)
from tests.explored import (
    GAPS,
    draws_everywhere,
    has_numbers,
    is_finite,
    is_named_and_light,
    marks,
    same,
    says_every_stop,
)

NAN, INF = float("nan"), float("inf")


def shown(draw):
    """An explorer of what is drawn, and perhaps said, at 0, 1, 2 and 3."""

    def drawn(a=1):
        found = draw(a)
        said = [part for part in found if isinstance(part, str)] or [f"It is at {a}."]
        panel = Panel([part for part in found if not isinstance(part, str)], x=(0, 1), y=(0, 1))
        return Scene([panel], *said)

    return explorer("Something", [Slider("a", 0, 3, step=1)])(drawn)


def ramp(a):
    return [Line([0, 1], [0, a / 3])]


def test_what_is_sound_passes():
    draws_everywhere(shown(ramp))
    says_every_stop(shown(ramp))


@pytest.mark.parametrize(
    "draw",
    [
        lambda a: [Line([0, 1], [0, NAN if a == 3 else 1])],
        lambda a: [HeatMap([[0, INF if a == 3 else 1]], (0, 1), (0, 1))],
        lambda a: [Network([[0.0], [NAN if a == 3 else 1.0]], [[[1.0]]])],
        lambda a: [Handle(0.5, 0.4 * a, param_y="a")],
        lambda a: [*ramp(a), "There is not a number." if a == 3 else "Yes."],
        lambda a: [*ramp(a), f"The share is {np.float64(NAN if a == 3 else 1)}."],
    ],
)
def test_what_is_wrong_at_one_stop_is_found(draw):
    with pytest.raises(AssertionError):
        draws_everywhere(shown(draw))


def test_a_warning_at_one_stop_is_found():
    def careless(a):
        if a == 3:
            warnings.warn("careful", stacklevel=1)
        return ramp(a)

    with pytest.raises(UserWarning, match="careful"):
        draws_everywhere(shown(careless))


def test_scenes_that_do_not_repeat_are_found():
    turn = count()
    with pytest.raises(AssertionError, match="another scene"):
        draws_everywhere(shown(lambda a: [Label(0.5, 0.5, str(next(turn)) if a == 3 else "")]))


def test_points_are_tried_and_what_has_no_stops_must_be_given():
    tried = []

    @explorer("Points", [Points("p", 2, x=(0, 1), y=(-1, 1))])
    def moved(p=((0, 0), (0, 0))):
        tried.append(np.array(p))
        return Scene([Panel(ramp(1), x=(0, 1), y=(0, 1))], "There.")

    draws_everywhere(moved)
    assert any((p == [0, -1]).all() for p in tried)
    assert any((p == [1, 1]).all() for p in tried)
    assert any((p[0] != p[1]).all() for p in tried)

    @explorer("Text", [Text("said")])
    def typed(said=""):
        return Scene([Panel(ramp(1))], f"There is {said}.")

    with pytest.raises(AssertionError, match="nothing is tried for said"):
        draws_everywhere(typed)
    draws_everywhere(typed, [{"said": "more"}])


def test_names_and_weights():
    from ffnlib.explorers.moe import gates

    is_named_and_light(gates, "moe", heaviest=100_000)
    for wrong in (
        {"heaviest": 10_000},
        {"heaviest": 100_000, "most_controls": 3},
        {"heaviest": 100_000, "most_stops": 15},
    ):
        with pytest.raises(AssertionError):
            is_named_and_light(gates, "moe", **wrong)
    with pytest.raises(AssertionError):
        is_named_and_light(gates, "mo", heaviest=100_000)
    with pytest.raises(ValueError, match="no explorer"):
        is_named_and_light(shown(ramp), "test_explored", heaviest=100_000)


def test_sentences_that_repeat():
    odd = shown(lambda a: [*ramp(a), f"It is {'odd' if a % 2 else 'even'}."])
    says_every_stop(odd, {"a": 2})
    for repeats in ({}, {"a": 1}, {"a": 3}, {"a": 2, "b": 1}):
        with pytest.raises(AssertionError):
            says_every_stop(odd, repeats)


@pytest.mark.parametrize(
    ("mark", "least"),
    [
        (Line([0, 1], [0, 1]), ""),
        (Line([0, NAN, 1], [0, NAN, 1]), "lifts"),
        (Line([0, 1, 2], [0, NAN, 1]), "holes"),
        (Line([0, 1], [NAN, 1]), "anywhere"),
        (Scatter([NAN], [NAN]), "holes"),
        (Line([0, 1], [0, INF]), None),
        (Bars([0, NAN]), None),
    ],
)
def test_gaps_allow_more_and_more(mark, least):
    allowed = [gaps for gaps in GAPS if is_finite(mark, gaps)]
    assert allowed == ([] if least is None else list(GAPS[GAPS.index(least) :]))


def test_pictures_without_numbers():
    begun, late = '<path data-xs="0 1" data-ys="0 nan"/>', '<path data-ys="nan 0"/>'
    assert [has_numbers(begun, gaps) for gaps in GAPS] == [False, True, True, True]
    assert [has_numbers(late, gaps) for gaps in GAPS] == [False, False, False, True]
    assert has_numbers('<image href="data:image/png;base64,NaNnan"/>')
    assert not has_numbers('<path d="M0,NaN"/>', "anywhere")
    assert not has_numbers("<text>nan</text>")
    assert has_numbers("<text>nan</text>", undefined=True)


def test_the_same_to_the_last_bit():
    def scene(x):
        return Scene([Panel([Line(x, [0, NAN])])], "There.")

    assert same(scene([0, 1.0]), scene([0, 1.0]))
    assert same(scene(np.array([0, NAN])), scene(np.array([0, NAN])))
    assert not same(scene([0, 1.0]), scene([0, 1.0 + 1e-15]))
    assert not same(scene(np.zeros(2)), scene(np.zeros(2, np.float32)))
    assert len(marks(scene([0, 1]), Line)) == len(marks(scene([0, 1]), Line, panel=0)) == 1
    assert not marks(scene([0, 1]), Bars)
