import gzip
import hashlib
import io
import os
import struct
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
import sklearn.datasets
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import ffnlib
from ffnlib.datasets import (  # fmt: skip
    CLOTHES,
    blobs,
    circles,
    digits,
    fashion_mnist,
    holdout,
    mnist,
    moons,
    spirals,
    xor,
)
from ffnlib.datasets import _download as download
from ffnlib.errors import CorruptDataError, DataUnavailableError

POINTS = [xor, moons, circles, spirals, blobs]
rng = np.random.default_rng


# --- bundled digits


def test_digits_are_scikit_learns_pixel_by_pixel():
    data, theirs = digits(), sklearn.datasets.load_digits()
    assert_array_equal(data.x * 16, theirs.data)
    assert_array_equal(data.y, theirs.target)
    assert data.x.dtype == np.float64
    assert data.y.dtype == np.int64
    assert data.image_shape == (8, 8)
    assert data.classes == tuple("0123456789")
    assert digits(np.float32).x.dtype == np.float32
    with pytest.raises(ValueError, match="dtype must be float16, float32 or float64, got int32"):
        digits(np.int32)


def test_the_datasheet_tells_the_truth():
    sheet = (Path(ffnlib.__file__).parent / "data" / "DATASHEET.md").read_text()
    counts = np.bincount(digits().y)
    assert f"{len(digits().y):,} images" in sheet
    assert f"{counts.min()} to {counts.max()} images" in sheet
    assert "CC BY 4.0" in sheet


# --- points


@pytest.mark.parametrize("make", POINTS)
@given(n=st.integers(1, 60))
def test_points(make, n):
    data = make(n, 0.0)
    assert data.x.shape == (n, 2)
    assert data.x.dtype == np.float64
    assert data.y.dtype == np.int64
    assert np.isfinite(data.x).all()
    counts = np.bincount(data.y, minlength=len(data.classes))
    assert len(counts) == len(data.classes)
    assert counts.max() - counts.min() <= (2 if make is xor else 1)
    noisy = make(n, 0.1, rng(3))
    assert_array_equal(noisy.y, data.y)
    assert_array_equal(noisy.x, make(n, noise=0.1, rng=rng(3)).x)
    assert 0 < np.abs(noisy.x - data.x).max() < 1


def test_moons_and_circles_are_scikit_learns():
    for ours, theirs in (
        (moons, sklearn.datasets.make_moons(100, shuffle=False)),
        (circles, sklearn.datasets.make_circles(100, shuffle=False, factor=0.5)),
    ):
        data = ours(100, 0.0)
        for k in (0, 1):
            assert_allclose(data.x[data.y == k], theirs[0][theirs[1] == k], atol=1e-15)


def test_xor_is_the_four_corners():
    assert_array_equal(xor().x, [[0, 0], [0, 1], [1, 0], [1, 1]])
    assert_array_equal(xor().y, [0, 1, 1, 0])


def test_shapes_of_spirals_and_blobs():
    radius = np.hypot(*spirals(100, 0.0).x.T)
    assert radius.min() == pytest.approx(0.1)
    assert radius.max() == pytest.approx(1)
    assert_allclose(np.hypot(*blobs(50, 0.0, classes=5).x.T), 1)
    assert blobs(50, 0.0, classes=5).classes[-1] == "blob 4"


def test_mistakes_about_points_are_named():
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got None"):
        moons()
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, got 0"):
        moons(10, 0.1, 0)
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        circles(0, 0.0)
    with pytest.raises(ValueError, match=r"noise must be a standard deviation.* got -0.1"):
        xor(4, -0.1)
    with pytest.raises(ValueError, match="turns must be above 0"):
        spirals(10, 0.0, turns=0)
    with pytest.raises(ValueError, match="classes must be at least 2, got 1"):
        blobs(10, 0.0, classes=1)


def test_holdout_shares_every_example_out_once():
    data = digits()
    train, test = holdout(data, 0.25, rng(0))
    assert len(test.y) == len(data.y) // 4
    assert train.image_shape == data.image_shape
    both = np.concatenate([train.x, test.x])
    assert_array_equal(np.sort(both @ np.arange(64)), np.sort(data.x @ np.arange(64)))
    again = holdout(data, 0.25, rng(0))
    assert_array_equal(again[1].y, test.y)
    for bad in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="fraction must be between 0 and 1"):
            holdout(data, bad, rng(0))


