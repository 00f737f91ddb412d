"""The shared part of the two explorers of sizes: bytes per weight and the widths offered."""

BYTES = {"fp32": 4.0, "bf16": 2.0, "int8": 1.0, "int4": 0.5}
"""Bytes per weight, without the scales of a quantized one."""
