r"""Images moved and bent a little, so that a network sees none of them twice.

Each is an object that ``fit(augment=…)`` calls with a batch, ``augment(x, rng)``: x holds square
images, (batch, side²), one in a row; what comes back has its shape and dtype. What moves in from
outside is 0.
"""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ffnlib._base.arrays import Array, as_count, as_float, as_rng


@dataclass(frozen=True)
class Shift:
    """Move each image by whole pixels, up to ``pixels`` in each direction; 0 stays possible."""

    pixels: int = 1

    def __post_init__(self) -> None:
        as_count(self.pixels, "pixels", least=0)

    def __call__(self, x: ArrayLike, rng: np.random.Generator) -> Array:
        """Return the moved images."""
        images = _as_images(x)
        m, side, _ = images.shape
        p = self.pixels
        padded = np.pad(images, ((0, 0), (p, p), (p, p)))
        width = side + 2 * p
        drawn = as_rng(rng).integers(0, 2 * p + 1, size=(2, m))
        down, right = drawn.astype(np.intp)  # indices, which a browser counts in 32 bits
        corner = np.arange(m) * width**2 + down * width + right  # of each window in the flat array
        window = np.add.outer(np.arange(side) * width, np.arange(side)).reshape(-1)
        moved: Array = padded.reshape(-1).take(np.add.outer(corner, window))
        return moved


@dataclass(frozen=True)
class Distort:
    """Turn, scale, shear, move and bend each image, its own way each time.

    The affine part maps a pixel's place r, counted from the centre, to :math:`A r + s`; the elastic
    part adds a smooth random displacement (Simard, Steinkraus and Platt, 2003). The image is then
    read at that place, between four pixels.
    """

    degrees: float = 10.0
    """Largest angle."""
    scale: float = 0.1
    """Largest change of size, as a share."""
    shear: float = 0.1
    """Largest shear: columns moved for each row."""
    pixels: float = 1.5
    """Largest move in each direction."""
    bend: float = 0.7
    """Standard deviation of the elastic displacement, in pixels; 0 for none."""
    smoothness: float = 4.0
    """Over how many pixels the displacement stays about the same."""
    _bumps: dict[int, Array] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("degrees", "scale", "shear", "pixels", "bend"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be finite, 0 or more; got {getattr(self, name)!r}")
        if not self.scale < 1:
            raise ValueError(f"scale must be below 1, got {self.scale!r}")
        if not 0.5 <= self.smoothness < math.inf:
            raise ValueError(f"smoothness must be at least 0.5 pixels, got {self.smoothness!r}")

    def __call__(self, x: ArrayLike, rng: np.random.Generator) -> Array:
        """Return the distorted images."""
        images, rng = _as_images(x), as_rng(rng)
        m, side, _ = images.shape
        i = np.arange(side, dtype=np.float32) - np.float32((side - 1) / 2)
        A = self._draw_maps(m, rng)  # (batch, 2, 2)
        shift = rng.uniform(-self.pixels, self.pixels, size=(2, m, 1, 1)).astype(np.float32)
        centre = np.float32((side - 1) / 2)
        row = A[:, 0, 0, None, None] * i[:, None] + A[:, 0, 1, None, None] * i + shift[0] + centre
        column = (
            A[:, 1, 0, None, None] * i[:, None] + A[:, 1, 1, None, None] * i + shift[1] + centre
        )
        if self.bend:
            bumps = self._bumps_for(side)
            row += self._draw_field(m, bumps, rng).reshape(images.shape)
            column += self._draw_field(m, bumps, rng).reshape(images.shape)
        return _read_between(images, row, column).reshape(m, -1)

    def _draw_maps(self, m: int, rng: np.random.Generator) -> NDArray[np.float32]:
        angle = np.deg2rad(rng.uniform(-self.degrees, self.degrees, size=m))
        size = 1 + rng.uniform(-self.scale, self.scale, size=m)
        shear = rng.uniform(-self.shear, self.shear, size=m)
        cos, sin = np.cos(angle) / size, np.sin(angle) / size
        A = np.stack([cos, -sin, sin + shear * cos, cos - shear * sin], axis=1)
        return A.reshape(m, 2, 2).astype(np.float32)

    def _draw_field(self, m: int, bumps: Array, rng: np.random.Generator) -> Array:
        """Draw smooth displacements in one direction, (batch, side²): a random sum of bumps."""
        heights = rng.standard_normal((m, len(bumps)), dtype=np.float32)
        return heights @ bumps

    def _bumps_for(self, side: int) -> Array:
        """Return bell-shaped bumps, (bumps, side²), so large that their random sum has std bend."""
        if side not in self._bumps:
            centres = np.arange(-self.smoothness, side + self.smoothness, self.smoothness)
            bell = np.exp(-((centres[:, None] - np.arange(side)) ** 2) / (2 * self.smoothness**2))
            bumps = np.einsum("ai,bj->abij", bell, bell).reshape(len(centres) ** 2, side**2)
            bumps *= self.bend / np.sqrt((bumps**2).sum(axis=0))
            self._bumps[side] = bumps.astype(np.float32)
        return self._bumps[side]


def _as_images(x: ArrayLike) -> Array:
    """Return rows of pixels as images, (batch, side, side)."""
    x = as_float(x, "x")
    side = math.isqrt(x.shape[1]) if x.ndim == 2 else 0
    if x.ndim != 2 or side == 0 or side * side != x.shape[1]:
        raise ValueError(f"x must hold square images, shape (batch, side²), got {x.shape}")
    return x.reshape(len(x), side, side)


def _read_between(images: Array, row: Array, column: Array) -> Array:
    """Read images at places between pixels, by bilinear interpolation; 0 outside."""
    m, side, _ = images.shape
    padded = np.zeros((m, side + 3, side + 3), dtype=images.dtype)  # one before, two after
    padded[:, 1:-2, 1:-2] = images
    width = side + 3
    np.clip(row, -1, side, out=row)
    np.clip(column, -1, side, out=column)
    top, left = np.floor(row), np.floor(column)
    row -= top  # now the share of the pixel below
    column -= left
    row, column = row.astype(images.dtype, copy=False), column.astype(images.dtype, copy=False)
    place = (top * width + left).astype(np.intp)
    place += np.arange(m)[:, None, None] * width**2 + width + 1
    flat = padded.reshape(-1)
    upper: Array = flat.take(place)
    upper += (flat.take(place + 1) - upper) * column
    place += width
    lower: Array = flat.take(place)
    lower += (flat.take(place + 1) - lower) * column
    lower -= upper
    lower *= row
    lower += upper
    return lower
