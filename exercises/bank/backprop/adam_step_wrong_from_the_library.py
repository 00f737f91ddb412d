# problem: adam_step
# verdict: wrong
# marks: 0
# message: ffnlib.optim.Adam.step is what you are asked to write here

from ffnlib.optim import Adam


def adam_step(p, g, m, v, t, rate, beta1, beta2, eps):
    adam = Adam([p], rate, (beta1, beta2), eps)
    adam.step([g])
    return p, m, v
