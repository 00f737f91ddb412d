"""What an assignment asks for is refused by the library, and nothing else is."""

import importlib
import sys

import numpy as np
import pytest
from bank import message

from ffnlib import checks
from ffnlib.checks import refusal
from ffnlib.checks.verdict import ASSIGNMENTS

pytestmark = pytest.mark.usefixtures("nothing_refused")


def asked():
    for assignment, modules in refusal.ASKED.items():
        for module, names in modules.items():
            for name in names:
                yield assignment, module, name


@pytest.mark.parametrize(("assignment", "module", "name"), list(asked()))
def test_every_name_to_refuse_is_in_the_library(assignment, module, name):
    assert assignment in ASSIGNMENTS
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)


def test_activations_refuse_before_and_after():
    from ffnlib.activations import ACTIVATIONS, gelu, relu

    checks.begin("activations")
    from ffnlib.activations import silu

    sentence = r"ffnlib\.activations\.gelu is what you are asked to write here"
    with pytest.raises(refusal.Refused, match=sentence):
        gelu(np.ones(2))
    for use in (silu, silu.derivative, silu.value, ACTIVATIONS["gelu_tanh"], gelu.derivative):
        with pytest.raises(refusal.Refused, match="asked to write"):
            use(np.ones(2))
    assert relu(-1.0) == 0
    refusal.restore()
    assert gelu(0.0) == 0


def test_reload_and_reimport_refuse_too(monkeypatch):
    import ffnlib.activations as module

    kept = dict(vars(module))
    try:
        checks.begin("activations")
        importlib.reload(module)
        with pytest.raises(refusal.Refused):
            module.gelu(1.0)
        monkeypatch.delitem(sys.modules, "ffnlib.activations")
        again = importlib.import_module("ffnlib.activations")
        with pytest.raises(refusal.Refused):
            again.silu(1.0)
    finally:
        vars(module).clear()
        vars(module).update(kept)
        sys.modules["ffnlib.activations"] = module
        sys.modules["ffnlib"].activations = module


def test_ffnlib_itself_is_not_refused():
    from ffnlib.network import MLP, count_parameters

    model = MLP([2, 3, 1], activation="gelu", rng=np.random.default_rng(0))
    x = np.ones((4, 2))
    wanted = model.forward(x)
    checks.begin("activations")
    checks.begin("neurons")
    np.testing.assert_array_equal(model.forward(x), wanted)
    with pytest.raises(refusal.Refused, match="count_parameters is what"):
        count_parameters([2, 3])
    with pytest.raises(refusal.Refused, match="num_parameters is what"):
        _ = model.num_parameters
    refusal.restore()
    assert model.num_parameters == count_parameters([2, 3, 1]) == 13


def test_a_refusal_is_told_by_the_check():
    checks.begin("activations")
    from ffnlib.activations import gelu

    said = message("gelu", lambda x: gelu(x))
    assert "ffnlib.activations.gelu is what you are asked to write here" in said


def test_roundabout_ways_to_lora_and_quantization_refuse():
    from ffnlib.explorers.lora import low_rank
    from ffnlib.explorers.quantization import bits
    from ffnlib.linear import Linear
    from ffnlib.lora import adapt
    from ffnlib.network import MLP
    from ffnlib.quantization import QuantizedLinear, quantize

    layer = Linear(3, 2, rng=np.random.default_rng(0))
    said = low_rank().text, bits().text
    checks.begin("lora")
    checks.begin("quantization")
    model = adapt(MLP.from_layers([layer]), 1, rng=np.random.default_rng(0))
    (adapted,) = model.layers
    for use in (
        lambda: model.forward(np.eye(3)),
        lambda: adapted.forward(np.eye(3)),
        lambda: adapted.W,
        lambda: adapted.num_parameters,
        lambda: QuantizedLinear.from_linear(layer),
        lambda: quantize(layer.W),
    ):
        with pytest.raises(refusal.Refused, match="asked to write"):
            use()
    assert (low_rank().text, bits().text) == said  # explorers work as always
    refusal.restore()
    assert QuantizedLinear.from_linear(layer).nbytes > 0


def test_the_tools_to_find_a_fault_stay():
    from ffnlib.gradcheck import gradcheck

    checks.begin("backprop")
    p = np.array([1.0, 2.0])
    assert gradcheck(lambda q: float((q**2).sum()), p, analytic=2 * p)
    from ffnlib.datasets import digits

    with pytest.raises(refusal.Refused, match=r"checks\.training_digits\(\) gives those"):
        digits()
