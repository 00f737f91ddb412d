# %% right: argsort
def route(logits, k):
    chosen = np.argsort(logits, axis=1)[:, ::-1][:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best - best[:, :1])
    return chosen, e / e.sum(axis=1, keepdims=True)


# %% right: masked with minus infinity
def route(logits, k):
    n, N = logits.shape
    rank = (logits[:, :, None] < logits[:, None, :]).sum(axis=2)  # how many are better
    masked = np.where(rank < k, logits, -np.inf)
    p = np.exp(masked - masked.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    chosen = np.nonzero(rank < k)[1].reshape(n, k)  # in the order of the experts
    return chosen, p[np.arange(n)[:, None], chosen]


# %% right: one winner at a time
def route(logits, k):
    left = logits.copy()
    rows = np.arange(len(left))
    chosen = np.empty((len(left), k), dtype=np.int32)
    for j in range(k):
        chosen[:, j] = left.argmax(axis=1)
        left[rows, chosen[:, j]] = -1e9
    z = logits[rows[:, None], chosen]
    gates = np.exp(z - np.log(np.exp(z).sum(axis=1))[:, None])
    return chosen, gates.astype(np.float32)


# %% right: python loops
def route(logits, k):
    all_chosen, all_gates = [], []
    for row in logits.tolist():
        chosen = sorted(range(len(row)), key=lambda i: row[i], reverse=True)[:k]
        powers = [math.exp(row[i]) for i in chosen]
        all_chosen.append(chosen)
        all_gates.append([w / sum(powers) for w in powers])
    return all_chosen, all_gates


# %% right: softmax then renormalised
def route(logits, k):
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    chosen = np.argpartition(-p, k - 1, axis=1)[:, :k]
    gates = np.take_along_axis(p, chosen, axis=1)
    return chosen, gates / gates.sum(axis=1, keepdims=True)


# %% right: worst first
def route(logits, k):
    chosen = np.argsort(logits, axis=1)[:, -k:]
    e = np.exp(np.take_along_axis(logits, chosen, axis=1))
    return chosen, e / e.sum(axis=1, keepdims=True)


# %% wrong: ascending | the experts with the smallest logits are chosen
def route(logits, k):
    chosen = np.argsort(logits, axis=1)[:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, e / e.sum(axis=1, keepdims=True)


# %% wrong: by size | chosen by the size of the logit
def route(logits, k):
    chosen = np.argsort(-abs(logits), axis=1)[:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, e / e.sum(axis=1, keepdims=True)


# %% wrong: equal gates | all gates are equal
def route(logits, k):
    chosen = np.argsort(-logits, axis=1)[:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, np.full(best.shape, 1 / k)


# %% wrong: from one | experts are counted from 1
def route(logits, k):
    chosen = np.argsort(-logits, axis=1)[:, :k]
    e = np.exp(np.take_along_axis(logits, chosen, axis=1))
    return chosen + 1, e / e.sum(axis=1, keepdims=True)


# %% wrong: from the library | is disabled in this notebook
from ffnlib.moe import top_k_gates


def route(logits, k):
    return top_k_gates(logits, k)


# %% wrong: logits divided | the logits are divided by their sum
def route(logits, k):
    chosen = np.argsort(-logits, axis=1)[:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, best / best.sum(axis=1, keepdims=True)


# %% wrong: not renormalised | not renormalised
def route(logits, k):
    p = np.exp(logits)
    p = p / p.sum(axis=1, keepdims=True)
    chosen = np.argsort(-p, axis=1)[:, :k]
    return chosen, np.take_along_axis(p, chosen, axis=1)


# %% wrong: only gates | return chosen, gates
def route(logits, k):
    e = np.exp(-np.sort(-logits, axis=1)[:, :k])
    return e / e.sum(axis=1, keepdims=True)


# %% wrong: only the best | chosen has the wrong shape
def route(logits, k):
    chosen = np.argmax(logits, axis=1)[:, None]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, e / e.sum(axis=1, keepdims=True)


# %% wrong: orders differ | the gates stand beside the wrong experts
def route(logits, k):
    chosen = np.argsort(-logits, axis=1)[:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, np.sort(e / e.sum(axis=1, keepdims=True), axis=1)


# %% wrong: other axis | the tokens are ranked for each expert
def route(logits, k):
    chosen = np.argsort(-logits, axis=0)[:, :k]
    e = np.exp(logits[:, :k])
    return chosen, e / e.sum(axis=1, keepdims=True)


# %% wrong: over the batch | softmax runs over the tokens
def route(logits, k):
    chosen = np.argsort(-logits, axis=1)[:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, e / e.sum(axis=0)


# %% wrong: ranks | these are ranks
def route(logits, k):
    chosen = np.argsort(np.argsort(-logits, axis=1), axis=1)[:, :k]
    e = -np.sort(-np.exp(logits), axis=1)[:, :k]
    return chosen, e / e.sum(axis=1, keepdims=True)


# %% wrong: sigmoid | the sigmoid of each logit
def route(logits, k):
    chosen = np.argsort(-logits, axis=1)[:, :k]
    best = np.take_along_axis(logits, chosen, axis=1)
    e = np.exp(best)
    return chosen, 1 / (1 + np.exp(-best))


# %% wrong: softmax twice | softmax is taken twice: once over all experts
def route(logits, k):
    p = np.exp(logits)
    p = p / p.sum(axis=1, keepdims=True)
    chosen = np.argsort(-p, axis=1)[:, :k]
    e = np.exp(np.take_along_axis(p, chosen, axis=1))
    return chosen, e / e.sum(axis=1, keepdims=True)
