"""Scenes: what they hold, what they refuse, and how numbers are written."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnlib._base.numbers import number
from ffnlib.figures import Line, Panel, Scene, Table, plain


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (-0.16997, "−0.17"),
        (1000, "1,000"),
        (99_999, "99,999"),
        (1.25e6, "1.25 × 10⁶"),
        (9.5e-7, "9.5 × 10⁻⁷"),
        (0.00123, "0.00123"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (float("nan"), "not a number"),
    ],
)
def test_numbers_are_written_for_readers(value, words):
    assert number(value) == words


@given(st.floats(-1e4, 1e4, allow_nan=False).filter(lambda v: abs(v) > 1e-3))
def test_a_written_number_is_the_number_to_three_digits(value):
    assert float(number(value).replace("−", "-").replace(",", "")) == pytest.approx(value, rel=5e-3)


def test_plain_keeps_every_value():
    x = np.linspace(0, 1, 3)
    scene = Scene([Panel([Line(x, [1.0, np.nan, -np.inf])], y=(-1, 1))], "A line.")
    data = json.loads(json.dumps(plain(scene)))
    assert data["kind"] == "Scene"
    assert data["panels"][0]["marks"][0]["x"] == [0.0, 0.5, 1.0]
    assert data["panels"][0]["marks"][0]["y"] == [1.0, "nan", "-inf"]


@pytest.mark.parametrize("bad", [(1.0, 0.0), (0.0, float("inf")), (0.0, 0.0)])
def test_a_panel_refuses_a_range_that_is_none(bad):
    with pytest.raises(ValueError, match="lo < hi"):
        Panel([], x=bad)


def test_a_scene_says_what_is_seen():
    with pytest.raises(ValueError, match="in words"):
        Scene([Panel([])], " ")
    with pytest.raises(ValueError, match="at least one panel"):
        Scene([], "Nothing.")


def test_a_table_row_has_a_cell_for_every_column():
    with pytest.raises(ValueError, match="row 1 has 1 cells"):
        Table(["a", "b"], [[1, 2], [3]])
