"""The shared part of the two overflow explorers: where the printed formulas leave the range."""

DTYPES = ("float16", "float32", "float64")
