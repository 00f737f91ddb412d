"""The feed-forward layer as a memory, and the tiny decoder that comes with the library."""

from importlib.resources import files

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ffnlib.datasets import prose
from ffnlib.language import Decoder
from ffnlib.language import _tiny_decoder as tiny_decoder
from ffnlib.language import key_value_memory as memory
from ffnlib.nn import VARIANTS, Block, FeedForward, softmax


@pytest.fixture(scope="module")
def tiny():
    return tiny_decoder.load_tiny_decoder()


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("variant", VARIANTS)
def test_the_sum_over_hidden_units_is_exact(variant, bias):
    ffn = FeedForward(6, 11, variant, rng=np.random.default_rng(0), bias=bias)
    x = np.random.default_rng(1).normal(size=(4, 6))
    terms = memory.memories(ffn, x)
    assert terms.shape == (4, 11, 6)
    assert_allclose(terms.sum(axis=1) + (ffn.down.b if bias else 0), ffn.forward(x), atol=1e-14)


def test_coefficients_are_the_keys_products():
    x = np.random.default_rng(1).normal(size=(4, 6))
    plain = FeedForward(6, 11, "relu", rng=np.random.default_rng(0))
    m = memory.coefficients(plain, x)
    assert_allclose(m, np.maximum(x @ memory.keys(plain)["up"].T, 0), rtol=1e-12)
    gated = FeedForward(6, 11, "bilinear", rng=np.random.default_rng(0))
    k = memory.keys(gated)
    assert_allclose(memory.coefficients(gated, x), (x @ k["gate"].T) * (x @ k["up"].T), rtol=1e-12)
    assert memory.values(gated).shape == (11, 6)
    assert np.shares_memory(memory.values(gated), gated.down.W)


@pytest.mark.parametrize("norm", ["rmsnorm", "layernorm"])
def test_a_pull_is_what_adding_the_value_does_to_the_logits(norm):
    """In the last block, a small step along v changes the logits by pull / s, but for the norm."""
    model = Decoder(9, 8, 1, 2, 12, 6, norm=norm, rng=np.random.default_rng(0))
    model.norm.gain[...] = np.random.default_rng(1).normal(1, 0.3, 8)
    h = np.random.default_rng(2).normal(size=8)
    v = memory.values(model.blocks[0].ffn)[3].copy()
    center = (lambda a: a - a.mean()) if norm == "layernorm" else (lambda a: a)
    direction = center(v) - center(h) * (center(h) @ center(v)) / (center(h) @ center(h))
    z = lambda a: model.head.forward(model.norm.forward(a))  # noqa: E731
    step = 1e-6
    changed = (z(h + step * direction) - z(h - step * direction)) / (2 * step)
    s = np.sqrt(np.mean(np.square(center(h))) + model.norm.eps)
    assert_allclose(
        changed - changed.mean(), memory.pull(model, direction) / s, rtol=1e-6, atol=1e-8
    )
    pulled = memory.pull(model, memory.values(model.blocks[0].ffn))
    assert pulled.shape == (12, 9)
    assert_allclose(pulled.mean(axis=1), 0, atol=1e-14)


def test_a_units_pull_orders_the_whole_vocabulary(tiny):
    model = tiny.model
    p = memory.pull_of_unit(model, 1, 4)
    assert sorted(p.characters) == sorted(model.vocabulary.characters)
    assert (np.diff(p.logits) <= 0).all()
    index = model.vocabulary.characters.index(p.characters[0])
    pulled = memory.pull(model, memory.values(model.blocks[1].ffn)[4])
    assert pulled[index] == pytest.approx(p.logits[0])


def test_triggers_are_where_the_unit_fires(tiny):
    model, text = tiny.model, tiny.held_out[:300]
    m = memory.activity(model, text, 1)
    assert m.shape == (300, model.blocks[1].ffn.d_ff)
    unit = int(m.max(axis=0).argmax())
    found = memory.triggers(model, text, 1, unit, n=4)
    assert [t.coefficient for t in found] == sorted(m[:, unit], reverse=True)[:4]
    for t in found:
        assert text[t.position + 1] == t.following
        assert text[: t.position + 1].endswith(t.before)
    # the first characters are read in one window from the beginning
    x = model.vocabulary.encode(" " + text[:9])[None]
    given = model.trace(x).blocks[1].ffn_input
    assert_allclose(m[:10], memory.coefficients(model.blocks[1].ffn, given)[0], rtol=1e-10)


