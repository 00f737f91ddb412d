# %% right: four units
def abs_network():
    w = np.array([[2.0], [-2.0], [1.0], [-1.0]])
    b = np.zeros((4, 1))
    v = np.array([[0.25, 0.25, 0.5, 0.5]])
    return w, b, v, np.array(0.0)


# %% right: from right
def abs_network():
    w = (-1.0, -1.0)
    b = (1.0, 0.0)
    return w, b, (-1.0, 2.0), 1


# %% right: one turn
def abs_network():
    # -x written as 1 - relu(x + 1), then the slope changes by 2 at 0
    return np.array([1.0, 1.0]), np.array([1.0, 0.0]), np.array([-1.0, 2.0]), 1.0


# %% right: single precision
def abs_network():
    f = np.float32
    return [f(3), f(-3)], [f(0), f(0)], [f(1) / f(3), f(1) / f(3)], f(0)


# %% right: two units
def abs_network():
    return [1, -1], [0, 0], [1, 1], 0


# %% wrong: downwards | the network computes -|x|
def abs_network():
    return [1, -1], [0, 0], [-1, -1], 0


# %% wrong: flat bottom | right at the knots but not between them
def abs_network():
    # every number shown is met, but the bottom is not where it should be
    return [1, -1, 1, -1], [-0.25, -0.25, -0.5, -0.5], [2, 2, -1, -1], 0


# %% wrong: identity | the network computes x: the left half must be turned up
def abs_network():
    return [1, -1], [0, 0], [1, -1], 0


# %% wrong: lengths | w, b and v need one entry a unit each
def abs_network():
    return [1, -1], [0], [1, 1], 0


# %% wrong: many units | the network has 20 hidden units, at most 4 are allowed
def abs_network():
    w = np.array([1.0, -1.0] * 10)
    return w, np.zeros(20), np.full(20, 0.1), 0


# %% wrong: one unit | one ReLU only rises or only falls
def abs_network():
    return [1], [0], [1], 0


# %% wrong: relu | the network computes relu(x)
def abs_network():
    return [1, -1], [0, 0], [1, 0], 0


# %% wrong: shifted | c is wrong: everything else fits
def abs_network():
    return [1, -1], [0, 0], [1, 1], 0.5
