"""How numbers are written: three significant digits, powers of ten as powers."""

import math

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """A number as a reader wants it: ``digits`` significant digits, a real minus sign, no ``e-05``.

    >>> number(-0.16997), number(46702792704, 11), number(1.23e-7)
    ('−0.17', '46,702,792,704', '1.23 × 10⁻⁷')
    """
    value = float(value)
    if not math.isfinite(value):
        return {"inf": "∞", "-inf": "−∞"}.get(str(value), "not a number")
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 10 ** max(digits, 5):
        places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:,.{places}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text.replace("-", "−")
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa).replace("-", "−")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def power(value: float) -> str:
    """Write a power of ten as the label of a logarithmic axis.

    >>> power(1e-6), power(1.0), power(100.0)
    ('10⁻⁶', '1', '10²')
    """
    exponent = round(math.log10(value))
    return "1" if exponent == 0 else f"10{str(exponent).translate(_SUPERSCRIPT)}"
