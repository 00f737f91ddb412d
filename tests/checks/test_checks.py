"""`ffnlib.checks`: honest noise, tricks, errors, hidden cases and the sentence that is said."""

import json
import logging
import os
import sys
import warnings
from fractions import Fraction
from itertools import combinations

import bank
import numpy as np
import pytest
from bank import message
from IPython.core.error import StdinNotImplementedError

from ffnlib import checks
from ffnlib.checks.case_inputs import images, labels
from ffnlib.checks.codec import decode, dumps, encode
from ffnlib.checks.coerce import plain
from ffnlib.checks.formula import Formula
from ffnlib.checks.judges.backprop.network_gradients import PLANTED, gradients
from ffnlib.checks.problem import Fault, close_to_terms, guessed, settled
from ffnlib.checks.verdict import ASSIGNMENTS
from ffnlib.errors import HiddenCasesError, UnusableValueError

SPLIT = bank.visible_cases("neurons", "compose")

pytestmark = pytest.mark.usefixtures("nothing_refused")


# nothing written


@pytest.mark.parametrize("assignment", bank.ASSIGNMENTS)
def test_blank_and_missing_answers(assignment):
    notebook = {"__name__": "__main__", "begin": checks.begin, "assignment": assignment}
    exec("begin(assignment)", notebook)
    for problem in ASSIGNMENTS[assignment]:

        def blank(*_arguments):
            raise NotImplementedError

        assert f"{problem} is not written yet" in message(problem, blank, hidden=bank.HIDDEN)
        assert f"{problem} is not defined: run the cell" in message(problem, notebook[problem])
        with pytest.raises(NameError, match=problem):
            notebook[problem]()
        assert "is not a function: it is an int" in message(problem, 3)


def test_begin_keeps_what_is_there():
    notebook = {"begin": checks.begin, "compose": len}
    exec("begin('neurons')", notebook)
    assert notebook["compose"] is len


def test_unknown_names():
    with pytest.raises(ValueError, match="assignment must be one of neurons, activations, "):
        checks.begin("neuron")
    with pytest.raises(ValueError, match=r"name must be one of .*got 'composes'"):
        checks.verify("composes", len, [])


# honest noise


def test_noise_never_reaches_the_test_cell(capfd, monkeypatch):
    held = logging.StreamHandler(sys.stderr)
    log = logging.getLogger("student")
    monkeypatch.setattr(log, "handlers", [held])
    keep = sys.stderr

    def noisy(A, a, B, b):
        print("out")
        print("err", file=sys.stderr)
        print("err", file=keep)
        log.warning("careful")
        os.write(2, b"below Python\n")
        warnings.warn("careful", stacklevel=1)
        np.log(np.zeros(3))
        return B @ A, B @ a + b

    checks.verify("compose", noisy, SPLIT)
    print("afterwards", file=sys.stderr)
    assert capfd.readouterr() == ("3 visible cases passed\n", "afterwards\n")


def test_inputs_are_fresh_each_time():
    def greedy(A, a, B, b):
        C, c = B @ A, B @ a + b
        for given in (A, a, B, b):
            given[...] = np.nan
        return C, c

    for _ in range(2):
        checks.verify("compose", greedy, SPLIT)


def test_settings_of_the_notebook_do_not_matter():
    with np.errstate(all="raise"), np.printoptions(precision=1):
        checks.verify(
            "abs_network", lambda: ([1, -1], [0, 0], [1, 1], 0), [({}, ([-1, 0, 1], [1, 0, 1]))]
        )


# what may come back


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (None, "the result is None: is a return missing?"),
        (5, "the result is an int; return C, c"),
        ((1, 2, 3), "the result has 3 parts; return C, c"),
        (("x", "y"), "is or contains a str"),
        (([[1, 2], [3]], [1, 2]), "rows of different lengths"),
        (([[1j, 2], [3, 4]], [1, 2]), "C has complex numbers in it"),
        ((np.eye(2, dtype=complex), [1, 2]), "C has complex numbers in it"),
        (([[None, 2], [3, 4]], [1, 2]), "C is or contains None"),
        ((np.eye(2), {1: 2}), "c is or contains a dict"),
        ((np.ones(4), [1, 2]), "C has 1 dimension; a matrix has two"),
        ((np.ones((2, 3)), [1, 2]), "C has the wrong shape"),
        ((np.full((2, 2), np.nan), [1, 2]), "C has nan or inf in it"),
        ((np.zeros((2, 2), dtype=np.float16), [1, 2]), "half precision"),
        ((np.array([["a", "b"]]), [1, 2]), "not numbers"),
        ((x for x in (1, 2)), "C has 0 dimensions; a matrix has two"),
        ({1: 2}, "the result is a dict"),
        ((np.array([["a", "b"]]).tolist(), [1, 2]), "C is or contains a str"),
    ],
)
def test_results_that_cannot_be_judged(result, words):
    assert words in message("compose", lambda *_: result)


