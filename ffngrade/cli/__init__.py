"""The command ``ffn-grade``."""
