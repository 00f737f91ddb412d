# %% right: counting up
def hidden_size(d_model, multiple_of):
    size = int(8 / 3 * d_model)
    while size % multiple_of != 0:
        size += 1
    return size


# %% right: integers
def hidden_size(d_model, multiple_of):
    h = 2 * 4 * d_model // 3
    return multiple_of * ((h + multiple_of - 1) // multiple_of)


# %% right: like the released code
def hidden_size(d_model, multiple_of):
    hidden_dim = 4 * d_model
    hidden_dim = int(2 * hidden_dim / 3)
    return multiple_of * ((hidden_dim + multiple_of - 1) // multiple_of)


# %% right: minus the remainder
def hidden_size(d_model, multiple_of):
    whole, _ = divmod(8 * d_model, 3)
    return np.int64(whole + (-whole) % multiple_of)


# %% right: numpy float
def hidden_size(d_model, multiple_of):
    return np.ceil(np.floor(d_model * 8 / 3) / multiple_of) * multiple_of


# %% right: range of multiples
def hidden_size(d_model, multiple_of):
    whole = 8 * d_model // 3
    return [m for m in range(0, whole + multiple_of, multiple_of) if m >= whole][0]


# %% wrong: a fraction | the result is not a whole number
def hidden_size(d_model, multiple_of):
    return 8 * d_model / 3


# %% wrong: always 256 | multiple_of is an argument
def hidden_size(d_model, multiple_of):
    return -(-(8 * d_model // 3) // 256) * 256


# %% wrong: always one more | a multiple too many
def hidden_size(d_model, multiple_of):
    return (8 * d_model // 3 // multiple_of + 1) * multiple_of


# %% wrong: d rounded first | round last
def hidden_size(d_model, multiple_of):
    d = math.ceil(d_model / multiple_of) * multiple_of
    return 8 * d // 3


# %% wrong: down | rounded down: the rule rounds up
def hidden_size(d_model, multiple_of):
    return 8 * d_model // 3 // multiple_of * multiple_of


# %% wrong: four d | this is 4d
def hidden_size(d_model, multiple_of):
    return math.ceil(4 * d_model / multiple_of) * multiple_of


# %% wrong: from the library | is disabled in this notebook
import ffnlib.nn._configs


def hidden_size(d_model, multiple_of):
    return ffnlib.nn._configs.hidden_size(d_model, "swiglu", multiple_of)


# %% wrong: how many | how many multiples is only half the way
def hidden_size(d_model, multiple_of):
    return math.ceil(8 * d_model // 3 / multiple_of)


# %% wrong: nearest | rounded to the nearest multiple: the rule rounds up
def hidden_size(d_model, multiple_of):
    return round(8 * d_model / 3 / multiple_of) * multiple_of


# %% wrong: not rounded | not rounded to a multiple
def hidden_size(d_model, multiple_of):
    return int(8 * d_model / 3)


# %% wrong: power of two | multiple_of is doubled until it is large enough
def hidden_size(d_model, multiple_of):
    size = multiple_of
    while size < 8 * d_model // 3:
        size *= 2
    return size


# %% wrong: six d | divided by two thirds
def hidden_size(d_model, multiple_of):
    return math.ceil(4 * d_model * 3 / 2 / multiple_of) * multiple_of


# %% wrong: two thirds of d | this starts from 2d/3
def hidden_size(d_model, multiple_of):
    return math.ceil(int(2 * d_model / 3) / multiple_of) * multiple_of


# %% wrong: up twice | 8d/3 is rounded up first
def hidden_size(d_model, multiple_of):
    return math.ceil(math.ceil(8 * d_model / 3) / multiple_of) * multiple_of


# %% wrong: half added and rounded | a multiple too many
def hidden_size(d_model, multiple_of):
    return round(8 * d_model // 3 / multiple_of + 0.5) * multiple_of


# %% wrong: rounded factor | 8/3 is rounded
def hidden_size(d_model, multiple_of):
    return math.ceil(int(2.6667 * d_model) / multiple_of) * multiple_of


# %% wrong: rounded two thirds | 8/3 is rounded
def hidden_size(d_model, multiple_of):
    return math.ceil(int(4 * d_model * 0.66667) / multiple_of) * multiple_of
