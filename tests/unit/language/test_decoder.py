"""The decoder of characters: shapes, gradients, training, reading and writing."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from numpy.testing import assert_allclose

from ffnlib.language import CharLM, Decoder, Vocabulary
from ffnlib.nn import TransformerConfig, cross_entropy
from ffnlib.training import Adam, fit, gradcheck, train_step

TEXT = "the cat sat on the mat. the dog sat on the log. " * 8


def small(text=TEXT, seed=0, **kwargs):
    settings = {
        "d_model": 8, "n_layers": 2, "n_heads": 2, "d_ff": 12, "context": 10, **kwargs,
    }  # fmt: skip
    return Decoder(Vocabulary(text), rng=np.random.default_rng(seed), **settings)


@pytest.mark.parametrize(
    "settings", [{}, {"norm": "layernorm", "variant": "gelu", "n_kv_heads": 1, "n_layers": 1}]
)
def test_gradients_agree_with_finite_differences(settings):
    model = small("a cat sat", d_model=4, d_ff=6, context=6, **settings)
    x, y = model.examples("a cat sat")

    def loss(_):
        value, g = cross_entropy.with_gradient(model.forward(x, training=True), y)
        model.backward(g)
        return value, model.named_gradients()

    check = gradcheck(  # the step is small because the curvature is large
        loss, model.named_parameters(), step=2e-6, sample=8, rng=np.random.default_rng(9)
    )
    assert check, str(check)


def test_it_is_the_same_model_in_pytorch():
    """Written once more, with PyTorch's own pieces: logits, loss and all gradients."""
    model = small(n_kv_heads=1)
    x, y = (part[:40:8] for part in model.examples(TEXT))
    p = {n: torch.tensor(a, requires_grad=True) for n, a in model.named_parameters().items()}
    angles = torch.outer(
        torch.arange(10.0, dtype=torch.float64),
        1e4 ** (-torch.arange(2.0, dtype=torch.float64) / 2),
    )
    turn = torch.polar(torch.ones_like(angles), angles)

    def heads(h, name):
        a = (h @ p[name].T).view(len(x), 10, -1, 4).transpose(1, 2)
        if name.endswith("value.W"):
            return a
        z = torch.complex(a[..., :2], a[..., 2:]) * turn
        return torch.cat([z.real, z.imag], dim=-1)

    h = p["embedding.W"][torch.tensor(x)]
    for i in range(2):
        b = f"blocks.{i}."
        n = F.rms_norm(h, (8,), p[b + "norm1.gain"], 1e-6)
        q, k, v = (heads(n, f"{b}attention.{part}.W") for part in ("query", "key", "value"))
        o = F.scaled_dot_product_attention(q, k.expand_as(q), v.expand_as(q), is_causal=True)
        h = h + o.transpose(1, 2).reshape(len(x), 10, 8) @ p[b + "attention.output.W"].T
        n = F.rms_norm(h, (8,), p[b + "norm2.gain"], 1e-6)
        h = (
            h
            + (F.silu(n @ p[b + "ffn.gate.W"].T) * (n @ p[b + "ffn.up.W"].T))
            @ p[b + "ffn.down.W"].T
        )
    logits = F.rms_norm(h, (8,), p["norm.gain"], 1e-6) @ p["head.W"].T
    loss = F.cross_entropy(logits.flatten(0, 1), torch.tensor(y).flatten())
    loss.backward()

    ours = model.forward(x, training=True)
    value, g = cross_entropy.with_gradient(ours, y)
    model.backward(g)
    assert_allclose(ours, logits.detach().numpy(), rtol=1e-11, atol=1e-13)
    assert value == pytest.approx(loss.item(), rel=1e-13)
    for name, gradient in model.named_gradients().items():
        assert_allclose(gradient, p[name].grad.numpy(), rtol=1e-10, atol=1e-14, err_msg=name)


