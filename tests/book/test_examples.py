"""The reference's examples, run as doctests."""

import doctest
from importlib import import_module
from types import FunctionType

import numpy as np
import pytest

from _ext import api

PACKAGES = ("nn", "training", "analysis", "language", "moe", "lora", "quantization")
PACKAGES += ("production", "datasets", "figures", "experiments")
WITHOUT = {
    "datasets": {"fashion_mnist", "mnist", "read_checked"},  # they would download
    "experiments": {"Study", "check_same_study", "learn", "results_of", "run", "time_all"},  # slow
    "production": {"as_config", "as_device_count", "as_feed_forward", "measure_machine", "trial"},
}
"""Functions and classes that are shown without an example; the parts of figures beside them."""


@pytest.mark.parametrize("package", PACKAGES)
def test_examples_print_what_they_say(package: str) -> None:
    module = import_module(f"ffnlib.{package}")
    mine = {name: text for name, text in api.examples().items() if name.startswith(f"{package}.")}
    assert mine
    public = {one for names in api.public_names(module).values() for one in names}
    for name, text in mine.items():
        assert name.removeprefix(f"{package}.") in public, name
        names = {one: getattr(module, one) for one in public} | {"np": np}
        test = doctest.DocTestParser().get_doctest(text, names, name, "examples.yml", 0)
        said: list[str] = []
        result = doctest.DocTestRunner().run(test, out=said.append)
        assert result.failed == 0, "".join(said)
        assert result.attempted > 0


@pytest.mark.parametrize("package", [name for name in PACKAGES if name != "figures"])
def test_functions_and_classes_have_an_example(package: str) -> None:
    module = import_module(f"ffnlib.{package}")
    public = {one for names in api.public_names(module).values() for one in names}
    code = {one for one in public if getattr(module, one).__class__ in (FunctionType, type)}
    shown = {name.partition(".")[2] for name in api.examples() if name.startswith(f"{package}.")}
    shown |= {one for one in code if ">>>" in (getattr(module, one).__doc__ or "")}
    assert code - shown == WITHOUT.get(package, set())


def test_every_example_has_a_package_that_is_tested() -> None:
    assert {name.partition(".")[0] for name in api.examples()} == set(PACKAGES)
