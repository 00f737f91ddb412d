"""The side of a check that stands in the student's kernel while the verdict is reached elsewhere.

Inputs come in as text, what the function returns for them goes out as text (`ffnlib.checks.codec`):
one case at a time, so that while the function runs, no later case is in this process to be found.
Nothing here knows what is right. Every file that this one needs stands in the ``ffnlib`` of the
grading kernel, where there is no other (`ffngrade.sandbox.inside`).
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from ffnlib.checks.codec import decode, dumps, encode
from ffnlib.checks.execution import produce, quiet
from ffnlib.checks.formula import Formula
from ffnlib.checks.guard import Missing
from ffnlib.errors import FunctionStoppedError


def answer(name: str, function: Callable[..., object], question: str, kernel: Any = None) -> None:
    """Answer cases as they come with what the function returned, or why it did not.

    Parameters
    ----------
    name : str
        Of the problem.
    function : callable
        The student's.
    question : str
        Which messages belong to this question; what an earlier one left unread is passed over.
    kernel : ipykernel's kernel, optional
        Whose input socket the cases come over; the one that runs here if it is not given.
    """
    line = _Line(question, kernel or sys.modules["IPython"].get_ipython().kernel)
    said: dict[str, Any]
    with quiet():  # around them all: to mute a notebook costs more than most functions
        while arguments := line.next_case():
            try:
                if isinstance(function, Missing):
                    said = {"missing": True}
                else:
                    returned = produce(name, function, map(_received, json.loads(arguments)))
                    said = {"returned": encode(returned)}
            except FunctionStoppedError as stop:
                said = {"stopped": [stop.words, stop.detail]}
            line.answer(dumps(said))


class _Line:
    """The line over which cases come: the kernel's input socket, which nothing else uses here.

    A case is three texts: its question, a word for it alone, and its arguments in JSON, each as
    `argument` describes it; none end the question. The next case is sent when the answer to the
    last one, with its word, has arrived.
    """

    def __init__(self, question: str, kernel: Any) -> None:
        self.question = question.encode()
        self._socket = kernel.stdin_socket
        self._last: list[bytes] = []

    def next_case(self) -> str:
        """Wait for the arguments of the next case; an empty text if there is none."""
        while True:
            sender, question, word, case = self._socket.recv_multipart()
            if question == self.question:
                self._last = [sender, word]
                return str(case, "utf-8")

    def answer(self, said: str) -> None:
        """Send the answer to the last case."""
        self._socket.send_multipart([*self._last, said.encode(errors="replace")])


def argument(value: object) -> Any:
    """Describe an argument in what JSON has: a function by its formula, all else by its value.

    Only arguments may be functions: `ffnlib.checks.codec`, which reads what a student's function
    returned, knows of none.
    """
    return {"formula": value.text} if isinstance(value, Formula) else encode(value)


def _received(said: Any) -> object:
    return Formula(said["formula"]) if isinstance(said, dict) else decode(said)


def digits_given(images: str, labels: str) -> Callable[[], tuple[Any, Any]]:
    """Return the `training_digits` of this kernel, made from pixels from 0 to 16 and labels."""
    x, y = decode(json.loads(images)) / 16, decode(json.loads(labels))

    def training_digits() -> tuple[Any, Any]:
        """Return the digits to learn from: images (1200, 64) from 0 to 1, and labels (1200,)."""
        return x.copy(), y.copy()

    return training_digits
