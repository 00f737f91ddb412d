"""The experiments: counting, learning to a target, resuming, the command, the stored results."""

import json
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.errors import DataUnavailableError
from ffnlib.experiments import (
    ROWS,
    SETTINGS,
    Study,
    images,
    learn,
    merge,
    names,
    plain_form,
    results_of,
    run,
    size_of,
    wanted,
    with_bases,
)
from ffnlib.experiments import _command as command
from ffnlib.experiments import _results as file
from ffnlib.experiments import _settings as settings
from ffnlib.nn import count_parameters, dense_slots
from ffnlib.production import time_in_turns
from ffnlib.quantization import QuantizedLinear, model_nbytes

DIGITS = SETTINGS["digits"]
TINY = replace(DIGITS, epochs=1, adapter_epochs=1, rounds=1, calibration=64)


@pytest.fixture
def tiny(monkeypatch):
    """Make the digits' recipes so short that a study takes no time."""
    monkeypatch.setitem(SETTINGS, "digits", TINY)


def steps_counted(kept=None):
    """A study that counts the steps of training it takes."""
    taken = []
    return Study("digits", kept, lambda: taken.append(1)), taken


def silent(line):
    pass


def add(study, results, rows=None, seeds=1, save=silent):
    return run(study, results, wanted(study.settings, rows, seeds), save, silent)


# ---- timing


def test_candidates_are_timed_in_turns_with_another_one_first_each_round():
    called = []
    timings = time_in_turns(
        {"a": lambda: called.append("a"), "b": lambda: called.append("b")}, rounds=2, repeats=2
    )
    assert called == list("ab" + "aabb" + "bbaa")
    assert timings["a"].speedup["a"] == 1
    assert timings["a"].speedup["b"] > 0 < timings["b"].median


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(({}, 3), "at least one thing"), (({"a": int}, 0), "rounds must be at least 1"),
     (({"a": int}, 1, 0), "repeats must be at least 1")],
)  # fmt: skip
def test_timing_nothing_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        time_in_turns(*arguments)


# ---- rows


@pytest.mark.parametrize("data", SETTINGS)
def test_numbers_are_counted_by_hand(data):
    s = SETTINGS[data]
    sizes = {}
    for name in ("dense", "small", "moe", "moe-8"):
        model = ROWS[name].begin(s, 0, None)
        sizes[name] = size_of(model)
        assert sizes[name].total == model.num_parameters
        assert sizes[name].stored == model_nbytes(model) == 4 * model.num_parameters
    assert sizes["dense"].total == count_parameters([s.d_in, *s.hidden, 10])
    assert sizes["small"].active == count_parameters([s.d_in, *s.small, 10])
    for name, mixture in (("moe", s.four), ("moe-8", s.eight)):
        d, wide, experts, k = mixture
        expert = 2 * d * wide + wide + d
        shared = (s.d_in + 1) * d + d * experts + (d + 1) * 10
        assert sizes[name].total == shared + experts * expert
        assert sizes[name].active == shared + k * expert


def test_each_row_comes_after_its_base_and_brings_it_along():
    order = list(ROWS)
    for name, row in ROWS.items():
        assert row.base is None or order.index(row.base) < order.index(name)
        assert row.recipe is not None or row.base is not None
    assert with_bases(["stack", "small-gptq"], DIGITS) == ["moe", "small", "stack", "small-gptq"]
    assert "distorted" not in names(DIGITS)
    assert "thin-distorted" in names(SETTINGS["mnist"])
    with pytest.raises(ValueError, match=r"rows must be among plain, dense.*got 'distorted'"):
        with_bases(["distorted"], DIGITS)
    with pytest.raises(ValueError, match="base must be a trained network"):
        ROWS["gptq"].begin(DIGITS, 0, None)


@pytest.mark.parametrize("name", ["lora", "stack"])
def test_adapters_change_nothing_at_first_and_merge_into_plain_layers(name):
    base = ROWS[ROWS[name].base].begin(DIGITS, 0, None)
    model = ROWS[name].begin(DIGITS, 0, base)
    x = images("digits")[1].x[:50]
    assert_array_equal(model.forward(x), base.forward(x))
    before = [p.copy() for p in base.parameters()]
    rng = np.random.default_rng(0)
    for p in model.parameters():
        p += rng.normal(scale=0.1, size=p.shape).astype(p.dtype)
    plain = merge(model)
    assert np.abs(model.forward(x) - base.forward(x)).max() > 0.1
    assert_allclose(plain.forward(x), model.forward(x), rtol=1e-4, atol=1e-4)
    assert size_of(plain).total == size_of(base).total
    assert size_of(model).total == size_of(base).total + model.num_parameters
    assert_array_equal(np.concatenate([p.ravel() for p in before]),
                       np.concatenate([p.ravel() for p in base.parameters()]))  # fmt: skip


