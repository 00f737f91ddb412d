"""The monitoring dashboard: what it shows is what was read off, alarms and all."""

import re

import numpy as np

from ffnlib.explorers.production import dashboard
from ffnlib.explorers.production.dashboard import LAST, NAMES, _run, limits_of, seen
from ffnlib.figures import Area, Line, Rule, plain
from ffnlib.production import BAD, TRAININGS, begin, first_alarms, signals, step
from tests.explored import marks


def test_scenes_repeat():
    one = plain(dashboard(training="dies", steps=100))
    _run.cache_clear()
    seen.cache_clear()
    dashboard(training="dies", steps=120)  # the run has gone on, but the first 100 steps stand
    assert plain(dashboard(training="dies", steps=100)) == one


def test_curves_are_the_readings_and_alarms_those_of_the_library():
    run = begin("half dies")
    for _ in range(90):
        step(run)
    scene = dashboard(steps=90)
    limits = limits_of("half dies", "usual")
    found = signals(run.readings, limits)
    loss = marks(scene, Line, 0)[-1]
    np.testing.assert_allclose(loss.y, [r.loss for r in run.readings])
    np.testing.assert_allclose(loss.x, np.arange(1, 91))
    np.testing.assert_allclose(marks(scene, Line, 1)[-1].y, [r.gradient_norm for r in run.readings])
    np.testing.assert_allclose(marks(scene, Line, 2)[-1].y, found["update"].values)
    np.testing.assert_allclose(marks(scene, Line, 3)[-1].y, found["dead"].values)
    first = first_alarms(run.readings, limits)[0]
    assert f"First alarm: {NAMES[first.signal]}, at step {first.reading + 1}" in (scene.text)
    assert f"{100 * run.accuracy[90]:.0f} % of the digits" in scene.text
    rules = [r.x for r in marks(scene, Rule, 1) if r.x is not None]
    assert rules == [first.reading + 1]


def test_what_rings_is_shaded_from_the_step_at_which_it_rang():
    scene = dashboard(training="half dies")
    (shade,) = marks(scene, Area, 3)
    x, top = np.asarray(shade.x), np.asarray(shade.y1)
    (rule,) = [r.x for r in marks(scene, Rule, 3) if r.x is not None]
    assert x[top == 1].min() == rule
    assert x[top == 1].max() == LAST
    assert not marks(dashboard(training="healthy"), Area, 0)


def alarms_of(text):
    found = re.search(r"First alarm: (.+), at step (\d+)", text)
    return (found[1], int(found[2])) if found else None


def test_what_the_links_of_the_chapter_promise():
    assert alarms_of(dashboard(training="healthy").text) is None
    for name in ("half dies", "dies"):
        first = alarms_of(dashboard(training=name).text)
        assert first[0] == "gradient"
        assert BAD.start + 1 < first[1] <= BAD.start + 3
    assert alarms_of(dashboard(training="explodes").text)[0] == "change"
    assert "flat places" in dashboard(training="saturates").text
    assert "no longer a number" in dashboard(training="explodes").text
    assert "dead units" not in dashboard(training="half dies", clip=True).text
    assert "No alarm" not in dashboard(training="explodes", clip=True).text
    assert alarms_of(dashboard(training="healthy", alarms="early").text) is not None
    assert set(TRAININGS) == set(dashboard.controls["training"].stops())