def test_a_network_of_any_size_is_judged_quickly():
    many = np.ones(200_000)
    assert "more than 1000 hidden units" in message(
        "piecewise_network", lambda *_: (many,) * 3 + (0,)
    )
    assert "does not follow" in message("piecewise_network", lambda *_: ([], [], [], 0))


class Equal(np.ndarray):
    """An array that claims to be whatever it is compared with."""

    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return np.zeros(self.shape)

    __rsub__ = __sub__
    __hash__ = None

    def __array_ufunc__(self, ufunc, method, *inputs, **named):
        return np.zeros(self.shape)

    def __array_function__(self, function, types, arguments, named):
        return True


class Chameleon(list):
    """A list that is read differently each time."""

    turn = 0

    def __iter__(self):
        Chameleon.turn += 1
        return iter([[Chameleon.turn, 0], [0, 1]])


class Liar(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return 1.0

    __hash__ = None


@pytest.mark.parametrize(
    "trick",
    [
        lambda: (np.ones((2, 2)).view(Equal), np.ones(2).view(Equal)),
        lambda: (Chameleon([[1, 0], [0, 1]]), [1, 2]),
        lambda: ([[Liar(2), Liar(2)], [Liar(2), Liar(2)]], [Liar(2), Liar(2)]),
        lambda: (np.array([[Liar(2)] * 2] * 2, dtype=object), [1, 2]),
    ],
)
def test_tricks_earn_nothing(trick):
    assert "compose, case 1 of 3" in message("compose", lambda *_: trick(), hidden=bank.HIDDEN)


def test_patched_numpy_earns_nothing(monkeypatch):
    for name in ("abs", "all", "isfinite", "asarray", "array", "allclose", "array_equal"):
        monkeypatch.setattr(np, name, lambda *_a, **_k: True)
    said = message("compose", lambda *_: ([[0, 0], [0, 0]], [0, 0]))
    assert "C is 0 everywhere" in said


@pytest.mark.parametrize(
    "result",
    [
        (((2, 4), (4, 6)), [2.0, 6.0]),
        ([[[2, 4], [4, 6]], [[2], [6]]]),
        (np.array([[2, 4], [4, 6]], dtype=np.int8), np.array([[2, 6]], dtype=np.float32)),
        ([np.array([2, 4]), np.array([4, 6])], [np.float64(2), np.array(6)]),
    ],
)
def test_other_forms_of_a_right_answer(result):
    checks.verify("compose", lambda *_: result, SPLIT[:1])


# what a mistake is called


def test_a_mistake_is_named_only_if_it_explains_every_failing_case():
    def transposed(A, a, B, b):
        return (B @ A).T, B @ a + b

    def sometimes(A, a, B, b):
        C = B @ A
        return (C.T if C[0, 0] == 1 else C + np.eye(2)), B @ a + b

    assert "C is transposed" in message("compose", transposed, SPLIT)
    said = message("compose", sometimes, SPLIT[1:])
    assert said.startswith("compose, case 1 of 2: C is wrong")


def test_only_faults_of_the_same_part_have_a_say():
    made = guessed(["a is halved", "a is moved"], "a is wrong")
    other = guessed(["a is moved"], "a is wrong")
    elsewhere = guessed(["b is moved"], "b is wrong")
    assert settled([made]).words == "a is halved"
    assert settled([made, elsewhere]).words == "a is halved"
    assert settled([made, other]).words == "a is moved"
    assert settled([made, Fault("a has nan", fact="a is wrong")]).words == "a is wrong"
    assert settled([Fault("a has nan", fact="a is wrong"), made]).words == "a has nan"


def test_a_sum_is_as_exact_as_its_terms():
    alike = close_to_terms([[1e6, 1.0]])
    assert alike([[1.5, 2.0]], [[1.0, 2.0]], 1e-6)
    assert not alike([[1.0, 2.5]], [[1.0, 2.0]], 1e-6)
    assert not alike([[3.5, 2.0]], [[1.0, 2.0]], 1e-6)
    assert not alike([1.5, 2.0], [1.0, 2.0], 1e-6)  # of another shape: by the row


def test_what_came_and_what_was_expected_stand_one_above_the_other():
    lines = message("gelu", lambda x: x + 0.1).split("\n")
    assert lines[0].startswith("gelu, case 1 of 3: the result is wrong (first at [0], where -0.00")
    assert [line.split()[0] for line in lines[1:]] == ["called", "returned", "expected"]


def test_what_else_is_a_number_or_a_list():
    def packed(q):
        even = np.append(q, 0) if len(q) % 2 else q
        return bytes((even[::2] & 15 | (even[1::2] & 15) << 4).astype(np.uint8))

    def rate(X, W, b):
        dead = (X @ W.T + b <= 0).all(axis=0)
        return Fraction(int(dead.sum()), len(dead))

    def counts(shapes, layers, ranks):
        sizes = layers * int(shapes.sum())
        return layers * int(shapes.prod(axis=1).sum()), (rank * sizes for rank in ranks)

    for function, problem in (
        (packed, "pack_int4"), (rate, "dead_unit_rate"), (counts, "lora_counts"),
    ):  # fmt: skip
        assignment = next(a for a, problems in ASSIGNMENTS.items() if problem in problems)
        checks.verify(problem, function, bank.visible_cases(assignment, problem))


@pytest.mark.parametrize(
    "value", [b"\x00\xff", Fraction(-1, 3), Fraction(10**400), np.array(["a"])]
)
def test_it_is_the_same_on_its_way_out_of_the_kernel(value):
    def read(value):
        try:
            return np.asarray(plain(value, "array")[0]).tolist()
        except UnusableValueError as fault:
            return str(fault)

    came = decode(json.loads(dumps(encode(value))))
    if isinstance(value, np.ndarray):
        assert read(value) == "has entries in it that are not numbers"
        assert read(came) == "is or contains a str: return NumPy arrays, lists or numbers"
    elif value == 10**400:
        assert read(came) == float("inf")
    else:
        assert read(came) == read(value)


# errors in the student's code


def test_errors_are_named_with_the_line_and_the_input():
    def broken(A, a, B, b):
        return B @ A, A[7] + a + b

    said = message("compose", broken)
    assert said.startswith("compose, case 1 of 3: compose stopped with IndexError\n")
    assert "at the line: return B @ A, A[7] + a + b" in said
    assert "called with A = [[1., 2.], [3., 4.]]" in said
    assert checks.CheckFailed(said)._render_traceback_() == said.split("\n")


def test_every_way_to_stop_is_a_sentence():
    def endless(*given):
        return endless(*given)

    def leave(*_):
        sys.exit(0)

    assert "compose stopped with RecursionError" in message("compose", endless)
    assert "compose stopped with SystemExit" in message("compose", leave)
    assert "compose stopped with TypeError" in message("compose", lambda: None)


@pytest.mark.parametrize("error", [EOFError, StdinNotImplementedError])
def test_input_is_not_taken_for_an_unwritten_answer(error):
    def waiting(*_):
        raise error

    assert message("compose", waiting).startswith("compose, case 1 of 3: compose calls input(): ")


def test_an_error_in_a_generator_is_one_of_the_function():
    def counts(*given):
        return 1, (rank // 0 for rank in given[2])

    assert "lora_counts stopped with ZeroDivisionError" in message("lora_counts", counts)


def test_an_endless_integer_is_not_written_out():
    said = message("count_parameters", lambda _: 3**50_000)
    assert "returned count = an integer of 79,249 bits" in said


def test_hidden_inputs_do_not_leave_by_an_error():
    def telling(A, *_):
        raise ValueError(str(A.tolist()))

    def naming(A, *_):
        raise type(str(A.tolist()), (Exception,), {})

    def printing(A, a, *_):
        print(A)
        return A, a

    assert message("compose", telling, [], bank.HIDDEN).endswith("compose stopped with ValueError")
    assert message("compose", naming, [], bank.HIDDEN).endswith(
        "compose stopped with an error of its own"
    )
    assert "\n" not in message("compose", printing, [], bank.HIDDEN)


# the hidden cases


def test_no_hidden_cases_outside_grading(capsys):
    checks.verify("compose", lambda A, a, B, b: (B @ A, B @ a + b), SPLIT)
    assert capsys.readouterr().out == "3 visible cases passed\n"


def test_the_seed_changes_the_cases():
    def first(seed):
        hidden = bank.HIDDEN._replace(seed=seed)
        return np.asarray(hidden.of("neurons", "compose")[0].inputs["A"])

    assert np.array_equal(first("one"), first("one"))
    assert not np.array_equal(first("one"), first("another"))


def test_a_broken_cases_folder_is_said(tmp_path):
    hidden = bank.HIDDEN._replace(folder=tmp_path)
    with pytest.raises(HiddenCasesError, match=r"has no neurons\.py"):
        hidden.of("neurons", "compose")
    (tmp_path / "neurons.py").write_text("CASES = {}")
    with pytest.raises(HiddenCasesError, match="no cases for compose"):
        hidden.of("neurons", "compose")


# inputs that a case describes in words


def test_bytes_arrive_in_their_own_types():
    seen = []
    for name in ("pack_int4", "unpack_int4"):
        message(name, lambda *given: seen.append(given[0].dtype))
    assert seen == [np.int8, np.uint8]


def test_a_formula_is_a_function_of_an_array():
    f = Formula("sum(p**2) + p[0]")
    assert f(np.array([1, 2])) == 6.0
    assert f(np.array([1j, 0.0])) == -1 + 1j
    assert repr(f) == "<p -> sum(p**2) + p[0]>"
    with pytest.raises(NameError):
        Formula("open('x')")(np.zeros(1))


def test_held_out_digits_are_not_given():
    x, y = checks.training_digits()
    assert x.shape == (1200, 64)
    assert y.shape == (1200,)
    for shuffle in (0, 7):
        given, held = images(("training", shuffle)), images(("held out", shuffle))
        assert len(given) == len(labels(("training", shuffle))) == 1200
        assert len(held) == len(labels(("held out", shuffle))) == 597
        together = np.concatenate([given, held])
        assert np.array_equal(np.sort(together, axis=0), np.sort(np.concatenate(
            [x, images(("held out", 0))]), axis=0))  # fmt: skip
    x[:] = 0  # a copy
    assert checks.training_digits()[0].max() == 1


@pytest.mark.parametrize("faults", [c for n in (1, 2, 3) for c in combinations(PLANTED, n)])
def test_every_fault_left_in_the_network_is_named(faults):
    names = ("x", "t", "W1", "b1", "W2", "b2")

    def left(*given):
        return gradients(dict(zip(names, given, strict=True)), faults)

    said = message("network_gradients", left)
    assert PLANTED[faults[0]] in said
    assert (f"({len(faults) - 1} more beside this)" in said) == (len(faults) > 1)


def test_the_broken_network_has_the_four_planted_faults():
    cells = bank.graded_cells("backprop")
    notebook = {"np": np}
    exec(bank.text_of(cells["broken"]), notebook)
    assert "all four faults are still there" in message(
        "network_gradients", notebook["broken_gradients"]
    )


def test_a_name_like_the_wrong_one_is_suggested():
    result = "of the notebook"

    def compose(A, _a, B, b):
        total = B @ A
        return totl, total, b  # noqa: F821

    assert "name 'totl' is not defined (did you mean total?)" in message("compose", compose)

    def matrix(A, _a, B, b):
        return np.matmull(B, A), b

    assert "no attribute 'matmull' (did you mean matmul?)" in message("compose", matrix)

    def unlike(*inputs):
        return qqqqq, inputs, result  # noqa: F821

    assert "'qqqqq' is not defined" in (told := message("compose", unlike))
    assert "did you mean" not in told


def test_whoever_interrupts_a_function_is_told_in_which_case_it_was():
    calls = []

    def compose(A, a, B, b):
        calls.append(A)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as Jupyter's stop button does
        return B @ A, B @ a + b

    told = message("compose", compose)
    assert told.startswith("compose, case 2 of 3: compose was interrupted before it returned")
    assert "called with A = [[1., 0.], [0., 2.], [3., 1.]]" in told
