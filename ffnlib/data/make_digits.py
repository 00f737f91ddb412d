"""Write digits.npz from scikit-learn's copy of the UCI optical digits; see DATASHEET.md.

Run ``python ffnlib/data/make_digits.py``; it needs scikit-learn. The result is the same, byte for
byte, on every run with the same zlib.
"""

from pathlib import Path

import numpy as np


def main() -> None:
    """Write ``digits.npz`` beside this file."""
    from sklearn.datasets import load_digits

    data = load_digits()
    np.savez_compressed(
        Path(__file__).with_name("digits.npz"),
        images=data.images.astype(np.uint8),  # (1797, 8, 8), 0 to 16
        labels=data.target.astype(np.uint8),  # (1797,), 0 to 9
    )


if __name__ == "__main__":
    main()
