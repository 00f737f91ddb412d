# problem: softmax
# verdict: right
# marks: 2

import warnings


def softmax(z, axis):
    warnings.warn("careful with large logits")
    z = z.astype(np.float32)
    lse = np.log(np.sum(np.exp(z), axis=axis, keepdims=True))
    return np.exp(z - lse)
