r"""rsLoRA and LoRA+: two other answers to how strong an update should be.

Both are a choice of :math:`\alpha`. rsLoRA divides by :math:`\sqrt r` instead of r
(Kalajdzievski, arXiv:2312.03732):

.. math:: \frac{\alpha}{\sqrt r} = \frac{\alpha \sqrt r}{r} .

LoRA+ gives B a learning rate :math:`\lambda` times that of A (Hayou et al., arXiv:2402.12354).
Adam's step does not depend on the size of the gradient. So if B is kept as
:math:`\tilde B = B/\lambda`, one rate for both factors moves B as far, and the product becomes
:math:`\frac{\alpha}{r} B A = \frac{\lambda\alpha}{r} \tilde B A`: LoRA+ is LoRA with
:math:`\lambda\alpha`.
"""

from ffnlib._base.arrays import as_count
from ffnlib.lora._adapter import check_alpha


def rslora_alpha(alpha: float, rank: int) -> float:
    r"""Return the :math:`\alpha` with which LoRA scales its update by :math:`\alpha/\sqrt r`.

    Parameters
    ----------
    alpha : float, above 0
    rank : int

    Raises
    ------
    TypeError, ValueError
        If ``alpha`` is not a finite number above 0, or ``rank`` not a whole number above 0.

    Examples
    --------
    >>> rslora_alpha(16, rank=64) / 64, 16 / 64**0.5  # the scale of LoRA, and of rsLoRA
    (2.0, 2.0)
    """
    return float(check_alpha(alpha, 1) * as_count(rank, "rank") ** 0.5)


def lora_plus_alpha(alpha: float, ratio: float = 16.0) -> float:
    r"""Return the :math:`\alpha` with which LoRA under Adam does what LoRA+ does.

    The learning rate is then that of A; B moves as if its rate were ``ratio`` times as large. This
    holds for Adam without weight decay, and B must start at zero, as it does.

    Parameters
    ----------
    alpha : float, above 0
    ratio : float, above 0
        :math:`\lambda`; the source recommends 16 or so.

    Raises
    ------
    ValueError
        If ``alpha`` or ``ratio`` is not a finite number above 0.

    Examples
    --------
    >>> lora_plus_alpha(8)
    128.0
    """
    if not 0 < ratio < float("inf"):
        raise ValueError(f"ratio must be a finite number above 0, got {ratio!r}")
    return check_alpha(alpha, 1) * float(ratio)
