"""The explorers of the experiments: what they draw is what is stored."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ffnlib.experiments import ROWS, accuracy, seconds_to_target, steps_to_target, stored
from ffnlib.explorers.experiments import race, tradeoff
from ffnlib.explorers.experiments.race import runners
from ffnlib.explorers.experiments.tradeoff import DATA, IMAGES, points, unbeaten
from ffnlib.explorers.experiments.tradeoff import ROWS as NAMES
from ffnlib.figures import Bars, Label, Line, Rule, Scatter
from tests.explored import marks


def test_every_row_and_every_collection_can_be_chosen():
    assert list(NAMES.values()) == list(ROWS)
    for data in DATA.values():
        for row in stored(data)["rows"].values():
            assert row["recipe"] is None or row["recipe"]["images"] in IMAGES


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("prepared", [False, True])
def test_points_are_the_stored_means(data, prepared):
    results = stored(DATA[data])
    scene = tradeoff(data=data, size="numbers in use", time="1,000 images", prepared=prepared)
    kind = "batch, plain" if prepared else "batch"
    for panel in (0, 1):
        drawn = {m.label: (m.x[0], m.y[0]) for m in marks(scene, Scatter, panel)}
        assert {NAMES[name] for name in drawn} == set(results["rows"])
        for name, (x, y) in drawn.items():
            key = NAMES[name]
            cost = (results["rows"][key]["active"], 1e6 * results["times"][kind][key]["seconds"])
            assert_allclose((x, y), (cost[panel], 100 * accuracy(results, key).mean))


@pytest.mark.parametrize("row", NAMES)
@pytest.mark.parametrize("data", DATA)
def test_the_chosen_row_is_marked_and_described(row, data):
    scene = tradeoff(row=row, data=data)
    results = stored(DATA[data])
    large = [m for m in marks(scene, Scatter) if m.role == "output"]
    if NAMES[row] not in results["rows"]:
        assert not large
        assert "was not measured" in scene.text
        return
    assert [m.label for m in large] == [row, row]
    assert [m.text for m in marks(scene, Label)] == [row, row]
    entry = results["rows"][NAMES[row]]
    for key in ("total", "active", "stored"):
        assert f"{entry[key]:,}" in scene.text
    if entry["base"]:
        (base,) = [name for name, key in NAMES.items() if key == entry["base"]]
        assert f"from “{base}”" in scene.text


def test_the_dashed_line_joins_what_nothing_beats():
    cost, score = np.array([3.0, 1.0, 2.0, 4.0, 1.0]), np.array([5.0, 2.0, 1.0, 5.0, 1.0])
    assert unbeaten(cost, score) == [1, 0]
    for data in DATA:
        shown = points(data, "bytes", "one image", False)
        (line,) = [m for m in marks(tradeoff(data=data), Line, 0) if m.dash]
        for x, y in zip(line.x, line.y, strict=True):
            assert not any(p.size < x and p.accuracy >= y for p in shown)
            assert not any(p.size <= x and p.accuracy > y for p in shown)


@pytest.mark.parametrize("data", DATA)
def test_the_race_is_counted_from_what_is_stored(data):
    results = stored(DATA[data])
    keys = {"dense": "dense", "2 of 4": "moe", "2 of 8": "moe-8", "small": "small"}
    for runner in runners(data):
        row = keys[runner.name]
        steps = steps_to_target(results, row).mean
        assert runner.mean("steps") == pytest.approx(steps)
        assert runner.mean("clock") == pytest.approx(seconds_to_target(results, row))
        work = 6 * results["rows"][row]["active"] * results["settings"]["batch"] * steps
        assert runner.mean("arithmetic") == pytest.approx(work / 1e9)
    for counted in ("steps", "arithmetic", "clock"):
        scene = race(counted=counted, data=data)
        spent, ratios = (m.values for m in marks(scene, Bars))
        dense = spent[[r.name for r in runners(data)].index("dense")]
        assert_allclose(ratios, dense / np.array(spent))
        assert [rule.y for rule in marks(scene, Rule)] == [1, 2.3]


def test_who_did_not_get_there_is_said():
    assert "Left out" not in race().text
    results = stored("mnist")
    runs = results["rows"]["small"]["runs"]
    kept = runs["1"]["to_target"]
    try:
        runs["1"]["to_target"] = None
        scene = race()
        assert "because not every seed got there: small." in scene.text
        assert len(marks(scene, Bars)[0].labels) == 3
    finally:
        runs["1"]["to_target"] = kept


def test_the_chapter_prints_the_results_that_its_explorers_show():
    """Another run of the same study gives other accuracies; two pages must not show two."""
    chapter = (Path(__file__).parents[2] / "chapters" / "09_experiments.md").read_text("utf-8")
    assert all(f'stored("{data}")' in chapter for data in ("digits", "mnist"))
    assert "results_of" not in chapter


@pytest.mark.parametrize(("prepared", "said"), [(False, "as long as dense"), (True, "as fast as")])
def test_slower_is_said_as_time_and_faster_as_speed(prepared, said):
    assert said in tradeoff(row="full stack" if not prepared else "small", prepared=prepared).text
