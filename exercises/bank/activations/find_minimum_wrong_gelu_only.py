# problem: find_minimum
# verdict: wrong
# marks: 0
# message: the wrong function: check what name asks for

def find_minimum(name, beta):
    return -0.7517916 / beta, -0.16997121 / beta
