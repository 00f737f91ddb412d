"""Data to learn from: toy point sets, the bundled digits, MNIST, Fashion-MNIST, the corpus.

Every chapter that trains something takes its data from here. The digits and the corpus come with
the library (``ffnlib/data``); MNIST and Fashion-MNIST are read from a folder or downloaded.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.datasets._datasets import CLOTHES as CLOTHES
    from ffnlib.datasets._datasets import Dataset as Dataset
    from ffnlib.datasets._datasets import blobs as blobs
    from ffnlib.datasets._datasets import circles as circles
    from ffnlib.datasets._datasets import digits as digits
    from ffnlib.datasets._datasets import fashion_mnist as fashion_mnist
    from ffnlib.datasets._datasets import holdout as holdout
    from ffnlib.datasets._datasets import mnist as mnist
    from ffnlib.datasets._datasets import moons as moons
    from ffnlib.datasets._datasets import prose as prose
    from ffnlib.datasets._datasets import spirals as spirals
    from ffnlib.datasets._datasets import xor as xor
    from ffnlib.datasets._download import cache_folder as cache_folder
    from ffnlib.datasets._download import read_checked as read_checked
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_datasets": (
                "CLOTHES",
                "Dataset",
                "blobs",
                "circles",
                "digits",
                "fashion_mnist",
                "holdout",
                "mnist",
                "moons",
                "prose",
                "spirals",
                "xor",
            ),
            "_download": (
                "cache_folder",
                "read_checked",
            ),
        },
    )
