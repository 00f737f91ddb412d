r"""Check a gradient against finite differences.

The central difference

.. math:: \frac{f(\theta + h e_i) - f(\theta - h e_i)}{2h} = \partial_i f + O(h^2)

needs nothing but the function, so it finds faults that the derivation and the code share.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from ffnlib._base.arrays import as_count, as_rng

Arrays = NDArray[np.float64] | Sequence[NDArray[np.float64]] | Mapping[str, NDArray[np.float64]]
P = TypeVar("P", bound=Arrays)

STEP: Final[float] = float(np.cbrt(np.finfo(np.float64).eps))
"""h for a parameter of size 1: rounding (eps/h) and truncation (h²) are then about equal."""


@dataclass(frozen=True)
class Entry:
    """One derivative, two ways."""

    name: str
    """Which array."""
    index: tuple[int, ...]
    """Where in it."""
    value: float
    """The parameter itself."""
    analytic: float
    """The derivative under test."""
    numeric: float
    """The central difference."""
    error: float
    """The relative error of the one against the other."""


class GradCheck(NamedTuple):
    """Outcome of ``gradcheck``; true in a condition when the gradient is right."""

    ok: bool
    """Whether no entry's error exceeds the tolerance."""
    worst: Entry
    """The entry with the largest error."""
    checked: int
    """How many entries were compared."""
    tolerance: float
    """The largest relative error allowed."""

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        w = self.worst
        place = f"{w.name}[{', '.join(map(str, w.index))}]" if w.index else w.name
        verdict = "agrees" if self.ok else "is wrong"
        return (
            f"the gradient {verdict}: worst of {self.checked} entries is {place} = {w.value:.6g}, "
            f"derivative got {w.analytic:.9g}, expected {w.numeric:.9g} "
            f"(relative error {w.error:.2g}, allowed {self.tolerance:.2g})"
        )


def gradcheck(
    f: Callable[[P], Any],
    params: P,
    analytic: Arrays | None = None,
    *,
    tolerance: float = 1e-6,
    step: float = STEP,
    sample: int | None = None,
    rng: np.random.Generator | None = None,
) -> GradCheck:
    """Compare the gradient of a scalar function with central differences, entry by entry.

    Parameters
    ----------
    f : callable
        ``f(params)`` gives ``(loss, gradients)``, or the loss alone when ``analytic`` is given.
        It is handed the very arrays of ``params``, changed in place and restored, so it may as
        well ignore its argument and run a model that holds those arrays.
    params : float64 array, sequence of them, or mapping from names to them
        Where to check; writable.
    analytic : like ``params``, optional
        The gradients to test, if ``f`` does not return them.
    tolerance : float
        Largest relative error allowed.
    step : float
        h for a parameter between -1 and 1; larger ones use h times their size.
    sample : int, optional
        Check only this many entries of each array, drawn with ``rng``.
    rng : numpy.random.Generator, optional
        Needed with ``sample``.

    Returns
    -------
    GradCheck
        ``.ok``, ``.worst``, ``.checked``; ``str()`` of it is a sentence.

    Raises
    ------
    TypeError, ValueError
        If an array is not float64 or not writable, the gradients do not match the parameters in
        number, name or shape, or the loss is not one number.

    Notes
    -----
    The relative error is ``|a - n| / max(|a|, |n|)``, except that a difference which rounding in
    the loss explains by itself counts as no more than ``tolerance``. At a kink (ReLU at exactly 0)
    there is no derivative and the check may fail: move the parameters a little.
    """
    arrays = _named(params, "params")
    _check_params(arrays)
    if sample is not None:
        sample, rng = as_count(sample, "sample"), as_rng(rng)
    if not (tolerance > 0 and step > 0):
        raise ValueError(f"tolerance and step must be above 0, got {tolerance!r} and {step!r}")

    if analytic is None:
        gradients = _named(_returned_gradients(f(params)), "gradients")
        loss = lambda: _loss(f(params)[0])  # noqa: E731
    else:
        gradients = _named(analytic, "analytic")
        loss = lambda: _loss(f(params))  # noqa: E731
    # copies: f may hand out buffers that its next call overwrites
    gradients = {name: np.array(g, dtype=np.float64) for name, g in gradients.items()}
    _check_gradients(arrays, gradients)

    entries = [
        _entry(loss, name, array, index, float(gradients[name][index]), step, tolerance)
        for name, array in arrays.items()
        for index in _indices(array, sample, rng)
    ]
    worst = max(entries, key=lambda entry: entry.error)
    return GradCheck(worst.error <= tolerance, worst, len(entries), tolerance)


