"""Runs repeat exactly, however one moves through them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnlib._base.patience import limited
from ffnlib.errors import UnfinishedError
from ffnlib.training import Replay

made = []


def begin(seed, size):
    made.append(seed)
    return {"rng": np.random.default_rng(seed), "x": np.zeros(size)}


def step(state):
    state["x"] = 0.9 * state["x"] + state["rng"].normal(size=len(state["x"]))


def straight(seed, steps):
    state = begin(seed, 3)
    for _ in range(steps):
        step(state)
    return state["x"]


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.integers(0, 60)), max_size=12))
def test_any_walk_through_a_run_gives_the_states_of_the_straight_run(walk):
    replay = Replay(begin, step, every=3, keep=4)
    for seed, steps in walk:
        np.testing.assert_array_equal(replay.at((seed, 3), steps)["x"], straight(seed, steps))


def test_playing_on_does_not_begin_again():
    replay = Replay(begin, step)
    made.clear()
    for steps in range(0, 500, 10):
        replay.at((7, 2), steps)
    replay.at((7, 2), 130)
    assert made == [7]


def test_going_back_to_the_settings_of_before_does_not_begin_again():
    replay = Replay(begin, step, runs=2)
    replay.at((1, 3), 20)
    replay.at((2, 3), 20)
    made.clear()
    for seed in (1, 2, 1):
        np.testing.assert_array_equal(replay.at((seed, 3), 30)["x"], straight(seed, 30))
    assert made == [1, 2, 1]  # the straight runs'
    replay.at((3, 3), 1)
    replay.at((2, 3), 1)
    assert made[3:] == [3, 2]


def test_a_run_without_time_says_how_far_it_is_and_goes_on():
    replay, shares = Replay(begin, step), []
    while True:
        try:
            with limited(0):
                state = replay.at((5, 3), 4)
            break
        except UnfinishedError as so_far:
            shares.append(so_far.share)
    assert shares == [0.25, 0.5, 0.75]
    np.testing.assert_array_equal(state["x"], straight(5, 4))


def test_checkpoints_stay_few():
    replay = Replay(begin, step, every=1, keep=8)
    replay.at((0, 2), 1000)
    assert len(replay._runs[(0, 2)].saved) <= 8


@pytest.mark.parametrize("steps", [-1, 1.5, True])
def test_steps_must_be_a_whole_number(steps):
    with pytest.raises((TypeError, ValueError), match="steps must be"):
        Replay(begin, step).at((0, 1), steps)
