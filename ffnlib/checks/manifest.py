"""What each assignment asks for."""

# assignment -> functions the student writes
WRITTEN: dict[str, tuple[str, ...]] = {
    "neurons": ("compose", "count_parameters", "xor_network", "abs_network", "piecewise_network"),
    "activations": (
        "gelu", "silu", "gelu_derivative", "silu_derivative",
        "find_minimum", "dead_unit_rate", "chain_gradient",
    ),
    "softmax": (
        "softmax_steps", "softmax", "naive_and_shifted", "logsumexp", "log_softmax",
        "cross_entropy", "softmax_at",
    ),
    "backprop": (
        "dense_backward", "loss_gradient", "numeric_gradient", "network_gradients",
        "nesterov_step", "adam_step", "train_network",
    ),
    "ffn": (
        "swiglu", "hidden_size", "ffn_counts", "ffn_flops", "parameter_shares", "flops_shares",
    ),
    "moe": ("route", "load_balancing_loss", "keep_tokens", "moe_forward", "moe_parameters"),
    "lora": ("lora_forward", "lora_merge", "lora_counts", "low_rank", "lora_gradients"),
    "quantization": (
        "quantize_symmetric", "quantize_affine", "pack_int4", "unpack_int4", "quantize_groups",
        "smooth", "layer_bytes",
    ),
}  # fmt: skip