@pytest.mark.usefixtures("tiny")
def test_rows_in_four_bits_keep_nothing_but_packed_layers():
    study = Study("digits")
    for name in ("gptq", "stack", "small-gptq", "thin"):
        model = study.finished(name, 0)
        layers = [slot.layer for slot in dense_slots(model).values()]
        assert all(isinstance(layer, QuantizedLinear) and layer.bits == 4 for layer in layers)
        size = size_of(model)
        assert size.stored == sum(layer.nbytes for layer in layers)
        assert 4 < 8 * size.stored / size.total < 6.5  # steps and biases counted, small layers
        x = study.test.x[:20]
        assert_allclose(plain_form(model).forward(x), model.forward(x), rtol=1e-3, atol=1e-3)
        assert study.measure(name, 0)[0]["trained"] == (
            0 if name != "stack" else study.trained("stack", 0)[0].num_parameters
        )


# ---- learning


def test_looking_at_the_target_changes_nothing_that_is_learned():
    train, test = images("digits")
    weights, found = [], []
    for timed in (True, False):
        model = ROWS["small"].begin(DIGITS, 0, None)
        recipe = ROWS["small"].recipe(DIGITS)._replace(epochs=2, timed=timed)
        easy = replace(DIGITS, target=0.2)
        found.append(learn(model, recipe, easy, train, test, 0, lambda: None))
        weights.append(np.concatenate([p.ravel() for p in model.parameters()]))
    assert_array_equal(*weights)
    assert found[0].steps == found[1].steps == 2 * 9
    assert found[1].to_target is None
    assert found[0].to_target % DIGITS.every == 0 < found[0].to_target


def test_a_target_out_of_reach_is_not_reached():
    train, test = images("digits")
    model = ROWS["small"].begin(TINY, 0, None)
    learned = learn(model, ROWS["small"].recipe(TINY), TINY, train, test, 0, lambda: None)
    assert learned.to_target is None


# ---- the study


@pytest.mark.usefixtures("tiny")
def test_an_interrupted_study_goes_on_where_it_was(tmp_path):
    rows = ["plain", "lora", "small", "small-gptq"]
    whole = results_of(Study("digits"), seeds=1, rows=rows)

    def stop(results):
        file.write(results, tmp_path / "r.json")
        if "small" in results["rows"]:
            raise KeyboardInterrupt

    study, taken = steps_counted(tmp_path / "kept")
    with pytest.raises(KeyboardInterrupt):
        add(study, file.empty("digits", "c"), rows, save=stop)
    assert len(taken) == study.steps("plain") + study.steps("small")
    study, taken = steps_counted(tmp_path / "kept")
    results = add(study, file.read(tmp_path / "r.json"), rows)
    assert len(taken) == study.steps("lora")
    for name in rows:
        ours, theirs = results["rows"][name], whole["rows"][name]
        assert ours["runs"]["0"]["accuracy"] == theirs["runs"]["0"]["accuracy"]
        assert {**ours, "runs": 0} == {**theirs, "runs": 0}
    assert set(results["times"]["one"]) == set(rows)
    assert set(results["times"]["step"]) == {"plain", "small"}


@pytest.mark.usefixtures("tiny")
def test_a_network_kept_without_its_result_is_trained_again(tmp_path):
    study, _ = steps_counted(tmp_path)
    study.trained("small", 0)
    study, taken = steps_counted(tmp_path)
    results = add(study, file.empty("digits", "c"), ["small"])
    assert len(taken) == study.steps("small")
    assert results["rows"]["small"]["runs"]["0"]["training_seconds"] is not None


def test_a_small_part_done_again_gives_what_is_stored():
    results, study = file.stored("digits"), Study("digits")
    for name in ("plain", "moe", "lora", "gptq", "thin"):
        shared, one = study.measure(name, 1)
        kept = results["rows"][name]
        assert {k: kept[k] for k in shared} == json.loads(json.dumps(shared))
        there = kept["runs"]["1"]
        # other processors add in another order: an image or two may be read in another way
        assert one["accuracy"] == pytest.approx(there["accuracy"], abs=6 / len(study.test.y))
        assert one["steps"] == there["steps"]
        if there["to_target"] is None:
            assert one["to_target"] is None
        else:
            assert abs(one["to_target"] - there["to_target"]) <= 5 * DIGITS.every


