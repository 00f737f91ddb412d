"""A cache of keys and values in few bits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from ffnlib.language import CacheRounding, Decoder, load_tiny_decoder, quantize_cache


def rounded(a, bits):
    """Asymmetric levels for one group, with the scale in float16 rounded up; 0 is one of them."""
    low, high = min(a.min(), 0), max(a.max(), 0)
    ideal = (high - low) / (2**bits - 1)
    scale = np.float16(ideal)
    scale = float(np.nextafter(scale, np.float16(np.inf)) if scale < ideal else scale)
    least = -(2 ** (bits - 1))
    zero = np.clip(least - np.rint(low / scale), least, -least - 1)
    return scale * (np.clip(np.rint(a / scale) + zero, least, -least - 1) - zero)


def test_groups_lie_along_positions_for_keys_and_along_channels_for_values():
    rng = np.random.default_rng(0)
    k, v = rng.normal(size=(2, 1, 2, 12, 8))  # (batch, heads, seq, head_dim)
    kk, vv = CacheRounding(3, group=4)(k, v)
    for head in range(2):
        for channel in range(8):
            for start in (0, 4, 8):
                part = k[0, head, start : start + 4, channel]
                assert_allclose(
                    kk[0, head, start : start + 4, channel], rounded(part, 3), atol=1e-6
                )
        for position in range(12):
            for start in (0, 4):
                part = v[0, head, position, start : start + 4]
                assert_allclose(vv[0, head, position, start : start + 4], rounded(part, 3),
                                atol=1e-6)  # fmt: skip
    assert CacheRounding(3, group=8).stored_bits == 6


def test_the_model_is_copied_and_eight_bits_change_little():
    model = Decoder(20, 16, 2, 2, rng=np.random.default_rng(0), context=12)
    x = np.random.default_rng(1).integers(0, 20, (3, 12))
    y = model.forward(x)
    rounded_model = quantize_cache(model, 8)
    off = np.abs(rounded_model.forward(x) - y).max()
    assert 0 < off < 0.02 * np.abs(y).max()
    assert_array_equal(model.forward(x), y)


def test_in_the_small_decoder_kivi_loses_least_at_equal_bits():
    """Two bits; held-out text of which half is enough to tell them apart."""
    tiny = load_tiny_decoder(np.float32)
    text = tiny.held_out[:1200]
    lost = {
        (keys, values): quantize_cache(tiny.model, 2, keys, values).perplexity(text)
        for keys, values in (("channel", "position"), ("position", "position"),
                             ("channel", "channel"))
    }  # fmt: skip
    assert tiny.model.perplexity(text) < lost["channel", "position"]
    assert lost["channel", "position"] < lost["channel", "channel"]
    assert lost["channel", "position"] < 0.9 * lost["position", "position"]


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="keys must be one of channel, position, got 'token'"):
        CacheRounding(4, keys="token")
    with pytest.raises(TypeError, match="model must be a Decoder, got int"):
        quantize_cache(3, 4)
    model = quantize_cache(Decoder(5, 8, 1, 2, rng=np.random.default_rng(0)), 9)
    with pytest.raises(ValueError, match="bits must be a whole number from 2 to 8"):
        model.forward(np.zeros((1, 3), int))
