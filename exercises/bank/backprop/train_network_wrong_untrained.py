# problem: train_network
# verdict: wrong
# marks: 0
# message: the network does little better than guessing

def train_network(x, y, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(32, 64)), np.zeros(32), rng.normal(size=(10, 32)), np.zeros(10)
