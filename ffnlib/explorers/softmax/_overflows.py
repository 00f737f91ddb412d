"""What the explorers of softmax in this folder share: where the formulas as printed leave the ."""

DTYPES = ("float16", "float32", "float64")
