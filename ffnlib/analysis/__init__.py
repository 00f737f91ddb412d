"""What chapters 1 and 2 measure: affine maps, linear pieces, depth, dead units, curves.

Networks are looked at here, not trained: how a signal and its gradient change with depth, where a
ReLU network bends, where an activation has its extrema.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.analysis._affine import PLANE_MAPS as PLANE_MAPS
    from ffnlib.analysis._affine import collapse as collapse
    from ffnlib.analysis._affine import from_corners as from_corners
    from ffnlib.analysis._affine import plane_map as plane_map
    from ffnlib.analysis._dead_relu import one_step_trial as one_step_trial
    from ffnlib.analysis._dead_relu import step_hidden as step_hidden
    from ffnlib.analysis._depth import Flow as Flow
    from ffnlib.analysis._depth import gradient_flow as gradient_flow
    from ffnlib.analysis._depth import rms as rms
    from ffnlib.analysis._function_analysis import Bounds as Bounds
    from ffnlib.analysis._function_analysis import Extremum as Extremum
    from ffnlib.analysis._function_analysis import Interval as Interval
    from ffnlib.analysis._function_analysis import bell_average as bell_average
    from ffnlib.analysis._function_analysis import bounds as bounds
    from ffnlib.analysis._function_analysis import extrema as extrema
    from ffnlib.analysis._function_analysis import flat_intervals as flat_intervals
    from ffnlib.analysis._function_analysis import share_inside as share_inside
    from ffnlib.analysis._piecewise import evaluate as evaluate
    from ffnlib.analysis._piecewise import fit_hinges as fit_hinges
    from ffnlib.analysis._piecewise import hinges as hinges
    from ffnlib.analysis._piecewise import linear_pieces as linear_pieces
    from ffnlib.analysis._piecewise import one_layer_zigzag as one_layer_zigzag
    from ffnlib.analysis._piecewise import tent_network as tent_network
    from ffnlib.analysis._piecewise import through_points as through_points
    from ffnlib.analysis._random_features import hidden_layers as hidden_layers
    from ffnlib.analysis._random_features import read_out as read_out
    from ffnlib.analysis._superposition import ToyModel as ToyModel
    from ffnlib.analysis._superposition import draw_features as draw_features
    from ffnlib.analysis._superposition import superposition_gradient as superposition_gradient
    from ffnlib.analysis._superposition import train_superposition as train_superposition
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_affine": (
                "PLANE_MAPS",
                "collapse",
                "from_corners",
                "plane_map",
            ),
            "_dead_relu": (
                "one_step_trial",
                "step_hidden",
            ),
            "_depth": (
                "Flow",
                "gradient_flow",
                "rms",
            ),
            "_function_analysis": (
                "Bounds",
                "Extremum",
                "Interval",
                "bell_average",
                "bounds",
                "extrema",
                "flat_intervals",
                "share_inside",
            ),
            "_piecewise": (
                "evaluate",
                "fit_hinges",
                "hinges",
                "linear_pieces",
                "one_layer_zigzag",
                "tent_network",
                "through_points",
            ),
            "_random_features": (
                "hidden_layers",
                "read_out",
            ),
            "_superposition": (
                "ToyModel",
                "draw_features",
                "superposition_gradient",
                "train_superposition",
            ),
        },
    )
