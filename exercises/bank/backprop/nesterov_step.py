# %% right: coordinates
def nesterov_step(p, v, gradient, rate, momentum):
    g = gradient(np.array([a - rate * momentum * b for a, b in zip(p, v)]))
    new = [momentum * b + c for b, c in zip(v, g)]
    return [a - rate * b for a, b in zip(p, new)], new


# %% right: formula
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - rate * momentum * v)
    p = p - rate * v
    return p, v


# %% right: from the point ahead
def nesterov_step(p, v, gradient, rate, momentum):
    ahead = p - rate * momentum * v
    g = gradient(ahead)
    # the rest of the step starts where the velocity has carried p already
    return ahead - rate * g, momentum * v + g


# %% right: in place
def nesterov_step(p, v, gradient, rate, momentum):
    p -= rate * momentum * v
    g = gradient(p)
    p += rate * momentum * v
    v *= momentum
    v += g
    p -= rate * v
    return p, v


# %% right: scaled velocity
def nesterov_step(p, v, gradient, rate, momentum):
    u = -rate * v  # the velocity as a step, as Sutskever writes it
    u = momentum * u - rate * gradient(p + momentum * u)
    return [p + u, u / -rate]


# %% wrong: average | v is an average here
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + (1 - momentum) * gradient(p - rate * momentum * v)
    return p - rate * v, v


# %% wrong: backwards | the look ahead goes backwards
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p + rate * momentum * v)
    return p - rate * v, v


# %% wrong: climbs | p moves the wrong way
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - rate * momentum * v)
    return p + rate * v, v


# %% wrong: from ahead twice | the step starts from the point ahead
def nesterov_step(p, v, gradient, rate, momentum):
    p = p - rate * momentum * v
    v = momentum * v + gradient(p)
    return p - rate * v, v


# %% wrong: heavy ball | this is the heavy ball
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p)
    return p - rate * v, v


# %% wrong: no momentum ahead | the look ahead lacks the momentum
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - rate * v)
    return p - rate * v, v


# %% wrong: no rate ahead | the look ahead lacks the rate
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - momentum * v)
    return p - rate * v, v


# %% wrong: old velocity | p moves by the old velocity
def nesterov_step(p, v, gradient, rate, momentum):
    return p - rate * v, momentum * v + gradient(p - rate * momentum * v)


# %% wrong: plain descent | this is plain gradient descent
def nesterov_step(p, v, gradient, rate, momentum):
    g = gradient(p)
    return p - rate * g, g


# %% wrong: shifted form | the form with the gradient at p keeps another point
def nesterov_step(p, v, gradient, rate, momentum):
    g = gradient(p)
    v = momentum * v + g
    return p - rate * (g + momentum * v), v


# %% wrong: swapped | the two results are swapped
def nesterov_step(p, v, gradient, rate, momentum):
    v = momentum * v + gradient(p - rate * momentum * v)
    return v, p - rate * v
