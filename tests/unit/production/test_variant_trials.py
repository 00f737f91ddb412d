"""The classifier round one feed-forward layer, its stored scores, and the explorer of luck."""

import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ffnlib.explorers.production import comparison
from ffnlib.explorers.production.comparison import SEEDS as STORED
from ffnlib.figures import Line, Scatter
from ffnlib.nn import VARIANTS, FFNClassifier, cross_entropy
from ffnlib.production import EXAMPLES, SETUPS, classifier, compare_paired, load_trials, trial
from ffnlib.training import gradcheck
from tests.explored import marks

rng = np.random.default_rng


# ---- the classifier


@pytest.mark.parametrize("variant", VARIANTS)
def test_gradients(variant):
    model = FFNClassifier(5, 3, 4, 6, variant, rng=rng(0))
    x, y = rng(1).normal(size=(7, 5)), rng(2).integers(0, 3, 7)

    def loss(_):
        return cross_entropy(model.forward(x), y)

    g = cross_entropy.gradient(model.forward(x, training=True), y)
    gx = model.backward(g)
    assert gx.shape == x.shape
    result = gradcheck(loss, model.named_parameters(), model.named_gradients())
    assert result.ok, result
    for i, j in ((0, 0), (6, 4)):
        up, down = x.copy(), x.copy()
        up[i, j] += 1e-6
        down[i, j] -= 1e-6
        slope = cross_entropy(model.forward(up), y) - cross_entropy(model.forward(down), y)
        assert gx[i, j] == pytest.approx(slope / 2e-6, rel=1e-5, abs=1e-8)
    assert model.backward(g, inputs=False) is None


def test_it_is_what_the_equation_says_and_its_mistakes_are_named():
    model = FFNClassifier(5, 3, 4, rng=rng(0))
    x = rng(1).normal(size=(7, 5))
    h = x @ model.stem.W.T + model.stem.b
    u = h + model.ffn.forward(h)
    assert_allclose(model.forward(x), u @ model.head.W.T + model.head.b, atol=1e-14)
    assert model.num_parameters == 5 * 4 + 4 + model.ffn.num_parameters + 4 * 3 + 3
    assert "FFNClassifier(5, 3" in repr(model)
    with pytest.raises(RuntimeError, match="no step to go back"):
        model.backward(np.zeros((7, 3)))
    with pytest.raises(ValueError, match="at least one row"):
        model.forward(x[0], training=True)
    model.forward(x, training=True)
    with pytest.raises(ValueError, match=r"g must have shape \(7, 3\)"):
        model.backward(np.zeros((7, 4)))


# ---- the stored scores


def test_a_stored_trial_comes_out_again():
    stored = load_trials()
    for setup, seed in (("ReLU ½×", 0), ("SwiGLU", 39)):
        right, loss = trial(setup, seed)
        at = stored.setups.index(setup)
        assert np.abs(right - stored.right[at, seed]).max() <= 2  # sums may round differently
        assert_allclose(loss, stored.loss[at, seed], rtol=0.02)


def test_scores_are_whole_and_plausible():
    stored = load_trials()
    assert stored.right.shape == stored.loss.shape == (len(SETUPS), STORED, len(EXAMPLES))
    assert (stored.right <= np.array(EXAMPLES)).all()
    assert (np.diff(stored.right, axis=2) >= 0).all()
    assert (stored.loss > 0).all()
    assert stored.accuracy[..., -1].min() > 0.9
    assert_allclose(stored.scores("GELU", "loss", 25), stored.loss[1, :, 0])


def test_variants_are_of_equal_size():
    sizes = {name: classifier(name, rng(0)).num_parameters for name in SETUPS}
    equal = [size for name, size in sizes.items() if "×" not in name]
    assert max(equal) / min(equal) < 1.01
    for name, (variant, d_ff) in SETUPS.items():
        assert classifier(name, rng(0)).ffn.variant == variant
        assert classifier(name, rng(0)).ffn.d_ff == d_ff


def test_mistakes_are_named():
    with pytest.raises(ValueError, match="setup must be one of ReLU, GELU"):
        classifier("relu", rng(0))
    with pytest.raises(ValueError, match="setup must be one of"):
        load_trials().scores("relu")
    with pytest.raises(ValueError, match="examples must be one of 25, 50"):
        load_trials().scores("ReLU", examples=10)
    with pytest.raises(ValueError, match="signal must be one of accuracy, loss"):
        load_trials().scores("ReLU", "speed")


# ---- the explorer


@pytest.mark.parametrize(("seeds", "signal"), [(5, "digits read"), (40, "loss")])
def test_picture_and_sentence_are_the_comparison(seeds, signal):
    a, b = (
        load_trials().scores(s, "loss" if signal == "loss" else "accuracy")[:seeds]
        * (1 if signal == "loss" else 100)
        for s in ("GLU", "ReLU")
    )
    want = compare_paired(a, b)
    scene = comparison(first="GLU", seeds=seeds, signal=signal)
    assert_allclose(marks(scene, Scatter, 0)[1].y, a - b)
    lower, upper = (np.asarray(line.y) for line in marks(scene, Line, 1)[2:4])
    assert (lower[seeds - 2], upper[seeds - 2]) == pytest.approx(tuple(want.interval))
    told = "that is more than chance" in scene.text
    assert told == want.interval.excludes_zero
    assert told != ("that may be chance" in scene.text)


def test_what_the_links_of_the_chapter_promise():
    assert "worse" in comparison().text
    assert "that may be chance" in comparison().text
    assert "better" in comparison(seeds=40).text
    assert "that may be chance" in comparison(seeds=40).text
    wide = comparison(first="ReLU 16×", seeds=40).text
    assert "that is more than chance" in wide
    glu = comparison(first="GLU", seeds=40).text
    assert "that is more than chance. Without pairs you could not tell" in glu
    few = comparison(first="ReLU ½×", examples=50, seeds=5).text
    assert "that may be chance" in few
    assert re.search(r"takes (\d+) seeds", comparison().text)
