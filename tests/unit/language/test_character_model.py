"""The character model and the n-gram table it is compared with."""

from hashlib import sha256

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ffnlib.datasets import _corpus as corpus
from ffnlib.language import CharLM, NGram, Vocabulary, full_table
from ffnlib.nn import cross_entropy
from ffnlib.training import Adam, fit, gradcheck

TEXT = "the cat sat on the mat. the dog sat on the log. " * 8


def small(text=TEXT, **kwargs):
    settings = {"context": 3, "d_embed": 4, "hidden": (8, 8), **kwargs}
    return CharLM(Vocabulary(text), rng=np.random.default_rng(0), **settings)


def test_the_courses_example_has_62288_parameters():
    model = CharLM(80, context=8, d_embed=32, hidden=(128, 128), rng=np.random.default_rng(0))
    assert model.num_parameters == 62_288
    assert [p.size for p in model.parameters()] == [2560, 32768, 128, 16384, 128, 10240, 80]


def test_examples_are_windows_that_end_before_their_target():
    model = small("abc")
    x, y = model.examples("abca")
    decode = model.vocabulary.decode
    shown = [(decode(row), decode(t)) for row, t in zip(x, y, strict=True)]
    assert shown == [("   ", "a"), ("  a", "b"), (" ab", "c"), ("abc", "a")]


@pytest.mark.parametrize("activation", ["tanh", "gelu"])
def test_gradients_agree_with_finite_differences(activation):
    model = small(activation=activation)
    x, y = (part[:40] for part in model.examples(TEXT))
    logits = model.forward(x, training=True)
    model.backward(cross_entropy.gradient(logits, y))
    check = gradcheck(
        lambda _: cross_entropy(model.forward(x), y),
        model.named_parameters(),
        analytic=model.named_gradients(),
        tolerance=1e-7,
    )
    assert check, str(check)


def test_a_character_that_did_not_occur_gets_no_gradient():
    model = small()
    x, y = model.examples("the the")
    model.backward(cross_entropy.gradient(model.forward(x, training=True), y))
    used = set("the ")
    for i, c in enumerate(model.vocabulary.characters):
        assert model.named_gradients()["E"][i].any() == (c in used)


def test_it_learns_a_text_by_heart():
    model = small(context=6, d_embed=8, hidden=(32, 32), dtype=np.float32)
    before = model.perplexity(TEXT)
    fit(
        model,
        model.examples(TEXT),
        rng=np.random.default_rng(1),
        epochs=20,
        batch_size=32,
        optimizer=Adam(model.parameters(), learning_rate=0.01),
    )
    assert before > 8
    assert model.perplexity(TEXT) < 1.5
    assert "the " in model.sample(
        60, np.random.default_rng(2), prompt="the cat sat", temperature=0.5
    )
    assert model.E.dtype == np.float32


def test_sampling_repeats_from_a_seed_and_follows_the_temperature():
    model = small()
    first = model.sample(30, np.random.default_rng(5))
    assert first == model.sample(30, np.random.default_rng(5))
    assert set(first) <= set(model.vocabulary.characters)
    cold = model.sample(20, np.random.default_rng(1), prompt="the", temperature=1e-9)
    assert cold == model.sample(20, np.random.default_rng(2), prompt="the", temperature=1e-9)


def test_probabilities_sum_to_one_and_do_not_depend_on_what_is_too_far_back():
    model = small()
    p = model.next_probabilities("on the mat")
    assert p.sum() == pytest.approx(1)
    np.testing.assert_array_equal(p, model.next_probabilities("mat"))


def test_bad_input_is_named():
    model = small()
    with pytest.raises(ValueError, match="'Z', which is not in the vocabulary"):
        model.examples("catZ")
    with pytest.raises(ValueError, match="whole numbers from 0 to"):
        model.forward([[0, 1, 99]])
    with pytest.raises(ValueError, match="whole numbers from 0 to"):
        model.forward([[0, 1, 0.5]])
    with pytest.raises(ValueError, match=r"shape \(batch, 3\), got \(1, 2\)"):
        model.forward([[0, 1]])
    with pytest.raises(RuntimeError, match="call forward"):
        model.backward(np.zeros((1, 5)))
    with pytest.raises(RuntimeError, match="no gradient yet"):
        model.gradients()
    with pytest.raises(ValueError, match="without a vocabulary"):
        CharLM(5, rng=np.random.default_rng(0)).sample(1, np.random.default_rng(0))


def test_save_and_load_keep_the_model(tmp_path):
    model, other = small(), CharLM(
        Vocabulary(TEXT), 3, 4, (8, 8), rng=np.random.default_rng(9)
    )  # fmt: skip
    model.save(tmp_path / "m.npz")
    other.load(tmp_path / "m.npz")
    x, _ = model.examples("the log")
    np.testing.assert_array_equal(model.forward(x), other.forward(x))


# ---- n-grams


def test_full_tables_are_counted_in_whole_numbers():
    assert full_table(80, 5) == 3_276_800_000
    assert full_table(80, 9) == 80**9
    assert full_table(80, 5) // 62_288 == 52_607


@given(st.text("abc", max_size=30), st.text("abcd", max_size=6), st.integers(1, 4))
def test_ngram_probabilities_are_a_distribution(text, context, n):
    table = NGram(n, "abcd")
    table.learn(text)
    p = [table.probability(c, context) for c in "abcd"]
    assert sum(p) == pytest.approx(1)
    assert min(p) > 0


def test_ngram_counts_by_hand():
    table = NGram(2, "ab", alpha=1.0)
    table.learn("aab")
    # after "a": once a, once b; in all: twice a, once b; uniform 1/2
    of_a = (2 + 0.5) / (3 + 1)
    assert table.probability("a", "b") == pytest.approx(of_a)
    assert table.probability("a", "a") == pytest.approx((1 + of_a) / (2 + 1))
    assert table.num_entries == 4
    assert table.perplexity("a") == pytest.approx(1 / of_a)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((0, "ab"), "n must be"), ((2, ""), "at least one character"), ((2, "ab", 0.0), "alpha")],
)
def test_ngram_arguments_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        NGram(*arguments)


# ---- the text


def test_the_text_is_plain_prose():
    text = corpus.read()
    assert len(text) > 5_000
    assert len(set(text)) <= 80
    assert not {"`", "$", "{", "}", "\\", "*"} & set(text)


def test_markup_goes_and_words_stay():
    chapter = (
        "---\ntitle: x\n---\n# Heading\n\n"
        "A *plain* sentence stays here. One with $\\alpha + 1$ goes."
        " See [the link](x.md) and {term}`words <w>` too.\n\n"
        "```{code-cell}\ncode = 1\n```\n\n"
        "```{admonition} Title\n:class: tip\nThis box has a sentence too.\n```\n\n$$\ny = 2\n$$\n"
    )
    assert corpus.extract(chapter) == (
        "A plain sentence stays here. See the link and words too.\nThis box has a sentence too.\n"
    )


def test_the_text_stays_the_one_that_the_trained_decoder_and_the_chapters_know():
    text = corpus.read()
    assert len(text) == 28_333
    assert len(set(text)) == 74
    assert sha256(text.encode()).hexdigest().startswith("9b31678df13bc515")


def test_an_untrained_model_is_worse_than_a_guess():
    text = corpus.read()
    model = CharLM(Vocabulary(text), 8, 32, (128, 128), rng=np.random.default_rng(0))
    assert model.perplexity(text[-2_900:]) > 1.5 * len(set(text))


def test_a_folder_without_chapters_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="has no chapters"):
        corpus.write(tmp_path, tmp_path / "x.txt")
