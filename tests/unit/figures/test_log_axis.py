"""The logarithmic axes of a panel."""

import numpy as np
import pytest

from ffnlib._base.numbers import power
from ffnlib.figures import Frame, Line, Panel, Scatter, Scene, log_ticks, ranges, svg


def test_powers_of_ten_are_equally_far_apart():
    frame = Frame(0, 0, 100, 300, (0, 1), (1e-4, 1e2), log_y=True)
    np.testing.assert_allclose(frame.py([1e2, 1, 1e-2, 1e-4]), [0, 100, 200, 300], atol=1e-9)


def test_values_without_a_logarithm_lie_below_the_axis():
    frame = Frame(0, 0, 100, 300, (0, 1), (1e-4, 1e2), log_y=True)
    assert np.all(frame.py([0.0, -1.0]) > 300)
    assert np.isnan(frame.py(np.nan))
    assert frame.py(np.inf) < 0


def test_ticks_are_powers_of_ten_inside_the_range():
    assert log_ticks(1e-4, 1e2, 6) == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100])
    assert log_ticks(1e-12, 1e3, 3) == pytest.approx([1e-10, 1e-5, 1])
    assert [power(v) for v in (1e-6, 1, 10)] == ["10⁻⁶", "1", "10¹"]


def test_a_range_left_out_covers_the_positive_values():
    panel = Panel([Line([0, 1, 2, 3], [1e-6, 1e2, 0, -5])], log_y=True)
    lo, hi = ranges(panel)[1]
    assert 1e-7 < lo < 1e-6 < 1e2 < hi < 1e3


def test_the_picture_says_that_its_axis_is_logarithmic():
    panel = Panel(
        [Line([0, 1], [1e-3, 0]), Scatter([0, 1], [0.1, 0])], y=(1e-4, 1), log_y=True, y_label="y"
    )
    drawn = svg(Scene([panel], "text"), "title")
    assert 'data-log="y"' in drawn
    assert "10⁻²" in drawn
    assert "nan" not in drawn


def test_a_logarithmic_axis_refuses_what_it_cannot_show():
    with pytest.raises(ValueError, match="positive when log_y"):
        Panel([], y=(0, 1), log_y=True)
    with pytest.raises(ValueError, match="x must be positive when log_x"):
        Panel([], x=(-1, 1), log_x=True)
    for axis in ("log_x", "log_y"):
        with pytest.raises(ValueError, match=f"equal or {axis}, not both"):
            Panel([], equal=True, **{axis: True})


def test_both_axes_may_be_logarithmic():
    frame = Frame(0, 0, 300, 200, (1, 1e3), (1, 1e2), log_y=True, log_x=True)
    np.testing.assert_allclose(frame.px([1, 10, 1e3]), [0, 100, 300], atol=1e-9)
    np.testing.assert_allclose(frame.py([1, 10, 1e2]), [200, 100, 0], atol=1e-9)
    assert np.all(frame.px([0.0, -1.0]) < 0)
    panel = Panel([Line([1e-2, 0, 1e4], [1, 2, 3])], log_x=True)
    lo, hi = ranges(panel)[0]
    assert 1e-3 < lo < 1e-2 < 1e4 < hi < 1e5
    drawn = svg(Scene([panel], "text"), "title")
    assert 'data-log="x"' in drawn
    assert "10⁻¹" in drawn or "10⁻²" in drawn
    assert 'data-log="x y"' in svg(
        Scene([Panel([], (1, 9), (1, 9), log_x=True, log_y=True)], "t"), "t"
    )