def test_parameters_are_counted_and_named():
    model = small()
    v = len(model.vocabulary)
    assert model.num_parameters == 2 * v * 8 + 2 * (4 * 64 + 3 * 8 * 12 + 16) + 8
    names = list(model.named_parameters())
    assert names[0] == "embedding.W"
    assert names[-2:] == ["norm.gain", "head.W"]
    assert "blocks.1.ffn.gate.W" in names


@pytest.mark.parametrize("norm", ["rmsnorm", "layernorm"])
def test_parameters_are_those_that_a_config_counts(norm):
    """The counts of the published models and this one come from the same formula."""
    model = Decoder(
        50, 16, 3, 4, 24, 8, "geglu", n_kv_heads=2, norm=norm, rng=np.random.default_rng(0)
    )
    config = TransformerConfig("small", 16, 3, 4, 2, 24, 50, "geglu", norm=norm)
    assert model.num_parameters == config.total


def test_what_comes_later_changes_nothing():
    model = small()
    x = np.arange(10)[None]
    logits = model.forward(x)
    assert logits.shape == (1, 10, len(model.vocabulary))
    assert_allclose(model.forward(x[:, :4]), logits[:, :4], rtol=1e-12)
    x[0, 6] = 0
    assert_allclose(model.forward(x)[:, :6], logits[:, :6], rtol=1e-12)


def test_examples_are_windows_shifted_by_one():
    model = small(context=3)
    x, y = model.examples("the cat")
    decode = model.vocabulary.decode
    shown = [(decode(a), decode(b)) for a, b in zip(x, y, strict=True)]
    assert shown == [(" th", "the"), ("the", "he "), ("he ", "e c"), ("e c", " ca"), (" ca", "cat")]
    assert len(model.examples("the cat", stride=2)[0]) == 3


def test_it_learns_a_text_by_heart_in_float32():
    model = small(d_model=16, d_ff=32, context=16, dtype=np.float32)
    before = model.perplexity(TEXT)
    history = fit(
        model,
        model.examples(TEXT, stride=3),
        rng=np.random.default_rng(1),
        epochs=12,
        batch_size=16,
        optimizer=Adam(model.parameters(), learning_rate=0.01),
        validation=model.examples(TEXT, stride=16),
    )
    assert before > 8
    assert model.perplexity(TEXT) < 1.3
    assert history.validation_loss[-1] < 0.3 * history.validation_loss[0]
    assert all(p.dtype == np.float32 for p in model.parameters())
    assert "sat on the " in model.sample(60, np.random.default_rng(2), "the cat", temperature=0.3)


def test_it_sees_further_than_charlm():
    """Which of two words follows depends on a letter twelve places before."""
    rng = np.random.default_rng(3)
    text = "".join(f"{c}........... {c * 3}. " for c in rng.choice(list("ab"), 60))
    near = CharLM(
        Vocabulary(text), 8, 4, (16,), rng=np.random.default_rng(0), dtype=np.float32
    )  # fmt: skip
    far = small(text, d_model=16, d_ff=24, context=20, dtype=np.float32)
    for model, batch in ((near, 64), (far, 16)):
        data = model.examples(text)
        optimizer = Adam(model.parameters(), learning_rate=0.01)
        fit(
            model,
            data,
            rng=np.random.default_rng(4),
            epochs=5,
            batch_size=batch,
            optimizer=optimizer,
        )
    told = text[:13]
    other = "ab"["ab".index(text[0]) - 1]
    index = far.vocabulary.characters.index
    p = [model.next_probabilities(told)[[index(text[0]), index(other)]] for model in (near, far)]
    assert p[0].max() < 0.9  # it cannot know
    assert p[1][0] > 0.9


def test_reading_equals_one_window_where_that_is_enough():
    model = small(context=12)
    text = TEXT[:12]
    logits = model.forward(model.vocabulary.encode(" " + text[:-1])[None])[0]
    expected = np.log(np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True))
    told = expected[np.arange(12), model.vocabulary.encode(text)]
    assert_allclose(model.log_probabilities(text), told, rtol=1e-10)
    assert model.perplexity(text) == pytest.approx(np.exp(-told.mean()))
    assert model.log_probabilities("t").shape == (1,)


