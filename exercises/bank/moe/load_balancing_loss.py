# %% right: add at single precision
def load_balancing_loss(p, chosen, alpha):
    f = np.zeros(p.shape[1], dtype=np.float32)
    np.add.at(f, chosen, 1)
    f /= f.sum()
    return np.float32(alpha) * f.size * (f @ p.astype(np.float32).mean(0))


# %% right: bincount
def load_balancing_loss(p, chosen, alpha):
    N = p.shape[1]
    f = np.bincount(chosen.reshape(-1), minlength=N) / chosen.size
    return alpha * N * np.sum(f * p.mean(axis=0))


# %% right: by choice
def load_balancing_loss(p, chosen, alpha):
    # the mean over all choices of N P of the expert chosen
    P = np.add.reduce(p) / len(p)
    return alpha * np.mean(len(P) * P[chosen])


# %% right: one hot einsum
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    one_hot = np.eye(N)[chosen]  # (n, k, N)
    return alpha * N * np.einsum("tke,se->", one_hot, p) / (chosen.size * n)


# %% right: python loops
def load_balancing_loss(p, chosen, alpha):
    n, N = len(p), len(p[0])
    everything = [int(i) for row in chosen for i in row]
    loss = 0.0
    for expert in range(N):
        f = everything.count(expert) / len(everything)
        P = sum(p[t][expert] for t in range(n)) / n
        loss += f * P
    return alpha * N * loss


# %% wrong: busiest | only the busiest expert is counted
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.max(f * P)


# %% wrong: counts | f holds numbers of tokens
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.sum(f * chosen.size * P)


# %% wrong: first choice | f counts the first choice only
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen[:, 0], minlength=N) / n
    return alpha * N * (f @ p.mean(axis=0))


# %% wrong: from the library | is disabled in this notebook
import ffnlib.moe._moe


def load_balancing_loss(p, chosen, alpha):
    return ffnlib.moe._moe.load_balancing_loss(p, chosen, alpha)


# %% wrong: from the probabilities | f counts the most probable experts
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.sum(np.bincount(p.argmax(axis=1), minlength=N) / n * P)


# %% wrong: mean over experts | this is the mean over the experts
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * np.mean(f * P)


# %% wrong: no N | the number of experts is missing
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * np.sum(f * P)


# %% wrong: no alpha | alpha is missing
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return N * np.sum(f * P)


# %% wrong: no minlength | load_balancing_loss stopped with ValueError
def load_balancing_loss(p, chosen, alpha):
    f = np.bincount(chosen.ravel()) / chosen.size
    return alpha * p.shape[1] * np.sum(f * p.mean(axis=0))


# %% wrong: probabilities twice | P stands twice
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.sum(P * P)


# %% wrong: share of tokens | f is divided by the number of tokens
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.sum(np.bincount(chosen.ravel(), minlength=N) / n * P)


# %% wrong: shares twice | f stands twice
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.sum(f * f)


# %% wrong: sum of probabilities | P is summed over the tokens
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.sum(f * p.sum(axis=0))


# %% wrong: sums multiplied | the sums are multiplied
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * f.sum() * P.sum()


# %% wrong: token by token | the probabilities are multiplied token by token
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * N * np.take_along_axis(p, chosen, axis=1).mean()


# %% wrong: tokens for experts | multiplied by the number of tokens
def load_balancing_loss(p, chosen, alpha):
    n, N = p.shape
    f = np.bincount(chosen.ravel(), minlength=N) / chosen.size
    P = p.mean(axis=0)
    return alpha * n * np.sum(f * P)


# %% wrong: counted once for each index | f counts an expert once
def load_balancing_loss(p, chosen, alpha):
    f = np.zeros(p.shape[1])
    f[chosen] += 1
    return alpha * p.shape[1] * np.sum(f / chosen.size * p.mean(axis=0))
