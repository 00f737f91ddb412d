import pytest

from ffnlib._base import kernels
from ffnlib.production import _engines, engines
from ffnlib.quantization import _kernels


@pytest.mark.parametrize(("vnni", "name"), [(True, "numba, VNNI"), (False, "numba")])
def test_compiled_where_numba_is(monkeypatch, vnni, name):
    monkeypatch.setattr(_kernels, "VNNI", vnni)
    monkeypatch.setattr(_engines, "threads", lambda: 1)
    found = {each.work: each for each in engines()}
    assert found["INT8 and INT4 weights, inputs in INT8"].engine == name
    others = [each.engine for work, each in found.items() if not work.endswith("inputs in INT8")]
    assert others == ["numba"] * 5
    assert "131,072" in found["GELU and its slope"].when


def test_numpy_where_numba_is_missing(monkeypatch):
    monkeypatch.setattr(kernels, "find_spec", lambda _: None)
    kernels.kernels_of.cache_clear()
    try:
        assert {each.engine for each in engines()} == {"NumPy"}
    finally:
        kernels.kernels_of.cache_clear()


@pytest.mark.parametrize(("threads", "when"), [(1, "2 to 32 rows"), (2, "2 to 16 rows")])
def test_few_rows_depend_on_the_threads(monkeypatch, threads, when):
    monkeypatch.setattr(_engines, "threads", lambda: threads)
    assert when in engines()[2].when
    monkeypatch.setattr(_engines, "threads", lambda: 8)
    assert engines()[2].engine == "NumPy"
    assert engines()[2].when == "never: NumPy's linear algebra has 8 threads"
