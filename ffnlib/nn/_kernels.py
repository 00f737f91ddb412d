r"""Compiled GELU, softmax and products with few rows; numba (extra ``fast``) makes them.

NumPy passes over an array once for every operation. These loops pass once for all of them, and
LLVM turns them into vector instructions, because nothing in them branches: no interval, no special
case. So the exponential and the tail of the bell curve are each one polynomial here,

.. math:: e^v = 2^n e^\rho, \quad n = \operatorname{round}(v / \ln 2), \quad
          |\rho| \le \tfrac12 \ln 2,

.. math:: \Phi(-y) = t\,e^{-y^2/2}, \quad t = r\,P(1 - 2r), \quad r = \frac{K}{K + y} .

Nothing assumes that numbers are finite: nan and the infinities come out as NumPy gives them.
"""

import math
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np

from ffnlib._base.arrays import BLOCK, Array
from ffnlib._base.compiling import bits_of, compiler, fma, from_bits, polynomial

compiled = compiler("contract")
in_any_order = compiler("contract", "reassoc")
CHUNK: Final[int] = 1024
"""So many numbers are added up in their own dtype; the sums of chunks are added up in float64."""


class Numbers(NamedTuple):
    """The constants of one dtype, in that dtype."""

    zero: Any
    half: Any
    one: Any
    exp_lift: int  # keeps 2**n above the least normal number where e**v is not
    lower: Any  # 2**-exp_lift
    per_ln2: Any  # 1 / ln 2
    magic: Any  # adding it leaves no binary places: that rounds, and the last bits are n
    ln2: Any  # to so few digits that n * ln2 is exact
    ln2_rest: Any
    places: int  # binary places
    bias: int  # of the exponent
    taylor: tuple[Any, ...]  # of the exponential, highest power first
    exp_end: Any  # e to this is 0
    K: Any  # of the tail
    P: tuple[Any, ...]  # interpolates t / r at Chebyshev points of 1 - 2r, y from 0 to ``end``
    end: Any  # from here on y times the tail is 0
    density: Any  # 1 / sqrt(2 pi)


def _numbers(
    real: Any,
    lift: int,
    ln2: float,
    degree: int,
    exp_end: float,
    K: float,
    P: tuple[float, ...],
    end: float,
) -> Numbers:
    info = np.finfo(real)
    return Numbers(
        zero=real(0),
        half=real(0.5),
        one=real(1),
        exp_lift=lift,
        lower=real(2.0**-lift),
        per_ln2=real(1 / math.log(2)),
        magic=real(1.5 * 2.0**info.nmant),
        ln2=real(ln2),
        ln2_rest=real(float(Fraction(LN2) - Fraction(ln2))),
        places=info.nmant,
        bias=1 - int(info.minexp),
        taylor=tuple(real(1 / math.factorial(k)) for k in range(degree, -1, -1)),
        exp_end=real(exp_end),
        K=real(K),
        P=tuple(real(c) for c in P),
        end=real(end),
        density=real(1 / math.sqrt(2 * math.pi)),
    )


LN2: Final = "0.6931471805599453094172321214581765680755"
SHORT_P: Final = (
    -9.612361501e-05, -3.088534259e-04, 3.652314318e-04, 2.315109609e-03, -3.495278702e-03,
    -1.575389420e-02, 7.667333778e-02, -1.697773099e-01, 2.430278848e-01,
)  # fmt: skip
LONG_P: Final = (
    4.704164811331591e-10, -1.4778409200282386e-09, -1.024352670407384e-08,
    9.071911372608122e-09, 8.303879510264542e-08, -6.880651601883769e-08,
    -5.514058166459128e-07, 7.974330245955080e-07, 3.3352258996832137e-06,
    -9.953130083749553e-06, -1.1874881235511392e-05, 1.089799621645418e-04,
    -1.595739222641709e-04, -5.986753767226666e-04, 4.159013364018867e-03,
    -1.38237277394246e-02, 3.3004073233874685e-02, -6.27066313343282e-02,
    9.90611231939994e-02, -1.3307650057801063e-01, 1.5383860995001258e-01,
)  # fmt: skip
SHORT: Final = _numbers(np.float32, 64, 0.693359375, 7, -104.0, 3.0, SHORT_P, 15.0)
LONG: Final = _numbers(np.float64, 128, 0.693147180369123816490, 13, -746.0, 5.0, LONG_P, 39.0)


@compiled
def raised_exp(v, rest, c):  # type: ignore[no-untyped-def]
    """``2**lift * e**(v + rest)`` for v up to 0 and a ``rest`` that is far smaller."""
    shifted = v * c.per_ln2 + c.magic
    n = shifted - c.magic
    rho = (v - n * c.ln2) - (n * c.ln2_rest - rest)
    power = from_bits((bits_of(shifted) + c.exp_lift + c.bias) << c.places, v)
    return polynomial(c.taylor, rho) * power