def _entry(
    loss: Callable[[], float],
    name: str,
    array: NDArray[np.float64],
    index: tuple[int, ...],
    analytic: float,
    step: float,
    tolerance: float,
) -> Entry:
    value = float(array[index])
    h = step * max(1.0, abs(value))
    try:
        array[index] = value + h
        right, above = float(array[index]), loss()
        array[index] = value - h
        left, below = float(array[index]), loss()
    finally:
        array[index] = value
    width = right - left  # what the parameter really moved by, after rounding
    numeric = (above - below) / width
    rounding = 8 * float(np.finfo(np.float64).eps) * max(abs(above), abs(below)) / width
    scale = max(abs(analytic), abs(numeric), rounding / tolerance)
    if not np.isfinite([analytic, numeric]).all():
        return Entry(name, index, value, analytic, numeric, np.inf)  # nan is never right
    error = abs(analytic - numeric) / scale if scale > 0 else 0.0
    return Entry(name, index, value, analytic, numeric, error)


def _indices(
    array: NDArray[np.float64], sample: int | None, rng: np.random.Generator | None
) -> Iterator[tuple[int, ...]]:
    if sample is None or rng is None or sample >= array.size:
        yield from np.ndindex(array.shape)
        return
    for flat in rng.choice(array.size, size=sample, replace=False):
        yield tuple(int(i) for i in np.unravel_index(flat, array.shape))


def _named(arrays: Any, name: str) -> dict[str, Any]:
    if isinstance(arrays, Mapping):
        return dict(arrays)
    if isinstance(arrays, Sequence):
        return {f"params[{i}]": array for i, array in enumerate(arrays)}
    if isinstance(arrays, np.ndarray | np.generic | float):
        return {"params": arrays}
    raise TypeError(
        f"{name} must be an array, a sequence of arrays or a mapping to arrays, got {arrays!r}"
    )


def _returned_gradients(result: Any) -> Any:
    if isinstance(result, tuple) and len(result) == 2:
        return result[1]
    raise TypeError(
        f"f must return (loss, gradients), got {result!r}; "
        "if it returns the loss alone, give the gradients as analytic="
    )


def _loss(value: Any) -> float:
    if np.size(value) != 1:
        raise ValueError(f"f must return one number as the loss, got shape {np.shape(value)}")
    return float(np.asarray(value).reshape(()))


def _check_params(arrays: dict[str, Any]) -> None:
    for name, array in arrays.items():
        if not isinstance(array, np.ndarray) or array.dtype != np.float64:
            given = getattr(array, "dtype", type(array).__name__)
            raise TypeError(
                f"{name} must be a float64 array, got {given}: fewer digits leave too little "
                "for differences; convert it with .astype(np.float64)"
            )
        if not array.flags.writeable:
            raise ValueError(f"{name} must be writable, got a read-only array; give a copy")
    if not any(array.size for array in arrays.values()):
        raise ValueError("params must hold at least one number, got none")


def _check_gradients(arrays: dict[str, Any], gradients: dict[str, NDArray[np.float64]]) -> None:
    if arrays.keys() != gradients.keys():
        raise ValueError(
            f"the gradients must be for {', '.join(arrays)}, got {', '.join(gradients) or 'none'}"
        )
    for name, array in arrays.items():
        if gradients[name].shape != array.shape:
            raise ValueError(
                f"the gradient of {name} must have its shape {array.shape}, "
                f"got {gradients[name].shape}"
            )
