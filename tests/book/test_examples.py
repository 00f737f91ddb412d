"""The reference's examples, run as doctests."""

import doctest
from importlib import import_module

import numpy as np
import pytest

from _ext import api

PACKAGES = ("nn", "training", "analysis", "language", "moe", "lora", "quantization")
PACKAGES += ("production", "datasets", "figures")


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


def test_every_example_has_a_package_that_is_tested() -> None:
    assert {name.partition(".")[0] for name in api.examples()} == set(PACKAGES)
