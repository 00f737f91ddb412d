"""Mixtures of experts: routing, balancing, dispatch, the layer and a classifier built on it.

Chapter 6. A router chooses ``top_k`` of the experts for each token; only the chosen ones compute.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.moe._balancing import LoadBalancingLoss as LoadBalancingLoss
    from ffnlib.moe._balancing import RouterZLoss as RouterZLoss
    from ffnlib.moe._balancing import Sinkhorn as Sinkhorn
    from ffnlib.moe._balancing import expert_shares as expert_shares
    from ffnlib.moe._balancing import load_balancing_loss as load_balancing_loss
    from ffnlib.moe._balancing import router_z_loss as router_z_loss
    from ffnlib.moe._balancing import sinkhorn as sinkhorn
    from ffnlib.moe._classifier import MoEClassifier as MoEClassifier
    from ffnlib.moe._dispatch import Groups as Groups
    from ffnlib.moe._dispatch import run_experts as run_experts
    from ffnlib.moe._dispatch import send_back as send_back
    from ffnlib.moe._expert_choice import ExpertChoiceMoE as ExpertChoiceMoE
    from ffnlib.moe._expert_choice import choose_tokens as choose_tokens
    from ffnlib.moe._fine_grained import FineGrainedMoE as FineGrainedMoE
    from ffnlib.moe._fine_grained import biased_top_k as biased_top_k
    from ffnlib.moe._moe import MoE as MoE
    from ffnlib.moe._router import Routing as Routing
    from ffnlib.moe._router import RoutingPolicy as RoutingPolicy
    from ffnlib.moe._routing import TopK as TopK
    from ffnlib.moe._routing import assign as assign
    from ffnlib.moe._routing import capacity as capacity
    from ffnlib.moe._routing import gates_gradient as gates_gradient
    from ffnlib.moe._routing import noisy_logits as noisy_logits
    from ffnlib.moe._routing import softmax_of_chosen as softmax_of_chosen
    from ffnlib.moe._routing import top_k_gates as top_k_gates
    from ffnlib.moe._upcycling import upcycle as upcycle
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_balancing": (
                "LoadBalancingLoss",
                "RouterZLoss",
                "Sinkhorn",
                "expert_shares",
                "load_balancing_loss",
                "router_z_loss",
                "sinkhorn",
            ),
            "_classifier": ("MoEClassifier",),
            "_dispatch": (
                "Groups",
                "run_experts",
                "send_back",
            ),
            "_expert_choice": (
                "ExpertChoiceMoE",
                "choose_tokens",
            ),
            "_fine_grained": (
                "FineGrainedMoE",
                "biased_top_k",
            ),
            "_moe": ("MoE",),
            "_router": (
                "Routing",
                "RoutingPolicy",
            ),
            "_routing": (
                "TopK",
                "assign",
                "capacity",
                "gates_gradient",
                "noisy_logits",
                "softmax_of_chosen",
                "top_k_gates",
            ),
            "_upcycling": ("upcycle",),
        },
    )
