"""Operations, bytes and times: totals by hand, identities, properties, and what is refused."""

import re
import sys
from itertools import count
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from torch.utils.flop_counter import mm_flop

from ffnlib.nn import PRESETS, VARIANTS
from ffnlib.production import (
    BITS,
    HARDWARE,
    PHASES,
    Machine,
    Precision,
    Work,
    attainable,
    bound,
    bytes_of,
    cached_numbers,
    cost_per_million,
    estimate,
    experts_read,
    ffn_work,
    kv_cache_bytes,
    latency,
    layer_work,
    linear_work,
    measure_machine,
    model_work,
    ring_bytes,
    seconds_for,
    total_work,
    weight_bytes,
)

A100, H100 = HARDWARE["A100 80GB SXM"], HARDWARE["H100 SXM"]
LLAMA = PRESETS["LLaMA-7B"]
DENSE = [name for name, config in PRESETS.items() if config.num_experts == 1]
presets = st.sampled_from(sorted(PRESETS)).map(PRESETS.get)
counts = st.integers(1, 300)


# ---- machines


@pytest.mark.parametrize("machine", HARDWARE.values(), ids=HARDWARE)
def test_every_machine_has_a_source_in_the_bibliography(machine):
    text = (Path(__file__).parents[3] / "references.bib").read_text("utf-8")
    assert re.search(rf"^@\w+\{{{machine.source},", text, re.M)
    assert hash(machine) is not None


def test_ridge_points():
    assert A100.ridge("bfloat16") == pytest.approx(312e12 / 2.039e12) == pytest.approx(153.02, 1e-3)
    assert H100.ridge("bfloat16") == pytest.approx(295.4, rel=1e-3)


def test_the_roof_bends_at_the_ridge():
    ridge = A100.ridge("bfloat16")
    roof = attainable([0, ridge / 2, ridge, 10 * ridge], A100)
    assert_allclose(roof, np.array([0, 0.5, 1, 1]) * 312e12, rtol=1e-12)
    assert attainable(np.float32(1), A100).dtype == np.float32


def test_this_machine_is_measured_until_the_time_is_over(monkeypatch):
    ticks = count()
    home = sys.modules[measure_machine.__module__]
    monkeypatch.setattr(home, "perf_counter", lambda: next(ticks) / 20)
    measure_machine(1.0, megabytes=1, size=8)
    assert 20 < next(ticks) < 30


def test_this_machine_is_measured():
    machine = measure_machine(0.2)
    assert 1e8 < machine.speed("float32") < 1e14
    assert 1e8 < machine.bandwidth < 1e13
    assert (machine.memory, machine.link) == (inf, None)


def test_a_measurement_has_at_least_one_round():
    assert measure_machine(1e-9, megabytes=1, size=8).speed("float32") > 0


@given(st.integers(0, 10**6), st.sampled_from(sorted(BITS)))
def test_bytes_are_whole_and_enough(numbers, precision):
    assert 0 <= 8 * bytes_of(numbers, precision) - numbers * BITS[precision] < 8


# ---- layers, by hand


def test_a_linear_layer_by_hand():
    work = linear_work(100, 200, 7)
    assert work == Work(2 * 7 * 100 * 200, 2 * 100 * 200, 0, 2 * 7 * 300)
    assert work.intensity == 280_000 / (40_000 + 4_200)


