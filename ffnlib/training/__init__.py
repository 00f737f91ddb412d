"""From gradients to a trained network: optimizers, schedules, the loop, and gradient checks.

Chapter 3. ``Value`` is the scalar autograd engine, ``gradcheck`` compares a gradient with finite
differences, ``fit`` is the training loop, and ``TwoLayer`` is the network with planted faults.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.training._augmentation import Distort as Distort
    from ffnlib.training._augmentation import Shift as Shift
    from ffnlib.training._autograd import Value as Value
    from ffnlib.training._buggy_network import FAULTS as FAULTS
    from ffnlib.training._buggy_network import TwoLayer as TwoLayer
    from ffnlib.training._cache_blocks import Block as Block
    from ffnlib.training._cache_blocks import split_into_blocks as split_into_blocks
    from ffnlib.training._gradcheck import STEP as STEP
    from ffnlib.training._gradcheck import gradcheck as gradcheck
    from ffnlib.training._loop import Augment as Augment
    from ffnlib.training._loop import History as History
    from ffnlib.training._loop import Score as Score
    from ffnlib.training._loop import batches as batches
    from ffnlib.training._loop import count_steps as count_steps
    from ffnlib.training._loop import evaluate as evaluate
    from ffnlib.training._loop import fit as fit
    from ffnlib.training._loop import train_step as train_step
    from ffnlib.training._monitor import activation_statistics as activation_statistics
    from ffnlib.training._monitor import dead_unit_rate as dead_unit_rate
    from ffnlib.training._monitor import dead_units as dead_units
    from ffnlib.training._monitor import gradient_norms as gradient_norms
    from ffnlib.training._muon import COEFFICIENTS as COEFFICIENTS
    from ffnlib.training._muon import Muon as Muon
    from ffnlib.training._muon import orthogonalize as orthogonalize
    from ffnlib.training._optimizers import OPTIMIZERS as OPTIMIZERS
    from ffnlib.training._optimizers import SGD as SGD
    from ffnlib.training._optimizers import Adam as Adam
    from ffnlib.training._optimizers import AdamW as AdamW
    from ffnlib.training._optimizers import Momentum as Momentum
    from ffnlib.training._optimizers import Nesterov as Nesterov
    from ffnlib.training._optimizers import Optimizer as Optimizer
    from ffnlib.training._optimizers import Schedule as Schedule
    from ffnlib.training._optimizers import at_least_0 as at_least_0
    from ffnlib.training._optimizers import flush_tiny as flush_tiny
    from ffnlib.training._replay import Replay as Replay
    from ffnlib.training._replay import carry_over as carry_over
    from ffnlib.training._schedules import Constant as Constant
    from ffnlib.training._schedules import Cosine as Cosine
    from ffnlib.training._schedules import StepDecay as StepDecay
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_augmentation": (
                "Distort",
                "Shift",
            ),
            "_autograd": ("Value",),
            "_buggy_network": (
                "FAULTS",
                "TwoLayer",
            ),
            "_cache_blocks": (
                "Block",
                "split_into_blocks",
            ),
            "_gradcheck": (
                "STEP",
                "gradcheck",
            ),
            "_loop": (
                "Augment",
                "History",
                "Score",
                "batches",
                "count_steps",
                "evaluate",
                "fit",
                "train_step",
            ),
            "_monitor": (
                "activation_statistics",
                "dead_unit_rate",
                "dead_units",
                "gradient_norms",
            ),
            "_muon": (
                "COEFFICIENTS",
                "Muon",
                "orthogonalize",
            ),
            "_optimizers": (
                "Adam",
                "AdamW",
                "Momentum",
                "Nesterov",
                "OPTIMIZERS",
                "Optimizer",
                "SGD",
                "Schedule",
                "at_least_0",
                "flush_tiny",
            ),
            "_replay": (
                "Replay",
                "carry_over",
            ),
            "_schedules": (
                "Constant",
                "Cosine",
                "StepDecay",
            ),
        },
    )
