"""What graded notebooks call: `begin` names the assignment, `verify` checks one function.

`training_digits` gives the digits that the assignment ``backprop`` learns from.

Only NumPy and the standard library are used here, so a graded notebook runs wherever the
``ffnlib`` wheel does. A problem (`ffnlib.checks.problem`) says what goes in, what comes out and
how the two are judged; how the student's function is run (`ffnlib.checks.execution`) is kept
apart from that, for while nbgrader grades it runs in a kernel that holds nothing else
(`ffnlib.checks.kernel_side`).
"""

from ffnlib.checks.case_inputs import training_digits
from ffnlib.checks.guard import begin
from ffnlib.checks.verdict import verify
from ffnlib.errors import CheckFailed

__all__ = ["CheckFailed", "begin", "training_digits", "verify"]