@pytest.mark.parametrize("data", SETTINGS)
def test_stored_results_are_complete_and_of_the_present_settings(data):
    results = file.stored(data)
    assert results["settings"] == json.loads(json.dumps(SETTINGS[data].as_json()))
    assert results["command"].endswith(f"python -m ffnlib.experiments --data {data} --seeds 3")
    assert list(results["rows"]) == names(SETTINGS[data])
    assert results["machine"]["processor"]
    assert results["versions"]["numpy"]
    for name, row in results["rows"].items():
        assert list(row["runs"]) == ["0", "1", "2"]
        right = file.accuracy(results, name)
        assert right.n == 3
        assert 0.75 < right.mean < 1
        assert 0 <= right.error < 0.02
        assert row["active"] <= row["total"]
        for kind in ("one", "batch", "one, plain", "batch, plain"):
            assert results["times"][kind][name]["seconds"] > 0
        assert results["times"]["one"]["dense"]["speedup"] == 1
        assert (row["base"] is None) == (name in results["times"]["step"])


# ---- the file


def test_estimates():
    mean, error, n = file.estimate([1.0, 2.0, 6.0])
    assert (mean, n) == (3.0, 3)
    assert error == pytest.approx((7 / 3) ** 0.5)  # s² = 14/2, over 3
    assert np.isnan(file.estimate([1.0]).error)
    with pytest.raises(ValueError, match="at least one number"):
        file.estimate([])
    with pytest.raises(ValueError, match=r"row must be one of plain.*got 'nonsense'"):
        file.accuracy(file.stored("digits"), "nonsense")
    with pytest.raises(ValueError, match="data must be one of digits, mnist, fashion"):
        file.stored("letters")
    with pytest.raises(ValueError, match="data must be one of digits, mnist, fashion"):
        settings.named("letters")


def test_seconds_to_the_target_are_steps_times_the_time_of_a_step():
    results = file.stored("digits")
    steps, seconds = (
        file.steps_to_target(results, "dense"),
        file.seconds_to_target(results, "dense"),
    )
    assert seconds == pytest.approx(steps.mean * results["times"]["step"]["dense"]["seconds"])
    assert file.steps_to_target(results, "gptq") is None
    assert file.seconds_to_target(results, "gptq") is None


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"format": "other"}'])
def test_a_damaged_file_is_named(tmp_path, text):
    path = tmp_path / "r.json"
    path.write_text(text)
    with pytest.raises(file.UnusableResultsError, match=r"r\.json"):
        file.read(path)


def test_results_of_another_study_are_not_mixed_in(tmp_path):
    fresh = file.empty("digits", "c")
    file.check_same_study(json.loads(json.dumps(fresh)), fresh, tmp_path)
    old = json.loads(json.dumps(fresh))
    old["settings"]["epochs"] = 1
    with pytest.raises(file.UnusableResultsError, match=r"another settings \(epochs: 1, now"):
        file.check_same_study(old, fresh, tmp_path)


# ---- the command


@pytest.mark.usefixtures("tiny")
def test_the_command_writes_a_file_and_has_nothing_to_do_the_second_time(tmp_path, capsys):
    out = tmp_path / "r.json"
    line = ["--seeds", "1", "--rows", "small", "dense", "--out", str(out)]
    assert command.main(line) == 0
    said = capsys.readouterr().out
    assert "small dense" in said
    assert "dense, seed 0" in said
    first = file.read(out)
    assert list(first["rows"]) == ["dense", "small"]
    assert first["settings"]["epochs"] == 1
    assert command.main(line) == 0
    assert "seed 0" not in capsys.readouterr().out
    assert file.read(out) == first


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["--rows", "distorted"], "rows must be among plain"),
        (["--out", "nowhere/r.json"], "nowhere"),
    ],
)
def test_the_command_says_what_is_wrong(line, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert command.main(line) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


@pytest.mark.parametrize("line", [["--seeds", "0"], ["--data", "letters"], ["--rows", "nonsense"]])
def test_the_command_refuses_what_there_is_not(line, capsys):
    with pytest.raises(SystemExit) as stopped:
        command.main(line)
    assert stopped.value.code == 2
    assert line[1] in capsys.readouterr().err


def test_the_command_says_that_images_are_missing(tmp_path, monkeypatch, capsys):
    def missing(split):
        raise DataUnavailableError(f"no {split} images; set FFN_DATA")

    monkeypatch.setattr(settings.datasets, "mnist", missing)
    assert command.main(["--data", "mnist", "--out", str(tmp_path / "r.json")]) == 2
    assert "set FFN_DATA" in capsys.readouterr().err


@pytest.mark.usefixtures("tiny")
def test_without_tqdm_there_are_lines(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, "tqdm", None)
    out = str(tmp_path / "r.json")
    assert command.main(["--seeds", "1", "--rows", "small", "--out", out]) == 0
    assert "9 steps of training\nsmall, seed 0: " in capsys.readouterr().out
