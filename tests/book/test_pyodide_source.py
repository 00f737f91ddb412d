"""Where Python for the page comes from: the first source that answers, and never a wrong file."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser.serving import Server

from tools import npm_packages, pyodide

CONTENT = {"pyodide.mjs": b"runtime", "numpy.whl": b"numpy"}


def sha256(name: str) -> str:
    return hashlib.sha256(CONTENT[name]).hexdigest()


@pytest.fixture
def pins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """Two files are pinned, the CDN is no host at all, and pip finds nothing."""
    numpy = {"file_name": "numpy.whl", "sha256": sha256("numpy.whl")}
    pinned = {
        "sources": {"pypi": {"package": str(tmp_path / "none.whl"), "folder": "inside/"}},
        "core": {"pyodide.mjs": sha256("pyodide.mjs")},
        "lock": {"info": {"version": "0"}, "packages": {"numpy": numpy}},
    }
    monkeypatch.setattr(pyodide, "PINS", pinned)
    monkeypatch.setattr(pyodide, "CDN", "http://127.0.0.1:1/")
    monkeypatch.setattr(pyodide, "HOME", tmp_path / "kept" / "0")
    monkeypatch.delenv("FFN_PYODIDE", raising=False)
    return pinned


def folder(path: Path, **changed: bytes) -> Path:
    path.mkdir()
    for name, content in {**CONTENT, **changed}.items():
        (path / name).write_bytes(content)
    return path


@pytest.fixture
def cdn(pins: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """The folder that a host serves as the CDN."""
    del pins  # first
    served = folder(tmp_path / "cdn")
    server = Server(served)
    monkeypatch.setattr(pyodide, "CDN", server.url)
    yield served
    server.close()


def put_on_pypi(pins: dict[str, Any], tmp_path: Path) -> None:
    package = tmp_path / "carrier-1-py3-none-any.whl"
    metadata = "Metadata-Version: 2.1\nName: carrier\nVersion: 1\n"
    wheel = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("carrier-1.dist-info/METADATA", metadata)
        archive.writestr("carrier-1.dist-info/WHEEL", wheel)
        archive.writestr("carrier-1.dist-info/RECORD", "")
        for name, content in CONTENT.items():
            archive.writestr(f"inside/{name}", content)
    pins["sources"]["pypi"]["package"] = str(package)


def assert_complete(found: Path | None, pins: dict[str, Any]) -> None:
    assert found is not None
    kept = {file.name: file.read_bytes() for file in found.iterdir()}
    assert json.loads(kept.pop(pyodide.LOCK)) == pins["lock"]
    assert kept == CONTENT


def test_a_named_folder_comes_first_and_what_it_lacks_from_elsewhere(
    pins: dict[str, Any], cdn: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named = folder(tmp_path / "named")
    (named / "numpy.whl").unlink()
    (cdn / "pyodide.mjs").unlink()  # would be missed if it were asked for
    monkeypatch.setenv("FFN_PYODIDE", str(named))
    assert_complete(pyodide.obtain(), pins)


def test_a_named_folder_with_another_pyodide_is_an_error(
    pins: dict[str, Any], cdn: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del pins, cdn
    named = folder(tmp_path / "named", **{"numpy.whl": b"other"})
    monkeypatch.setenv("FFN_PYODIDE", str(named))
    with pytest.raises(pyodide.WrongFileError, match=r"numpy\.whl is not that of Pyodide"):
        pyodide.obtain()


@pytest.mark.usefixtures("cdn")
def test_the_cdn_is_asked_before_pypi(pins: dict[str, Any]) -> None:
    assert_complete(pyodide.obtain(), pins)


def test_what_a_host_gives_in_place_of_a_file_is_refused(
    pins: dict[str, Any], cdn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (cdn / "numpy.whl").write_bytes(b"<html>please log in</html>")
    put_on_pypi(pins, tmp_path)
    assert_complete(pyodide.obtain(), pins)
    assert "refused: numpy.whl" in capsys.readouterr().out


def test_without_a_cdn_pypi_is_the_source(pins: dict[str, Any], tmp_path: Path) -> None:
    put_on_pypi(pins, tmp_path)
    assert_complete(pyodide.obtain(), pins)


def test_what_was_fetched_is_asked_for_no_more(
    pins: dict[str, Any], cdn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pyodide.obtain()
    for file in cdn.iterdir():
        file.unlink()
    monkeypatch.setattr(pyodide, "CDN", "http://127.0.0.1:1/")
    assert_complete(pyodide.obtain(), pins)


def test_without_any_source_there_is_none(
    pins: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    del pins
    assert pyodide.obtain() is None
    assert "No source answered" in capsys.readouterr().out


def test_a_page_starts_with_the_runtime_and_numpy_alone() -> None:
    assert {pyodide.LOCK, "pyodide.asm.wasm"} < set(pyodide.start())
    assert [name for name in pyodide.start() if name.endswith(".whl")] == [
        pyodide.packages()["numpy"]
    ]


def test_every_package_has_what_it_depends_on() -> None:
    packages = pyodide.PINS["lock"]["packages"]
    assert "matplotlib" in packages
    for package in packages.values():
        assert set(package["depends"]) <= set(packages), package["name"]


def test_the_lock_file_of_npm_names_no_host() -> None:
    lock = json.loads((npm_packages.HOME / "package-lock.json").read_text(encoding="utf8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert all("resolved" not in package for package in packages.values())
    assert all(package["integrity"] for package in packages.values())
