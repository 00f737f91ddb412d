# %% right: active by subtraction
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    one = d_model * d_ff + d_ff * d_model + d_model * d_ff
    norms = (2 * layers + 1) * d_model
    attention = layers * (2 + 2 * kv_heads / heads) * d_model**2
    total = 2 * vocabulary * d_model + norms + attention + layers * experts * (d_model + one)
    unused = layers * (experts - k) * one
    return [total, total - unused]


# %% right: dictionary
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    parts = {
        "words": 2 * vocabulary,
        "norms": 2 * layers + 1,
        "attention": layers * 2 * (d_model + d_model // heads * kv_heads),
        "router": layers * experts,
    }
    # everything has d_model as one of its sides
    shared = d_model * sum(parts.values())
    return tuple(shared + layers * n * 3 * d_model * d_ff for n in (experts, k))


# %% right: formula
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    rest = vocabulary * d * 2 + d + layers * (2 * d * d + 2 * d * d * kv_heads // heads + d * experts + 2 * d)
    block = layers * 3 * d * d_ff
    return rest + experts * block, rest + k * block


# %% right: int64
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d, h, L, V = np.array([d_model, d_ff, layers, vocabulary], dtype=np.int64)
    kv = d // heads * kv_heads
    layer = 2 * d * (d + kv) + experts * d + 2 * d
    used = np.array([experts, k])
    return tuple(2 * V * d + d + L * (layer + used * (3 * d * h)))


# %% right: shapes
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    size = d_model // heads

    def model(used):
        shapes = [(vocabulary, d_model), (d_model, vocabulary), (d_model,)]
        for _ in range(layers):
            shapes += [(heads * size, d_model), (d_model, heads * size)]
            shapes += [(kv_heads * size, d_model)] * 2
            shapes += [(experts, d_model), (d_model,), (d_model,)]
            shapes += [(d_ff, d_model), (d_ff, d_model), (d_model, d_ff)] * used
        return sum(math.prod(shape) for shape in shapes)

    return model(experts), model(k)


# %% wrong: all active | active: these are all parameters
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * experts * expert


# %% wrong: all heads | total: kv_heads is ignored
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * d
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * k * expert


# %% wrong: attention for each expert | total: the attention is counted once for each expert
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (experts * attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * k * expert


# %% wrong: eight times seven | total: every model weight is multiplied
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return experts * (shared + layers * expert), experts * (shared + layers * expert)


# %% wrong: from the library | is disabled in this notebook
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    from ffnlib.nn import TransformerConfig

    model = TransformerConfig("mine", d_model, layers, heads, kv_heads, d_ff, vocabulary, "swiglu", num_experts=experts, top_k=k)
    return model.total, model.active


# %% wrong: no last norm | total leaves out the last norm
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d)
    return shared + layers * experts * expert, shared + layers * k * expert


# %% wrong: no norms | total leaves out the norms of the layers and the last norm
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d)
    return shared + layers * experts * expert, shared + layers * k * expert


# %% wrong: no router | total leaves out the routers
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * k * expert


# %% wrong: one active | active: one expert a layer is counted
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * expert


# %% wrong: one norm | total: one norm a layer
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + d) + d
    return shared + layers * experts * expert, shared + layers * k * expert


# %% wrong: only experts active | active: only the experts are counted
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, layers * k * expert


# %% wrong: router of k | active: the routers of only k experts
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * k * expert - layers * d * (experts - k)


# %% wrong: share of the total | active: the total is multiplied by k
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, (shared + layers * experts * expert) * k // experts


# %% wrong: swapped | total: these are the active ones
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * k * expert, shared + layers * experts * expert


# %% wrong: tied | total: the embedding or the output matrix is missing
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 3 * d * d_ff
    shared = vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * k * expert


# %% wrong: two matrices | total: the experts have two matrices
def moe_parameters(d_model, d_ff, layers, heads, kv_heads, vocabulary, experts, k):
    d = d_model
    attention = 2 * d * d + 2 * d * kv_heads * (d // heads)
    expert = 2 * d * d_ff
    shared = 2 * vocabulary * d + layers * (attention + experts * d + 2 * d) + d
    return shared + layers * experts * expert, shared + layers * k * expert
