"""Digits written as the page's pen writes them, for the explorers that read a drawing."""

from itertools import pairwise

import numpy as np

from ffnlib.explorers.ten_minutes import reader
from ffnlib.explorers.ten_minutes.digit_run import CANVAS

EMPTY = np.zeros((CANVAS, CANVAS), dtype=bool)
# One way to write each digit: strokes through these points, 32 to a side.
STROKES = {
    0: [[(16, 3), (8, 8), (7, 16), (8, 24), (16, 29), (24, 24), (25, 16), (24, 8), (16, 3)]],
    1: [[(11, 8), (17, 3), (17, 29)]],
    2: [[(8, 8), (12, 3), (20, 3), (24, 9), (20, 16), (8, 29), (25, 29)]],
    3: [[(8, 4), (18, 3), (23, 8), (21, 14), (14, 15), (22, 17), (24, 23), (19, 29), (8, 28)]],
    4: [[(18, 3), (7, 20), (26, 20)], [(19, 10), (19, 29)]],
    5: [[(23, 3), (10, 3), (9, 14), (18, 13), (24, 19), (22, 26), (15, 29), (8, 27)]],
    6: [[(21, 3), (12, 10), (8, 20), (10, 27), (17, 29), (23, 25), (22, 19), (15, 17), (9, 21)]],
    7: [[(8, 3), (25, 3), (13, 29)]],
    8: [[(16, 15), (9, 10), (11, 4), (18, 3), (23, 7), (16, 15), (9, 21), (10, 28), (18, 29),
         (23, 24), (16, 15)]],
    9: [[(22, 10), (16, 14), (10, 10), (12, 4), (19, 3), (23, 8), (22, 18), (18, 29)]],
}  # fmt: skip
PEN = reader.controls["drawn"].pen


def written(digit, size=1.0, shift=(0.0, 0.0)):
    """A digit as the page's pen writes it."""
    cells = EMPTY.copy()
    y, x = np.mgrid[:CANVAS, :CANVAS] + 0.5
    for stroke in STROKES[digit]:
        points = size * np.array(stroke) + shift
        for start, end in pairwise(points):
            for px, py in np.linspace(start, end, 60):
                cells |= np.hypot(x - px, y - py) <= PEN
    return cells


def packed(cells):
    """The cells as the page sends them."""
    return np.packbits(cells).tobytes().hex()