def test_every_character_of_a_long_text_is_predicted_from_half_a_context():
    model = small(context=6)
    text = TEXT[:29]
    ids = model.vocabulary.encode(" " + text)
    log_p = model.log_probabilities(text)
    for i in range(29):
        options = []
        for start in range(max(0, i - 5), min(i if i < 3 else i - 3, 23) + 1):
            z = model.forward(ids[None, start : i + 1])[0, -1]
            options.append(z[ids[i + 1]] - np.log(np.exp(z).sum()))
        assert np.abs(np.array(options) - log_p[i]).min() < 1e-10, i


def test_a_model_that_knows_nothing_hesitates_between_all():
    model = small()
    model.head.W[...] = 0
    assert model.perplexity(TEXT) == pytest.approx(len(model.vocabulary))
    assert model.next_probabilities("the").sum() == pytest.approx(1)


def test_sampling_repeats_from_a_seed():
    model = small()
    first = model.sample(30, np.random.default_rng(5), prompt=TEXT)
    assert first == model.sample(30, np.random.default_rng(5), prompt=TEXT)
    assert len(first) == 30
    assert set(first) <= set(model.vocabulary.characters)


def test_trace_agrees_with_forward():
    model = small()
    x, _ = model.examples(TEXT)
    trace = model.trace(x[:3])
    assert_allclose(trace.logits, model.forward(x[:3]), rtol=1e-12)
    assert len(trace.blocks) == 2
    np.testing.assert_array_equal(trace.blocks[0].y, trace.blocks[1].x)


def test_a_character_that_did_not_occur_gets_no_gradient():
    model = small()
    x, y = model.examples("the the the")
    train_step(model, Adam(model.parameters()), x, y)
    g = model.named_gradients()["embedding.W"]
    used = [c in "the " for c in model.vocabulary.characters]
    assert (g.any(axis=1) == used).all()


def test_save_and_load_keep_the_model(tmp_path):
    model, other = small(), small(seed=7)
    model.save(tmp_path / "m.npz")
    other.load(tmp_path / "m.npz")
    x, _ = model.examples(TEXT)
    np.testing.assert_array_equal(model.forward(x[:2]), other.forward(x[:2]))


def test_bad_input_is_named():
    model = small()
    with pytest.raises(ValueError, match=r"seq from 1 to context=10, got \(1, 11\)"):
        model.forward(np.zeros((1, 11)))
    for x in (np.zeros(4), np.zeros((0, 4)), np.zeros((1, 0))):
        with pytest.raises(ValueError, match=r"x must have shape \(batch, seq\)"):
            model.forward(x)
    with pytest.raises(ValueError, match="whole numbers from 0 to"):
        model.forward([[0.5]])
    with pytest.raises(ValueError, match="whole numbers from 0 to"):
        model.forward([[0, 99]])
    with pytest.raises(RuntimeError, match="call forward"):
        model.backward(np.zeros((1, 2, 3)))
    with pytest.raises(RuntimeError, match="no gradients yet"):
        model.gradients()
    model.forward([[0, 1]], training=True)
    with pytest.raises(ValueError, match="g must have the logits' shape"):
        model.backward(np.zeros((1, 2, 3)))
    with pytest.raises(ValueError, match="at least context=10 characters, got 3"):
        model.examples("the")
    with pytest.raises(ValueError, match="at least one character"):
        model.perplexity("")
    with pytest.raises(ValueError, match="'Z', which is not in the vocabulary"):
        model.perplexity("catZ")
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="norm must be one of"):
        Decoder(5, norm="none", rng=rng)
    with pytest.raises(ValueError, match="vocabulary must be at least 1"):
        Decoder(0, rng=rng)
    with pytest.raises(TypeError, match="rng must be"):
        Decoder(5, rng=None)
    with pytest.raises(ValueError, match="without a vocabulary"):
        Decoder(5, rng=rng).sample(1, rng)