# --- MNIST and Fashion-MNIST: a tiny pair of files stands in for them


def idx(array):
    head = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return gzip.compress(head + array.astype(np.uint8).tobytes(), mtime=0)


IMAGES = rng(0).integers(0, 256, size=(5, 28, 28))
LABELS = np.array([3, 1, 4, 1, 5])
FILES = {
    "t10k-images-idx3-ubyte.gz": idx(IMAGES),
    "t10k-labels-idx1-ubyte.gz": idx(LABELS),
}


class Mirror:
    """A stand-in for ``urlopen`` that serves ``files`` and remembers what was asked for."""

    def __init__(self, files):
        self.files = files
        self.asked = []

    def __call__(self, request, timeout):
        assert timeout > 0
        self.asked.append(request.full_url)
        answer = self.files[request.full_url.rsplit("/", 1)[1]]
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(answer)


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """No folder, an empty cache, and a network that knows the small files only by request."""
    monkeypatch.delenv("FFN_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    for name, source in download.SOURCES.items():
        monkeypatch.setitem(download.SOURCES, name, source._replace(checksums=sums))

    def network(files):
        mirror = Mirror(files)
        monkeypatch.setattr(urllib.request, "urlopen", mirror)
        return mirror

    network({name: urllib.error.URLError("no network") for name in FILES})
    return network


def put(folder, files=FILES, dataset="mnist"):
    (folder / dataset).mkdir(parents=True)
    for name, content in files.items():
        (folder / dataset / name).write_bytes(content)


@pytest.mark.parametrize(("load", "name"), [(mnist, "mnist"), (fashion_mnist, "fashion_mnist")])
def test_from_the_folder(nowhere, monkeypatch, tmp_path, load, name):
    put(tmp_path, dataset=name)
    monkeypatch.setenv("FFN_DATA", str(tmp_path))
    mirror = nowhere(FILES)
    data = load("test")
    assert mirror.asked == []
    assert_array_equal(np.round(data.x * 255), IMAGES.reshape(5, 784))
    assert_array_equal(data.y, LABELS)
    assert data.x.dtype == np.float32
    assert data.y.dtype == np.int64
    assert data.image_shape == (28, 28)
    assert (data.classes == CLOTHES) == (load is fashion_mnist)
    assert load("test", dtype=np.float64).x.max() <= 1


def test_downloaded_once_then_from_the_cache(nowhere):
    mirror = nowhere(FILES)
    first = mnist("test")
    assert len(mirror.asked) == 2
    assert all(url.startswith(download.SOURCES["mnist"].mirrors[0]) for url in mirror.asked)
    second = mnist("test")
    assert len(mirror.asked) == 2
    assert_array_equal(first.x, second.x)
    kept = sorted(path.name for path in (download.cache_folder() / "mnist").iterdir())
    assert kept == sorted(FILES)  # and nothing temporary


def test_a_corrupt_file_in_the_folder_is_refused(nowhere, monkeypatch, tmp_path):
    broken = FILES | {"t10k-labels-idx1-ubyte.gz": FILES["t10k-labels-idx1-ubyte.gz"][:-1]}
    put(tmp_path, broken)
    monkeypatch.setenv("FFN_DATA", str(tmp_path))
    mirror = nowhere(FILES)
    with pytest.raises(CorruptDataError, match=r"t10k-labels.* its SHA-256 is .* expected"):
        mnist("test")
    assert mirror.asked == []


def test_a_corrupt_file_in_the_cache_is_fetched_again(nowhere):
    put(download.cache_folder(), dict.fromkeys(FILES, b"half a fi"))
    mirror = nowhere(FILES)
    assert_array_equal(mnist("test").y, LABELS)
    assert len(mirror.asked) == 2
    for name, content in FILES.items():
        assert (download.cache_folder() / "mnist" / name).read_bytes() == content


def test_a_mirror_that_sends_something_else_is_passed_over(nowhere, monkeypatch):
    nowhere(dict.fromkeys(FILES, b"<html>Please log in</html>"))
    with pytest.raises(DataUnavailableError) as caught:
        mnist("test")
    assert str(caught.value).count("sent a file with another checksum") == 2
    assert not download.cache_folder().exists()

    class SecondWorks(Mirror):
        def __call__(self, request, timeout):
            first = request.full_url.startswith(download.SOURCES["mnist"].mirrors[0])
            answer = super().__call__(request, timeout)
            return io.BytesIO(b"") if first else answer

    mirror = SecondWorks(FILES)
    monkeypatch.setattr(urllib.request, "urlopen", mirror)
    assert_array_equal(mnist("test").y, LABELS)
    assert len(mirror.asked) == 4


@pytest.mark.usefixtures("nowhere")
def test_no_network_is_said_in_a_sentence(monkeypatch, tmp_path):
    with pytest.raises(DataUnavailableError) as caught:
        fashion_mnist("test")
    message = str(caught.value)
    assert message.startswith("Fashion-MNIST could not be had: FFN_DATA is not set; https://")
    assert "no network" in message
    assert "ffnlib.datasets.digits()" in message
    assert "set FFN_DATA" in message
    monkeypatch.setenv("FFN_DATA", str(tmp_path))
    with pytest.raises(DataUnavailableError, match=r"FFN_DATA=.* has no mnist/t10k-images"):
        mnist("test")
    assert isinstance(caught.value, RuntimeError)


def test_a_connection_that_breaks_off_or_stalls(nowhere):
    import http.client

    for error in (http.client.IncompleteRead(b"abc"), TimeoutError("timed out")):
        nowhere(dict.fromkeys(FILES, error))
        with pytest.raises(DataUnavailableError, match="did not answer"):
            mnist("test")


def test_nothing_is_downloaded_in_the_browser(nowhere, monkeypatch):
    mirror = nowhere(FILES)
    monkeypatch.setattr(sys, "platform", "emscripten")
    with pytest.raises(DataUnavailableError, match="nothing is downloaded in the browser"):
        mnist("test")
    assert mirror.asked == []


def test_a_cache_that_cannot_be_written_is_no_failure(nowhere, monkeypatch, tmp_path):
    nowhere(FILES)
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert_array_equal(mnist("test").y, LABELS)

    (tmp_path / "cache").unlink()

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert_array_equal(mnist("test").y, LABELS)
    assert list((download.cache_folder() / "mnist").iterdir()) == []


def test_an_interrupted_write_leaves_nothing(nowhere, monkeypatch):
    nowhere(FILES)

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        mnist("test")
    assert list((download.cache_folder() / "mnist").iterdir()) == []


def test_many_at_once(nowhere):
    nowhere(FILES)
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(mnist("test").y)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert sorted(path.name for path in (download.cache_folder() / "mnist").iterdir()) == sorted(
        FILES
    )


def test_splits():
    with pytest.raises(ValueError, match="split must be 'train' or 'test', got 'validation'"):
        mnist("validation")


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {}, "home/.cache/ffnlib"),
        ("linux", {"XDG_CACHE_HOME": "/elsewhere"}, "/elsewhere/ffnlib"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "home/.cache/ffnlib"),
        ("darwin", {}, "home/Library/Caches/ffnlib"),
        ("win32", {}, "home/AppData/Local/ffnlib/Cache"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/ffnlib/Cache"),
    ],
)
def test_cache_folder(monkeypatch, tmp_path, platform, variables, folder):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(sys, "platform", platform)
    assert download.cache_folder() == tmp_path / folder


# --- the real ones, where they are


@pytest.mark.skipif("FFN_DATA" not in os.environ, reason="FFN_DATA is not set: no MNIST to read")
@pytest.mark.parametrize("load", [mnist, fashion_mnist])
@pytest.mark.parametrize(("split", "n"), [("train", 60_000), ("test", 10_000)])
def test_the_full_sets(load, split, n):
    data = load(split)
    assert data.x.shape == (n, 784)
    assert data.x.min() == 0
    assert data.x.max() == 1
    counts = np.bincount(data.y)
    assert len(counts) == 10
    if load is fashion_mnist:
        assert_array_equal(counts, n // 10)
