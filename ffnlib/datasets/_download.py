"""Where the two large image sets come from: a folder, the cache, or a checked download.

Every file is accepted only with the SHA-256 that is written down here.
"""

import hashlib
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from ffnlib._base.files import write_whole
from ffnlib.errors import CorruptDataError, DataUnavailableError


class Source(NamedTuple):
    """One data set in the original IDX form."""

    title: str
    mirrors: tuple[str, ...]
    checksums: dict[str, str]  # file name to SHA-256


SOURCES: Final[dict[str, Source]] = {
    "mnist": Source(
        "MNIST",
        (
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        {
            "t10k-images-idx3-ubyte.gz": (
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
            ),
            "train-images-idx3-ubyte.gz": (
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
            ),
            "train-labels-idx1-ubyte.gz": (
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
            ),
        },
    ),
    "fashion_mnist": Source(
        "Fashion-MNIST",
        (
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        ),
        {
            "t10k-images-idx3-ubyte.gz": (
                "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
            ),
            "train-images-idx3-ubyte.gz": (
                "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
            ),
            "train-labels-idx1-ubyte.gz": (
                "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
            ),
        },
    ),
}

LARGEST: Final[int] = 64 * 2**20
"""No file is larger; a server that sends more is not the one meant."""


def cache_folder() -> Path:
    r"""Return the folder for downloaded data, by the platform's custom; it may not exist yet.

    ``$XDG_CACHE_HOME/ffnlib`` if that variable is set, else ``~/Library/Caches/ffnlib`` on macOS,
    ``%LOCALAPPDATA%\ffnlib\Cache`` on Windows and ``~/.cache/ffnlib`` elsewhere.
    """
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):  # the XDG rules say to ignore a relative one
        return Path(chosen) / "ffnlib"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ffnlib"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return (Path(local) if local else Path.home() / "AppData" / "Local") / "ffnlib" / "Cache"
    return Path.home() / ".cache" / "ffnlib"


def read_checked(dataset: str, file: str) -> bytes:
    """Read one file of a data set: from ``FFN_DATA``, else the cache, else a public mirror.

    Parameters
    ----------
    dataset : str
        ``mnist`` or ``fashion_mnist``.
    file : str
        Its name, for example ``t10k-labels-idx1-ubyte.gz``.

    Returns
    -------
    bytes
        With the published checksum, always.

    Raises
    ------
    CorruptDataError
        If the file in the ``FFN_DATA`` folder has another checksum.
    DataUnavailableError
        If it is nowhere to be had. Nothing is downloaded in the browser.
    """
    source = SOURCES[dataset]
    right = source.checksums[file]
    folder = os.environ.get("FFN_DATA", "")
    given = Path(folder).expanduser() / dataset / file
    if folder and (content := _read(given)) is not None:
        if _sha256(content) != right:
            raise CorruptDataError(
                f"{given} is not {source.title}'s {file}: its SHA-256 is "
                f"{_sha256(content)}, expected {right}. Replace the file, or unset FFN_DATA."
            )
        return content

    cached = cache_folder() / dataset / file
    content = _read(cached)
    if content is not None and _sha256(content) == right:
        return content  # a damaged file in the cache is simply fetched again

    reasons = [f"FFN_DATA={folder} has no {dataset}/{file}" if folder else "FFN_DATA is not set"]
    if sys.platform == "emscripten":
        reasons.append("nothing is downloaded in the browser")
        raise _unavailable(source, dataset, reasons)
    for mirror in source.mirrors:
        try:
            content = _download(mirror + file)
        except OSError as error:  # URLError and timeouts are OSErrors
            reasons.append(f"{mirror} did not answer ({error})")
            continue
        if _sha256(content) != right:
            reasons.append(f"{mirror} sent a file with another checksum")
            continue
        _keep(cached, content)
        return content
    raise _unavailable(source, dataset, reasons)


def _unavailable(source: Source, dataset: str, reasons: list[str]) -> DataUnavailableError:
    return DataUnavailableError(
        f"{source.title} could not be had: {'; '.join(reasons)}. Put its four files in a folder "
        f"named {dataset} and set FFN_DATA to the folder above it, or use "
        "ffnlib.datasets.digits(), which comes with the package."
    )


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _download(url: str) -> bytes:
    from http.client import HTTPException
    from urllib.request import Request, urlopen  # slow to import, and rarely needed

    request = Request(url, headers={"User-Agent": "ffnlib"})
    try:
        with urlopen(request, timeout=30) as answer:
            content: bytes = answer.read(LARGEST)
    except HTTPException as error:  # the connection broke off in the middle
        raise OSError(str(error) or type(error).__name__) from error
    return content


def _keep(path: Path, content: bytes) -> None:
    """Write the whole file or nothing, also when two processes do it at once.

    A cache that cannot be written is no reason to fail: the data are here.
    """
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