@compiled
def normal_tail(y, c):  # type: ignore[no-untyped-def]
    """Return t and ``2**lift * e**(-y**2 / 2)``; the square's rounding error is not lost."""
    r = c.K / (c.K + y)
    t = r * polynomial(c.P, c.one - (r + r))
    square = y * y
    return t, raised_exp(-c.half * square, -c.half * fma(y, y, -square), c)


def _gelu(c: Numbers) -> Any:
    @compiled
    def gelu(x, out):  # type: ignore[no-untyped-def]
        for i in range(len(x)):
            y = abs(x[i])
            y = c.end if y > c.end else y
            t, g = normal_tail(y, c)
            out[i] = (x[i] if x[i] > c.zero else c.zero) - y * t * g * c.lower

    return gelu


def _gelu_slope(c: Numbers) -> Any:
    @compiled
    def gelu_slope(x, out):  # type: ignore[no-untyped-def]
        for i in range(len(x)):
            y = abs(x[i])
            y = c.end if y > c.end else y
            t, g = normal_tail(y, c)
            left = (t - y * c.density) * g * c.lower
            out[i] = c.one - left if x[i] > c.zero else left

    return gelu_slope


GELU: Final = {"f": _gelu(SHORT), "d": _gelu(LONG)}
GELU_SLOPE: Final = {"f": _gelu_slope(SHORT), "d": _gelu_slope(LONG)}


def gelu(x: Array, out: Array) -> None:
    """Write x Phi(x) to ``out``, (n,)."""
    GELU[x.dtype.char](x, out)


def gelu_slope(x: Array, out: Array) -> None:
    """Write Phi(x) + x phi(x) to ``out``, (n,)."""
    GELU_SLOPE[x.dtype.char](x, out)


def _softmax(c: Numbers) -> Any:
    @in_any_order
    def softmax(z, m, out):  # type: ignore[no-untyped-def]
        for row in range(len(z)):
            total = 0.0
            for start in range(0, z.shape[1], CHUNK):
                shifted, e = z[row, start : start + CHUNK], out[row, start : start + CHUNK]
                part = c.zero
                for i in range(len(e)):
                    v = shifted[i] - m[row]
                    v = c.exp_end if v < c.exp_end else v
                    e[i] = raised_exp(v, c.zero, c)  # the division brings it down
                    part += e[i]
                total += part
            total = type(m[row])(total)
            for i in range(z.shape[1]):
                out[row, i] /= total

    return softmax


SOFTMAX: Final = {"f": _softmax(SHORT), "d": _softmax(LONG)}


def softmax(z: Array, out: Array) -> None:
    """Write the softmax of each row of z, (rows, classes), to ``out``."""
    count = max(1, 2 * BLOCK // z.shape[1])  # rows that stay in the cache between two passes
    for start in range(0, len(z), count):
        rows = slice(start, start + count)
        SOFTMAX[z.dtype.char](z[rows], z[rows].max(axis=1), out[rows])


@in_any_order
def few_rows(x, W, y):  # type: ignore[no-untyped-def]
    """Write x W^T to y, (n, d_out), for x (n, d_in) of few rows.

    Four rows of W meet four of x at a time: eight numbers are read for sixteen products, and W
    comes from memory once. The last rows may be done again.
    """
    last_i, last_t = len(W) - 1, len(x) - 1
    for i in range(0, len(W), 4):
        j, k, m = min(i + 1, last_i), min(i + 2, last_i), min(i + 3, last_i)
        wi, wj, wk, wm = W[i], W[j], W[k], W[m]
        for a in range(0, len(x), 4):
            b, c, d = min(a + 1, last_t), min(a + 2, last_t), min(a + 3, last_t)
            xa, xb, xc, xd = x[a], x[b], x[c], x[d]
            ai = bi = ci = di = aj = bj = cj = dj = np.float32(0)
            ak = bk = ck = dk = am = bm = cm = dm = np.float32(0)
            for f in range(W.shape[1]):
                ai += xa[f] * wi[f]
                bi += xb[f] * wi[f]
                ci += xc[f] * wi[f]
                di += xd[f] * wi[f]
                aj += xa[f] * wj[f]
                bj += xb[f] * wj[f]
                cj += xc[f] * wj[f]
                dj += xd[f] * wj[f]
                ak += xa[f] * wk[f]
                bk += xb[f] * wk[f]
                ck += xc[f] * wk[f]
                dk += xd[f] * wk[f]
                am += xa[f] * wm[f]
                bm += xb[f] * wm[f]
                cm += xc[f] * wm[f]
                dm += xd[f] * wm[f]
            y[a, i], y[b, i], y[c, i], y[d, i] = ai, bi, ci, di
            y[a, j], y[b, j], y[c, j], y[d, j] = aj, bj, cj, dj
            y[a, k], y[b, k], y[c, k], y[d, k] = ak, bk, ck, dk
            y[a, m], y[b, m], y[c, m], y[d, m] = am, bm, cm, dm
