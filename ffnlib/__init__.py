"""Feed-forward networks from single neurons to mixtures of experts, in plain NumPy.

Nothing is imported here: take what you need from its module, for example
``from ffnlib.nn import gelu``.
"""

__version__ = "0.1.0"
