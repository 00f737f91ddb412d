"""The two distributions: the library for everybody, the grading for who grades."""

import tomllib

from setuptools import find_packages


def packages_of(root, settings):
    return tomllib.loads((root / settings).read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_the_grading_s_distribution_names_all_its_packages(root):
    named = packages_of(root, "ffngrade/pyproject.toml")["packages"]
    assert sorted(named) == sorted(find_packages(str(root), include=["ffngrade", "ffngrade.*"]))


def test_the_library_s_distribution_holds_no_grading(root):
    chosen = packages_of(root, "pyproject.toml")["packages"]["find"]["include"]
    found = find_packages(str(root), include=chosen)
    assert "ffnlib.checks" in found
    assert {name.partition(".")[0] for name in found} == {"ffnlib"}
