"""What the explorers of ffn in this folder share: how large a block is, what rounding cost."""

BYTES = {"fp32": 4.0, "bf16": 2.0, "int8": 1.0, "int4": 0.5}
"""Of one weight, the scales of a quantized one left out."""
