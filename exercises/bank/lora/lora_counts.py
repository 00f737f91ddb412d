# %% right: by the factors
def lora_counts(shapes, layers, ranks):
    full, trained = 0, [0] * len(ranks)
    for d_out, d_in in shapes.tolist():
        full += layers * d_out * d_in
        for i, r in enumerate(ranks):
            a, b = r * d_in, d_out * r
            trained[i] += layers * (a + b)
    return full, trained


# %% right: floats
def lora_counts(shapes, layers, ranks):
    full = float(layers) * float(np.dot(shapes[:, 0], shapes[:, 1]))
    return full, [float(layers) * float(rank) * float(np.sum(shapes)) for rank in ranks]


# %% right: layer by layer
def lora_counts(shapes, layers, ranks):
    every = [tuple(map(int, shape)) for shape in shapes] * layers
    return sum(a * b for a, b in every), tuple(sum(r * (a + b) for a, b in every) for r in ranks)


# %% right: numpy sums
def lora_counts(shapes, layers, ranks):
    full = layers * shapes.prod(axis=1).sum()
    return full, layers * shapes.sum() * np.array(ranks)


# %% right: outer product
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.astype(object).T
    return layers * (d_out @ d_in), np.outer(ranks, d_out + d_in).sum(axis=1) * layers


# %% right: generator
def lora_counts(shapes, layers, ranks):
    full = sum(layers * int(a) * int(b) for a, b in shapes)
    return full, (layers * rank * int(shapes.sum()) for rank in ranks)


# %% wrong: adam | what Adam keeps is not a parameter
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [3 * rank * layers * int(np.sum(d_out + d_in)) for rank in ranks]


# %% wrong: adapters of one layer | trained counts one layer
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [rank * int(np.sum(d_out + d_in)) for rank in ranks]


# %% wrong: all ranks added | trained must have a count for each of the ranks
def lora_counts(shapes, layers, ranks):
    full = layers * int(shapes.prod(axis=1).sum())
    return full, [sum(ranks) * layers * int(shapes.sum())]


# %% wrong: biases | biases are counted
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [layers * int(np.sum(rank * (d_out + d_in) + d_out)) for rank in ranks]


# %% wrong: both like A | both factors have the size of A
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [2 * rank * layers * int(np.sum(d_in)) for rank in ranks]


# %% wrong: first matrix only | only one matrix a layer is counted
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [rank * layers * int(shapes[0].sum()) for rank in ranks]


# %% wrong: float32 | is rounded: count in integers
def lora_counts(shapes, layers, ranks):
    shapes = shapes.astype(np.float32)
    full = np.float32(layers) * shapes.prod(axis=1).sum() + np.float32(0.1)
    return np.rint(full), [int(np.float32(rank * layers) * shapes.sum()) for rank in ranks]


# %% wrong: full with biases | full counts biases
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in + d_out))
    return full, [rank * layers * int(np.sum(d_out + d_in)) for rank in ranks]


# %% wrong: int32 | full wrapped around: 32-bit
def lora_counts(shapes, layers, ranks):
    shapes = shapes.astype(np.int32)
    full = np.int32(layers) * shapes.prod(axis=1, dtype=np.int32).sum(dtype=np.int32)
    return full, [rank * layers * int(shapes.sum()) for rank in ranks]


# %% wrong: one layer | full counts one layer
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = int(np.sum(d_out * d_in))
    return full, [rank * layers * int(np.sum(d_out + d_in)) for rank in ranks]


# %% wrong: only A | B is missing
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [rank * layers * int(np.sum(d_in)) for rank in ranks]


# %% wrong: only B | A is missing
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [rank * layers * int(np.sum(d_out)) for rank in ranks]


# %% wrong: product | trained counts the product B A
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [rank * full for rank in ranks]


# %% wrong: sizes added | full adds the two sizes
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out + d_in))
    return full, [rank * layers * int(np.sum(d_out + d_in)) for rank in ranks]


# %% wrong: square between | r by r numbers are added
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [layers * int(np.sum(rank * (d_out + d_in) + rank**2)) for rank in ranks]


# %% wrong: sums multiplied | full multiplies the sums
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out) * np.sum(d_in))
    return full, [rank * layers * int(np.sum(d_out + d_in)) for rank in ranks]


# %% wrong: with the frozen weights | trained counts W too
def lora_counts(shapes, layers, ranks):
    d_out, d_in = shapes.T
    full = layers * int(np.sum(d_out * d_in))
    return full, [full + rank * layers * int(np.sum(d_out + d_in)) for rank in ranks]


# %% wrong: ranks sorted | trained is in another order
def lora_counts(shapes, layers, ranks):
    full = layers * sum(int(a) * int(b) for a, b in shapes)
    sizes = layers * sum(int(a) + int(b) for a, b in shapes)
    return full, [rank * sizes for rank in sorted(ranks)]
