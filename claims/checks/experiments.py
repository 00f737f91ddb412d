"""Checks of what is said about the combined network: against its own table, and measured.

The measurements are the stored ones, three seeds of every row on one core; ``python -m
ffnlib.experiments`` makes them.
"""

from __future__ import annotations

from ffnlib.experiments import Results, accuracy, seconds_to_target, steps_to_target, stored

Values = dict[str, float | int | str]

MILLISECONDS = {"dense": 0.85, "mixture": 0.62, "LoRA": 0.88, "INT4": 0.21, "stack": 0.18}
PARAMETERS = {"dense": 1_200_000, "mixture": 1_100_000, "INT4": 300_000, "stack": 320_000}
"""As printed."""
TEST = 10_000
PASSES = 6
"""Operations a weight and example: 2 forwards, 4 back."""


def measured() -> Results:
    return stored("mnist")


def percent(row: str, data: str = "mnist") -> float:
    return 100 * accuracy(stored(data), row).mean


def printed_speedups() -> Values:
    """Divide the printed times; read how much faster 4 bits and the full stack were measured."""
    four = MILLISECONDS["dense"] / MILLISECONDS["INT4"]
    stack = MILLISECONDS["dense"] / MILLISECONDS["stack"]
    times = measured()["times"]
    packed, plain = (times[kind]["gptq"]["speedup"] for kind in ("one", "one, plain"))
    ours, ours_plain = (times[kind]["stack"]["speedup"] for kind in ("one", "one, plain"))
    assert 4 < four < stack < 5
    assert max(packed, plain, ours, ours_plain) < 0.6 * four
    assert abs(plain - 1) < 0.2
    return {
        "four": four,
        "stack": stack,
        "packed": packed,
        "plain": plain,
        "ours": ours,
        "ours_plain": ours_plain,
        "small": times["one, plain"]["small"]["speedup"],
        "thin": times["one, plain"]["thin"]["speedup"],
    }


def printed_reductions() -> Values:
    """Compute the reductions that the printed numbers of parameters give; count our own rows."""
    dense = PARAMETERS["dense"]
    cut = {name: 1 - n / dense for name, n in PARAMETERS.items()}
    assert all(abs(share - 0.6) > 0.1 for share in cut.values())
    rows = measured()["rows"]
    assert rows["gptq"]["total"] == rows["dense"]["total"]
    return {
        "four": cut["INT4"],
        "stack": cut["stack"],
        "mixture": cut["mixture"],
        "total": rows["dense"]["total"],
        "ours": rows["stack"]["total"],
        "small": 1 - rows["small"]["total"] / rows["dense"]["total"],
    }


def chance_of_the_test_set() -> Values:
    """Compare the printed accuracies with what 10,000 test images can tell apart."""

    def z(a: float, b: float) -> float:
        return abs(b - a) / ((a * (1 - a) + b * (1 - b)) / TEST) ** 0.5

    low, high = z(0.982, 0.981), z(0.982, 0.987)
    assert low < 1 < 2.5 < high
    results = measured()
    change = {
        row: percent(row) - percent("dense") for row in ("moe", "gptq", "stack", "small-gptq")
    }
    assert all(abs(points) < 0.7 for points in change.values())
    return {
        "error": 100 * (0.982 * 0.018 / TEST) ** 0.5,
        "low": low,
        "high": high,
        "dense": percent("dense"),
        "seeds": accuracy(results, "dense").n,
        **{row.replace("-", "_"): points for row, points in change.items()},
    }


def reachable() -> Values:
    """Read the accuracies of one dense network of that size after different training."""
    plain, dense = percent("plain"), percent("dense")
    rows = measured()["rows"]
    assert plain < dense
    assert max(percent(row) for row in rows) > 98.7
    best = max(rows, key=percent)
    epochs = [rows[row]["recipe"]["epochs"] for row in ("plain", "dense", best)]
    assert epochs[0] == epochs[1] < epochs[2], "only rows with equal epochs are compared"
    return {
        "plain": plain,
        "dense": dense,
        "best": percent(best),
        "best_epochs": epochs[2],
        "total": rows["dense"]["total"],
        "epochs": epochs[0],
    }


def sooner() -> Values:
    """Count steps, operations and seconds to the target, for the mixture and for dense."""
    results = measured()
    steps, operations, seconds = {}, {}, {}
    for row in ("dense", "moe", "small"):
        counted, clock = steps_to_target(results, row), seconds_to_target(results, row)
        assert counted is not None
        assert clock is not None
        steps[row], seconds[row] = counted.mean, clock
        operations[row] = counted.mean * results["rows"][row]["active"]
    ratios = [each["dense"] / each["moe"] for each in (steps, operations, seconds)]
    assert max(ratios) < 2.3
    return {
        "steps": steps["moe"],
        "dense_steps": steps["dense"],
        "by_steps": ratios[0],
        "by_operations": ratios[1],
        "by_clock": ratios[2],
        "small": seconds["dense"] / seconds["small"],
    }


def fashion() -> Values:
    """Read the accuracies of four rows on Fashion-MNIST, three seeds each."""
    found = {row: percent(row, "fashion") for row in ("dense", "moe", "gptq", "stack")}
    assert all(80 < right < 95 for right in found.values())
    return dict(found)


def hours_of_training() -> Values:
    """Count the operations of an epoch, and divide by what our training does in a second."""
    results = measured()
    numbers, batch = results["rows"]["dense"]["total"], results["settings"]["batch"]
    epoch = PASSES * numbers * 60_000
    speed = PASSES * numbers * batch / results["times"]["step"]["dense"]["seconds"]
    hours = 10_000 * epoch / speed / 3600
    rate = 0.01 / 60_000
    assert hours > 5
    return {"epoch": epoch / 1e9, "speed": speed / 1e9, "hours": hours, "rate": rate}
