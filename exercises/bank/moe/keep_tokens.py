# %% right: counters
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    room = [C] * experts
    kept = []
    for e in chosen.tolist():
        kept.append(room[e] > 0)
        room[e] -= 1
    return C, kept


# %% right: cumsum
def keep_tokens(chosen, experts, factor):
    n = len(chosen)
    C = int(np.ceil(n * factor / experts))
    one_hot = np.eye(experts, dtype=int)[chosen]  # (n, N)
    place = (np.cumsum(one_hot, axis=0) * one_hot).sum(axis=1)
    return C, (place <= C).astype(int)


# %% right: expert by expert
def keep_tokens(chosen, experts, factor):
    C = -int(-(len(chosen) / experts * factor) // 1)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C]] = True
    return C, kept


# %% right: pairs
def keep_tokens(chosen, experts, factor):
    from fractions import Fraction

    C = math.ceil(Fraction(factor) * len(chosen) / experts)
    earlier = np.tril(chosen[:, None] == chosen[None, :], k=-1).sum(axis=1)
    return [C, [bool(e < C) for e in earlier]]


# %% right: stable sort
def keep_tokens(chosen, experts, factor):
    capacity = np.ceil(np.float64(factor) * chosen.size / experts)
    order = np.argsort(chosen, kind="stable")
    line = chosen[order]
    place = np.arange(line.size) - np.searchsorted(line, line)  # from 0, in its own line
    kept = np.empty(line.size)
    kept[order] = place < capacity
    return capacity, kept


# %% wrong: a fraction | capacity is not a whole number
def keep_tokens(chosen, experts, factor):
    C = factor * len(chosen) / experts
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:math.ceil(C)]] = True
    return C, kept


# %% wrong: all or nothing | all tokens of a full expert are dropped
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    load = np.bincount(chosen, minlength=experts)
    return C, load[chosen] <= C


# %% wrong: dropped | kept marks the tokens that are dropped
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C]] = True
    return C, ~kept


# %% wrong: floor | capacity is rounded down
def keep_tokens(chosen, experts, factor):
    C = int(factor * len(chosen) / experts)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C]] = True
    return C, kept


# %% wrong: forgotten | the capacity is forgotten
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)] = True
    return C, kept


# %% wrong: from the library | is disabled in this notebook
from ffnlib.moe import assign, capacity


def keep_tokens(chosen, experts, factor):
    C = capacity(len(chosen), experts, 1, factor)
    return C, assign(chosen[:, None], experts, C)[:, 0]


# %% wrong: last served first | the last tokens are kept
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[-C:]] = True
    return C, kept


# %% wrong: nearest | capacity is rounded to the nearest integer
def keep_tokens(chosen, experts, factor):
    C = round(factor * len(chosen) / experts)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C]] = True
    return C, kept


# %% wrong: no factor | capacity leaves out the factor
def keep_tokens(chosen, experts, factor):
    C = math.ceil(len(chosen) / experts)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C]] = True
    return C, kept


# %% wrong: not shared out | capacity is not divided by the number of experts
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen))
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C]] = True
    return C, kept


# %% wrong: numbers of the kept | kept has the wrong shape
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    taken, kept = [0] * experts, []
    for t, e in enumerate(chosen):
        if taken[e] < C:
            taken[e] += 1
            kept.append(t)
    return C, kept


# %% wrong: one for all | the capacity is one for all experts together
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    return C, [t < C for t in range(len(chosen))]


# %% wrong: one more | an expert takes one token too many
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * len(chosen) / experts)
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C + 1]] = True
    return C, kept


# %% wrong: rounded twice | capacity is rounded up before the factor
def keep_tokens(chosen, experts, factor):
    C = math.ceil(factor * math.ceil(len(chosen) / experts))
    kept = np.zeros(len(chosen), dtype=bool)
    for e in range(experts):
        kept[np.flatnonzero(chosen == e)[:C]] = True
    return C, kept


# %% wrong: capacity at most the tokens | capacity is cut off at the number of tokens
def keep_tokens(chosen, experts, factor):
    n = len(chosen)
    capacity = min(math.ceil(factor * n / experts), n)
    taken, kept = [0] * experts, []
    for expert in chosen:
        kept.append(taken[expert] < capacity)
        taken[expert] += 1
    return capacity, kept


# %% wrong: one more than the whole part | capacity is one too many
def keep_tokens(chosen, experts, factor):
    capacity = int(factor * len(chosen) / experts) + 1
    taken, kept = [0] * experts, []
    for expert in chosen:
        kept.append(taken[expert] < capacity)
        taken[expert] += 1
    return capacity, kept