def test_trained_values_push_what_follows_more_than_random_ones(tiny):
    """Geva et al.'s agreement, above chance in the trained model only, and in the last block."""
    random = tiny_decoder.untrained(tiny.model.vocabulary)
    text = tiny.held_out[:1500]
    chance = 3 / len(tiny.model.vocabulary)
    assert memory.agreement(tiny.model, text, 1).mean() > 2 * chance
    assert memory.agreement(random, text, 1).mean() < 2 * chance


def test_the_tiny_decoder_does_what_it_says(tiny):
    found = tiny.model.perplexity(tiny.held_out)
    assert found == pytest.approx(tiny.perplexity, rel=1e-6)
    untrained = tiny_decoder.untrained(tiny.model.vocabulary).perplexity(tiny.held_out)
    assert found < 0.1 * untrained
    assert found < 7
    single = tiny_decoder.load_tiny_decoder(np.float32)
    assert single.model.dtype == np.float32
    assert single.model.perplexity(tiny.held_out) == pytest.approx(found, rel=1e-4)
    assert (files("ffnlib") / "data" / "tiny_decoder.npz").stat().st_size <= 64_000
    words = tiny.model.sample(40, np.random.default_rng(0), "The softmax ", temperature=0.5)
    assert set(words) <= set(tiny.model.vocabulary.characters)


def test_a_written_decoder_is_read_again(tmp_path, monkeypatch):
    text = "a text about nothing, and nothing else. " * 20
    model = tiny_decoder.untrained(tiny_decoder.Vocabulary(text), seed=3)
    found = tiny_decoder.write(tmp_path / "t.npz", model, text[:100])
    monkeypatch.setattr(tiny_decoder, "_HOME", tmp_path / "t.npz")
    again = tiny_decoder.load_tiny_decoder()
    assert again.held_out == text[:100]
    assert again.perplexity == found == again.model.perplexity(text[:100])
    assert again.model.vocabulary.characters == model.vocabulary.characters
    for p, q in zip(again.model.parameters(), model.parameters(), strict=True):
        assert_allclose(p, q, rtol=1e-3, atol=1e-7)


def test_the_split_leaves_no_unknown_character():
    learned, kept = tiny_decoder.split("abc" * 30 + "abzc" * 2)
    assert "z" not in kept
    assert len(learned) == 88
    assert set(kept) <= set(learned)
    assert len(tiny_decoder.split("ab" * 100_000)[1]) == tiny_decoder.MOST


@pytest.mark.slow
def test_training_beats_the_untrained(tmp_path):
    """One pass over a part of the text, by the command's own functions."""
    text = prose()[:2000]
    learned, kept = tiny_decoder.split(text)
    model = tiny_decoder.train(learned)
    before = tiny_decoder.untrained(model.vocabulary).perplexity(kept)
    assert tiny_decoder.write(tmp_path / "t.npz", model, kept) < 0.25 * before


def test_questions_that_cannot_be_asked_are_named(tiny):
    model = tiny.model
    with pytest.raises(ValueError, match="layer must be from 0 to 1, got 2"):
        memory.activity(model, "a", 2)
    with pytest.raises(ValueError, match="unit must be from 0 to 95, got 96"):
        memory.pull_of_unit(model, 0, 96)
    with pytest.raises(TypeError, match="unit must be a whole number"):
        memory.triggers(model, "a", 0, 1.5)
    with pytest.raises(ValueError, match=r"vectors must have d_model=32 numbers"):
        memory.pull(model, np.zeros(5))
    bare = Decoder(5, 8, 1, 2, 8, 4, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="decoder must have a vocabulary"):
        memory.pull_of_unit(bare, 0, 0)
    bare.blocks[0].ffn = Block(8, 2, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="layer 0 has no FeedForward but Block"):
        memory.pull_of_unit(bare, 0, 0)


def test_probabilities_of_the_tiny_decoder_follow_from_its_stream(tiny):
    """The logits are the head of the normed stream: what ``pull`` takes for granted."""
    x = tiny.model.vocabulary.encode(tiny.held_out[:20])[None]
    trace = tiny.model.trace(x)
    stream = trace.blocks[-1].y
    logits = tiny.model.head.forward(tiny.model.norm.forward(stream))
    assert_allclose(softmax(logits), softmax(trace.logits), rtol=1e-10)