def test_a_feed_forward_layer_by_hand():
    work = ffn_work(4096, 11008, 1)
    assert work.flops == 6 * 4096 * 11008 == 270_532_608
    assert work.weights == 270_532_608  # two bytes each of 3 d d_ff
    assert work.activations == 2 * (2 * 4096 + 2 * 11008)
    int4 = ffn_work(4096, 11008, 1, precision=Precision("int4"))
    assert (int4.flops, int4.weights) == (work.flops, work.weights // 4)


@pytest.mark.parametrize("variant", VARIANTS)
def test_fusing_saves_traffic_and_no_operation(variant):
    fused, split = (ffn_work(8, 20, 3, variant, fused=f) for f in (True, False))
    assert (fused.flops, fused.weights) == (split.flops, split.weights)
    plain = variant in ("relu", "gelu")
    assert split.activations == 2 * 3 * ((2 * 8 + 4 * 20) if plain else (3 * 8 + 8 * 20))
    assert fused.activations == 2 * 3 * (2 * 8 + 2 * 20)


@pytest.mark.parametrize(("variant", "inward"), [("gelu", 1), ("swiglu", 2)])
def test_operations_are_those_pytorch_counts(variant, inward):
    d, h, tokens = 16, 40, 5
    counted = inward * mm_flop((tokens, d), (d, h)) + mm_flop((tokens, h), (h, d))
    assert ffn_work(d, h, tokens, variant).flops == counted


def test_key_value_cache_by_hand():
    assert kv_cache_bytes(LLAMA, 1, 1) == 2 * 32 * 4096 * 2 == 2**19  # 512 KiB a token
    assert kv_cache_bytes(LLAMA, 1, 2048) == 2**30
    assert cached_numbers(PRESETS["Llama-3-8B"]) == cached_numbers(LLAMA) // 4  # 8 of 32 heads
    assert kv_cache_bytes(PRESETS["Llama-3-8B"], 1, 8192, "int8") == 2**29
    assert cached_numbers(PRESETS["DeepSeek-V3"]) == 61 * (512 + 64)


def test_a_layer_in_decoding_by_hand():
    """LLaMA-7B, 16 sequences, 1000 positions."""
    parts = layer_work(LLAMA, 16, 1000)
    d, h = 4096, 11008
    assert parts["projections"] == Work(16 * 8 * d * d, 8 * d * d, 0, 2 * 16 * 4 * d)
    assert parts["scores"] == Work(
        16 * 4 * d * 1000, 0, 16 * (1000 + 1) * 2 * d * 2, 2 * 16 * 2 * d
    )
    assert parts["ffn"] == Work(16 * 6 * d * h, 6 * d * h, 0, 2 * 16 * (2 * d + 2 * h))
    assert parts["norms"] == Work(weights=2 * 2 * d)
    assert parts["router"] == Work()


def test_prefill_attends_to_what_came_before():
    parts = layer_work(LLAMA, 2, 100, "prefill")
    assert parts["scores"].flops == 2 * (100 * 101 // 2) * 4 * 4096
    assert parts["scores"].cache == 2 * 200 * 2 * 4096 * 2  # written and read
    assert parts["ffn"].flops == 200 * 6 * 4096 * 11008


# ---- whole models


@pytest.mark.parametrize("name", PRESETS)
def test_decoding_counts_the_operations_of_the_configuration(name):
    config = PRESETS[name]
    parts, theirs = model_work(config, 3, 77), config.flops(77)
    assert {k for k, w in parts.items() if w.flops} == {k for k, n in theirs.items() if n}
    for part in ("projections", "ffn", "router", "head"):
        assert parts[part].flops == 3 * theirs[part]
    if config.latent is None:
        assert parts["scores"].flops == 3 * theirs["scores"]
    else:
        assert parts["scores"].flops == 3 * 77 * 2 * 61 * 128 * (512 + 64 + 512)


@pytest.mark.parametrize("name", PRESETS)
def test_prefill_is_the_sum_of_its_positions(name):
    config = PRESETS[name]
    parts = model_work(config, 2, 9, "prefill")
    each = [config.flops(t) for t in range(1, 10)]
    for part in ("projections", "scores", "ffn", "router"):
        assert parts[part].flops == 2 * sum(flops[part] for flops in each)
    assert parts["head"].flops == 2 * each[0]["head"]


@pytest.mark.parametrize("name", PRESETS)
def test_one_token_reads_every_weight_it_uses_once(name):
    config = PRESETS[name]
    unread = (config.vocab_size - 1) * config.d_model  # rows of the embedding
    if config.tied:
        unread -= config.vocab_size * config.d_model  # it is the head too
    if config.max_positions:
        unread += (config.max_positions - 1) * config.d_model
    work = total_work(model_work(config, 1, 1))
    assert work.weights == 2 * (config.active - unread)


@pytest.mark.parametrize("name", DENSE)
@pytest.mark.parametrize("machine", [A100, H100], ids=lambda m: m.name)
def test_decoding_one_sequence_is_reading_the_weights(name, machine):
    """Time ≈ bytes of the weights / bandwidth, and every part waits for memory."""
    config = PRESETS[name]
    guess = estimate(config, machine, 1, 1)
    read = total_work(model_work(config, 1, 1)).weights / machine.bandwidth
    assert read < guess.seconds < 1.01 * read
    assert all(part.bound == "memory" for part in guess.parts.values() if part.work.bytes)
    assert 0.9 < total_work(model_work(config, 1, 1)).intensity < 1.1


def test_a_long_prompt_is_computing():
    parts = estimate(LLAMA, A100, 1, 2048, "prefill").parts
    assert {parts[name].bound for name in ("projections", "scores", "ffn")} == {"compute"}
    flops = total_work(model_work(LLAMA, 1, 2048, "prefill")).flops
    assert estimate(LLAMA, A100, 1, 2048, "prefill").seconds == pytest.approx(
        flops / 312e12, rel=0.01
    )


def test_the_batch_at_which_the_feed_forward_layer_turns():
    """Below the ridge memory is the limit, above it computing; I is close to the batch."""
    for batch, limit in ((64, "memory"), (128, "memory"), (256, "compute")):
        work = ffn_work(4096, 11008, batch)
        assert bound(work, A100) == limit
        assert (work.intensity < A100.ridge("bfloat16")) == (limit == "memory")


@given(presets, counts, counts, st.sampled_from(PHASES))
def test_a_layer_is_part_of_the_model(config, batch, context, phase):
    """Layers add up, where all are alike."""
    if config.dense_layers:
        return
    layer, model = (f(config, batch, context, phase) for f in (layer_work, model_work))
    for part in ("projections", "scores", "router"):
        assert config.n_layers * layer[part].flops == model[part].flops
        assert config.n_layers * layer[part].bytes == model[part].bytes
    assert config.n_layers * layer["ffn"].flops == model["ffn"].flops
    assert abs(config.n_layers * layer["ffn"].bytes - model["ffn"].bytes) <= config.n_layers


@given(presets, counts, counts, st.sampled_from(PHASES))
def test_intensity_grows_with_the_batch(config, batch, context, phase):
    if config.num_experts > 1 and phase == "decode":
        return  # more tokens read more experts
    for part in ("projections", "ffn", "head"):
        less, more = (model_work(config, b, context, phase)[part] for b in (batch, batch + 1))
        assert less.intensity < more.intensity
        assert less.weights == more.weights or config.num_experts > 1


@given(presets, counts, counts)
def test_the_scores_gain_nothing_from_a_batch(config, batch, context):
    one, many = (model_work(config, b, context)["scores"] for b in (1, batch))
    assert many.intensity == pytest.approx(one.intensity, rel=1e-12)


@given(st.integers(1, 64), st.integers(1, 500), st.data())
def test_experts_read(n, tokens, data):
    k = data.draw(st.integers(1, n))
    used = experts_read(n, k, tokens)
    assert k * (1 - 1e-12) <= used <= n
    assert experts_read(n, k, 1) == pytest.approx(k)
    assert experts_read(n, n, tokens) == n


def test_experts_read_is_the_mean_of_draws():
    rng = np.random.default_rng(0)
    choices = rng.random((4000, 6, 8)).argsort(-1)[..., :2].reshape(4000, -1)  # 6 tokens, 2 of 8
    mean = np.mean([len(set(row)) for row in choices.tolist()])
    assert mean == pytest.approx(experts_read(8, 2, 6), rel=0.01)


@given(st.lists(st.integers(0, 10**15), min_size=4, max_size=4))
def test_work_adds_up(numbers):
    a, b = Work(*numbers), Work(*numbers[::-1])
    assert (a + b).bytes == a.bytes + b.bytes
    assert (a + b).flops == a.flops + b.flops
    assert total_work({"a": a, "b": b}) == a + b
    roof = attainable((a + b).intensity, A100)
    time = seconds_for(a + b, A100)
    if (a + b).flops and (a + b).bytes:
        assert roof * time == pytest.approx((a + b).flops, rel=1e-9)
    assert time <= (seconds_for(a, A100) + seconds_for(b, A100)) * (1 + 1e-12)


def test_nothing_takes_no_time():
    assert (Work().intensity, seconds_for(Work(), A100)) == (0.0, 0.0)


# ---- latency and cost


def test_fewer_bits_decode_faster_and_fit():
    big = PRESETS["Llama-2-70B"]
    full, small = (
        latency(big, A100, 512, 64, precision=Precision(w)) for w in ("bfloat16", "int4")
    )
    assert 3.8 < full.per_token / small.per_token <= 4.0
    assert (full.fits, small.fits) == (False, True)
    assert full.first_token == pytest.approx(small.first_token, rel=0.05)  # computing is the limit


@pytest.mark.parametrize("name", ["LLaMA-7B", "Llama-3-8B", "Gemma-2B"])
def test_an_answer_is_the_sum_of_its_steps(name):
    config = PRESETS[name]
    answer = latency(config, A100, 100, 20, batch=4)
    steps = [estimate(config, A100, 4, 100 + i).seconds for i in range(1, 20)]
    assert answer.first_token == estimate(config, A100, 4, 100, "prefill").seconds
    assert answer.per_token == pytest.approx(np.mean(steps), rel=1e-9)
    assert answer.seconds == pytest.approx(answer.first_token + sum(steps), rel=1e-9)
    assert answer.tokens_per_second == pytest.approx(4 * 20 / answer.seconds)
    assert answer.memory == weight_bytes(config) + kv_cache_bytes(config, 4, 119)


def test_an_answer_of_one_token_is_the_prompt():
    answer = latency(LLAMA, A100, 100, 1)
    assert (answer.per_token, answer.seconds) == (0.0, answer.first_token)


def test_devices_share_the_work_and_pay_for_the_sums():
    one, eight = (estimate(LLAMA, A100, 4, 100, devices=n) for n in (1, 8))
    computing = sum(part.seconds for part in eight.parts.values())
    assert computing == pytest.approx(one.seconds / 8)
    sent = 2 * 32 * ring_bytes(4 * 4096, 8, 2)[0]
    assert eight.communication == pytest.approx(sent / 300e9)
    assert (one.communication, eight.seconds) == (0.0, computing + eight.communication)


@given(presets, counts, counts, st.sampled_from(PHASES), st.integers(2, 16))
def test_more_devices_compute_less_each(config, batch, context, phase, n):
    one, many = (estimate(config, H100, batch, context, phase, devices=k) for k in (1, n))
    assert n * (many.seconds - many.communication) == pytest.approx(one.seconds)
    assert many.communication > 0


@given(presets, counts, counts, st.sampled_from(PHASES))
def test_more_sequences_take_longer_together_and_less_each(config, batch, context, phase):
    less, more = (estimate(config, H100, b, context, phase).seconds for b in (batch, batch + 1))
    assert less <= more
    assert more / (batch + 1) <= less / batch * (1 + 1e-9)


def test_cost_by_hand():
    assert cost_per_million(1000, 3.6) == pytest.approx(1.0)
    assert cost_per_million(1000, 3.6, devices=8) == pytest.approx(8.0)


# ---- what is refused


def machine(**given_):
    return Machine(**({"name": "m", "peak": {"float32": 1e9}, "bandwidth": 1e9} | given_))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: machine(peak={}), ValueError, "peak must hold"),
        (lambda: machine(peak={"fp4": 1.0}), ValueError, "peak must be one of float32"),
        (lambda: machine(peak={"int8": 0.0}), ValueError, r"peak\['int8'\] must be above 0"),
        (lambda: machine(bandwidth="fast"), TypeError, "bandwidth must be a number"),
        (lambda: machine(bandwidth=inf), ValueError, "bandwidth must be above 0 and finite"),
        (lambda: machine(memory=-1), ValueError, "memory must be above 0"),
        (lambda: machine(link=float("nan")), ValueError, "link must be above 0"),
        (lambda: A100.speed("int4"), ValueError, "one that A100 80GB SXM computes in"),
        (lambda: bytes_of(-1, "int8"), ValueError, "numbers must be at least 0"),
        (lambda: bytes_of(1, "int3"), ValueError, "precision must be one of"),
        (lambda: Precision(cache="fp8"), ValueError, "cache must be one of"),
        (lambda: measure_machine(0), ValueError, "seconds must be above 0"),
        (lambda: measure_machine(61), ValueError, "seconds must be at most 60, got 61"),
        (lambda: measure_machine(1, size=0), ValueError, "size must be at least 1"),
        (lambda: linear_work(0, 1, 1), ValueError, "d_in must be at least 1"),
        (lambda: ffn_work(4, 8, 0), ValueError, "tokens must be at least 1"),
        (lambda: ffn_work(4, 8, 1, "swish"), ValueError, "variant must be one of"),
        (lambda: model_work("LLaMA-7B", 1, 1), TypeError, "config must be a TransformerConfig"),
        (lambda: model_work(LLAMA, 0, 1), ValueError, "batch must be at least 1"),
        (lambda: model_work(LLAMA, 1, 1.5), TypeError, "context must be a whole number"),
        (lambda: model_work(LLAMA, 1, 1, "train"), ValueError, "phase must be one of prefill"),
        (lambda: model_work(LLAMA, 1, 1, precision="int8"), TypeError, "must be a Precision"),
        (lambda: experts_read(4, 5, 1), ValueError, "top_k must be at most num_experts=4"),
        (lambda: attainable(-1.0, A100), ValueError, "intensity must be at least 0, got -1"),
        (lambda: attainable([1, np.nan], A100), ValueError, "got nan"),
        (lambda: attainable(1.0, "A100"), TypeError, "machine must be a Machine"),
        (lambda: seconds_for(3, A100), TypeError, "work must be a Work"),
        (lambda: estimate(LLAMA, A100, 1, 1, devices=0), ValueError, "devices must be at least 1"),
        (
            lambda: estimate(LLAMA, HARDWARE["TPU v4"], 1, 1, devices=2),
            ValueError,
            "devices must be 1 for a machine without a known link, TPU v4",
        ),
        (lambda: latency(LLAMA, A100, 0, 1), ValueError, "prompt must be at least 1"),
        (lambda: latency(LLAMA, A100, 1, 0), ValueError, "answer must be at least 1"),
        (lambda: cost_per_million(0, 1), ValueError, "tokens_per_second must be above 0"),
        (lambda: cost_per_million(1, -2), ValueError, "price_per_hour must be above 0"),
    ],
)
def test_it_says_what_is_wrong(call, error, words):
    with pytest.raises(error, match=words):
        call()
