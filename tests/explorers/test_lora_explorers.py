"""The explorers of the chapter on LoRA, against the library, by hand, and at their edges."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ffnlib.explorers.lora import low_rank, training
from ffnlib.explorers.lora.low_rank import (
    D_IN,
    D_OUT,
    TARGETS,
    share_right,
    target_matrix,
    tuned,
    turn,
)
from ffnlib.explorers.lora.training import (
    ALPHAS,
    BAKED,
    LAST,
    RANKS,
    RATES,
    begin,
    points,
    pretrained,
    step,
)
from ffnlib.explorers.lora.training import copy as copy_training
from ffnlib.figures import Bars, HeatMap, Line, Scatter
from ffnlib.nn import cross_entropy
from ffnlib.training import Replay
from tests.explored import marks

# ---- what fits into a few ranks


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("rank", [1, 4, 31, 32])
def test_the_three_pictures_add_up_and_the_rank_is_the_rank(target, rank):
    scene = low_rank(target=target, rank=rank)
    W, best, missing = (np.asarray(m.z) for m in marks(scene, HeatMap))
    assert_allclose(np.linalg.norm(W), 1, rtol=1e-12)
    assert_allclose(best + missing, W, atol=1e-12)
    assert np.linalg.matrix_rank(best, tol=1e-9) <= rank
    U, sigma, Vt = np.linalg.svd(W)
    assert_allclose(best, (U[:, :rank] * sigma[:rank]) @ Vt[:rank], atol=1e-9)
    (dot,) = marks(scene, Scatter)
    assert_allclose(dot.y[0], np.linalg.norm(missing), atol=1e-9)
    assert dot.x[0] == rank * (D_IN + D_OUT)
    left_out, kept = marks(scene, Bars)
    both = np.asarray(left_out.values)
    both[: rank + 1] += kept.values
    assert_allclose(both[1:], sigma, atol=1e-12)


def test_spectra_are_as_different_as_they_should_be():
    shares = {}
    for target in TARGETS:
        sigma = np.linalg.svd(target_matrix(target), compute_uv=False)
        shares[target] = (sigma[:3] ** 2).sum()
    assert shares["three patterns"] > 0.95
    assert shares["noise"] < 0.3 < shares["trained"] < shares["ring"]


def test_the_trained_update_is_real_and_more_ranks_read_more_digits():
    before, model, turned = tuned()
    assert not np.array_equal(before, model.layers[0].W)
    whole = np.mean(model.predict(turned.x) == turned.y)
    assert share_right(D_OUT) == whole > 0.8
    assert share_right(1) < share_right(8) < whole + 0.02
    assert_allclose(turn(turned).x[0].reshape(8, 8), np.rot90(turned.x[0].reshape(8, 8)))


# ---- training live


def run(steps, rank=4, alpha=4.0, rate=0.03, start="B zero"):
    state = begin(rank, alpha, rate, start)
    for _ in range(steps):
        step(state)
    return state


def test_the_old_network_knows_the_old_points_and_not_the_turned_ones():
    x, turned, y = points()
    model = pretrained()
    assert np.mean(model.predict(x) == y) > 0.98
    assert np.mean(model.predict(turned) == y) < 0.5
    assert_allclose(turned, x @ np.array([[0, 1], [-1, 0]]))


def test_the_base_stays_and_the_adapter_learns():
    state = run(150)
    for part, before in zip(state.adapted.layers, pretrained().layers, strict=True):
        assert part.base.W.tobytes() == before.W.tobytes()
        assert part.base.b.tobytes() == before.b.tobytes()
    first, last = state.moments[0], state.moments[-1]
    assert last.loss < first.loss / 10
    assert last.right > first.right + 0.4
    assert state.adapted.num_parameters == 4 * (16 + 16)


@pytest.mark.parametrize(
    ("start", "zero"),
    [("B zero", (True, False)), ("A zero", (False, True)), ("both zero", (True, True)),
     ("both random", (False, False))],
)  # fmt: skip
def test_which_gradient_is_zero_at_the_start(start, zero):
    state = run(0, start=start)
    norms = state.moments[0].norms
    assert tuple(norm == 0 for norm in norms) == zero
    assert state.layer.adapter.delta().any() == (start == "both random")


def test_nothing_moves_with_both_factors_zero():
    state = run(20, start="both zero")
    assert not state.layer.A.any()
    assert not state.layer.B.any()
    assert "nothing has moved" in training(steps=20, start="both zero").text
    full = run(20).moments[-1]
    assert state.moments[-1].full_loss == full.full_loss


def test_what_is_shown_is_the_run():
    scene, state = training(steps=12, rank=2), run(12, rank=2)
    surface, B, A, delta, W = (np.asarray(m.z) for m in marks(scene, HeatMap))
    assert_allclose(delta[::-1], 2.0 * B[::-1] @ A[::-1], atol=1e-12)
    assert_allclose(A[::-1], state.layer.A, atol=1e-12)
    assert_allclose(W[::-1], pretrained().layers[1].W)
    assert np.abs(surface).max() <= 1
    _, turned, y = points()
    loss = cross_entropy(state.adapted.forward(turned), y)
    curve = next(line for line in marks(scene, Line) if line.label == "adapter")
    assert_allclose(curve.y[-1], loss, rtol=1e-12)
    assert f"{100 * state.moments[-1].right:.3g} %" in scene.text


def test_a_run_can_be_rewound_and_played_again():
    replay = Replay(begin, step, every=5, copy=copy_training)
    key = (4, 4.0, 0.03, "B zero")
    far = list(replay.at(key, 23).moments)
    back = list(replay.at(key, 7).moments)
    assert back == far[:8]
    assert replay.at(key, 23).moments == far == run(23).moments


def test_choices_reach_the_run():
    assert (4 in RANKS, 4 in ALPHAS, 0.03 in RATES) == (True, True, True)
    assert BAKED[-1] == LAST
    ends = {rank: run(300, rank=rank).moments[-1].loss for rank in (1, 16)}
    assert ends[16] < ends[1]
