"""The cases in the notebooks against the library, which the checks do not use."""

import bank
import numpy as np
import pytest


def test_graded_sizes_are_those_of_the_library():
    from ffnlib.nn import PRESETS, TransformerConfig, ffn_flops, ffn_parameters, hidden_size

    def cases(name):
        assignment = "moe" if name == "moe_parameters" else "ffn"
        return [(given.values(), wanted) for given, wanted in bank.visible_cases(assignment, name)]

    for (d, multiple), wanted in cases("hidden_size"):
        assert hidden_size(d, "swiglu", multiple) == wanted
    for (d, h), wanted in cases("ffn_counts"):
        plain, gated = ffn_parameters(d, 4 * d, "relu"), ffn_parameters(d, h, "swiglu")
        assert (plain, gated, gated - plain) == wanted
    for (n, d, h, variant), wanted in cases("ffn_flops"):
        assert n * ffn_flops(d, h, variant) == wanted
    for (d, h, heads, kv), wanted in cases("parameter_shares"):
        parts = TransformerConfig("", d, 1, heads, kv, h, 1, "swiglu").parameters()
        whole = parts["attention"] + parts["ffn"]
        assert (parts["attention"] / whole, parts["ffn"] / whole) == pytest.approx(wanted, abs=1e-8)
    for (d, h, context), wanted in cases("flops_shares"):
        parts = TransformerConfig("", d, 1, 1, 1, h, 1, "gelu").flops(context)
        attention = parts["projections"] + parts["scores"]
        whole = attention + parts["ffn"]
        assert (attention / whole, parts["ffn"] / whole) == pytest.approx(wanted, abs=1e-8)
    for (d, h, layers, heads, kv, vocabulary, experts, k), wanted in cases("moe_parameters"):
        model = TransformerConfig("", d, layers, heads, kv, h, vocabulary, "swiglu",
                                  num_experts=experts, top_k=k)  # fmt: skip
        assert (model.total, model.active) == wanted
    mixtral = PRESETS["Mixtral-8x7B"]
    assert cases("moe_parameters")[0][1] == (mixtral.total, mixtral.active)


def test_graded_layers_are_those_of_the_library():
    from ffnlib.moe import assign, capacity, load_balancing_loss, top_k_gates
    from ffnlib.nn import FeedForward, Linear

    def block(variant, *matrices):
        layers = [Linear(*np.shape(W)[::-1], rng=np.random.default_rng(0), bias=False)
                  for W in matrices]  # fmt: skip
        for layer, W in zip(layers, matrices, strict=True):
            layer.W[...] = W
        return FeedForward.from_layers(*layers, variant=variant)

    near = {"rtol": 1e-7, "atol": 1e-9}
    for given, wanted in bank.visible_cases("ffn", "swiglu"):
        x, *matrices = given.values()
        np.testing.assert_allclose(block("swiglu", *matrices).forward(x), wanted, **near)
    for given, (chosen, gates) in bank.visible_cases("moe", "route"):
        top = top_k_gates(*given.values())
        np.testing.assert_array_equal(top.indices, chosen)
        np.testing.assert_allclose(top.gates, gates, **near)
    for given, wanted in bank.visible_cases("moe", "load_balancing_loss"):
        np.testing.assert_allclose(load_balancing_loss(*given.values()), wanted, **near)
    for given, (room, kept) in bank.visible_cases("moe", "keep_tokens"):
        chosen, experts, factor = given.values()
        assert capacity(len(chosen), experts, 1, factor) == room
        assert assign(np.array(chosen)[:, None], experts, room)[:, 0].tolist() == kept


def test_graded_adapters_are_those_of_lora():
    from ffnlib.lora import LoRALinear, best_approximation
    from ffnlib.nn import Linear

    def adapted(W, A, B, alpha, b=None):
        base = Linear.from_arrays(W, np.zeros(len(W)) if b is None else b)
        layer = LoRALinear(base, len(A), alpha, rng=np.random.default_rng(0))
        layer.A[...], layer.B[...] = A, B
        return layer

    near = {"rtol": 1e-9, "atol": 1e-9}
    for given, wanted in bank.visible_cases("lora", "lora_forward"):
        x = given.pop("x")
        np.testing.assert_allclose(adapted(**given).forward(x), wanted, **near)
    for given, wanted in bank.visible_cases("lora", "lora_merge"):
        layer = adapted(**given)
        np.testing.assert_allclose(layer.W, wanted, **near)
        layer.merge()
        np.testing.assert_allclose(layer.base.W, wanted, **near)
    for given, wanted in bank.visible_cases("lora", "lora_gradients"):
        x, g = given.pop("x"), given.pop("g")
        layer = adapted(**given)
        dx = layer.backward(x, g)
        for got, right in zip((layer.adapter.dA, layer.adapter.dB, dx), wanted, strict=True):
            np.testing.assert_allclose(got, right, **near)
    for given, wanted in bank.visible_cases("lora", "low_rank"):
        assert best_approximation(*given.values()).error == pytest.approx(wanted, abs=1e-8)
    for given, (full, trained) in bank.visible_cases("lora", "lora_counts"):
        sizes = sum(map(sum, given["shapes"])) * given["layers"]
        assert full == given["layers"] * sum(a * b for a, b in given["shapes"])
        assert trained == [rank * sizes for rank in given["ranks"]]


def test_graded_bytes_are_those_of_quantization():
    from ffnlib.quantization import pack_int4, quantize, smooth, smoothquant_scales, unpack_int4

    def cases(name):
        return bank.visible_cases("quantization", name)

    near = {"rtol": 1e-8, "atol": 1e-8}
    for given, (q, scale) in cases("quantize_symmetric"):
        z = quantize(np.array(given["w"]), 8, "tensor")
        np.testing.assert_array_equal(z.q, q)
        np.testing.assert_allclose(z.scale.item(), scale, **near)
    for given, (q, scale, zero_point) in cases("quantize_affine"):
        z = quantize(np.array(given["w"]), 8, "tensor", symmetric=False)
        np.testing.assert_array_equal(z.q, q)
        assert (z.scale.item(), z.zero_point.item()) == (pytest.approx(scale), zero_point)
    for given, (q, scale) in cases("quantize_groups"):
        z = quantize(np.array(given["w"], dtype=float), 4, given["size"])
        np.testing.assert_array_equal(z.q, q)
        np.testing.assert_allclose(z.scale, scale, **near)
    for given, packed in cases("pack_int4"):
        assert pack_int4(np.array(given["q"])).tolist() == packed
    for given, q in cases("unpack_int4"):
        assert unpack_int4(np.array(given["packed"], dtype=np.uint8), given["n"]).tolist() == q
    for given, (s, *both) in cases("smooth"):
        x, W, alpha = given.values()
        x, W = np.array(x, dtype=float), np.array(W, dtype=float)
        np.testing.assert_allclose(smoothquant_scales(x, W, alpha), s, **near)
        for got, wanted in zip(smooth(x, W, np.array(s, dtype=float)), both, strict=True):
            np.testing.assert_allclose(got, wanted, **near)
    for (d_out, d_in, bits, group), (total, ratio) in (
        (given.values(), wanted) for given, wanted in cases("layer_bytes")
    ):
        one = quantize(np.ones((1, d_in)), bits, group, scale_dtype=np.float16)
        assert d_out * (one.packed_nbytes + 4) == total
        assert 4 * d_out * (d_in + 1) / total == pytest.approx(ratio, rel=1e-8)
