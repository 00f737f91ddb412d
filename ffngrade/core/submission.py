"""What is known of one submission on its way through the grading: its state, and what was found."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """What has become of a submission."""

    RECEIVED = "received"
    """A copy is ready to be graded."""
    RUNNING = "running"
    """It is being graded, or the run that graded it was killed."""
    GRADED = "graded"
    """Its marks are in the gradebook."""
    FAILED = "failed"
    """Grading went wrong; the next run tries again."""
    REJECTED = "rejected"
    """It cannot be graded; `Findings.rejection` says why."""
    ABSENT = "absent"
    """Nothing was handed in."""


UNFINISHED = (State.FAILED, State.REJECTED, State.RECEIVED, State.RUNNING)
"""The states of a submission that was handed in and has no marks."""


class Rejection(NamedTuple):
    """Why a submission cannot be graded: a sentence for the teacher, one for the student."""

    teacher: str
    student: str


@dataclass
class Findings:
    """What the intake has to say about a submission.

    Attributes
    ----------
    repaired : list of str
        Sentences about what was damaged and is repaired.
    suspicious : list of str
        Sentences about what somebody should look at.
    rejection : Rejection or None
        Why it cannot be graded, if it cannot.
    """

    repaired: list[str] = field(default_factory=list)
    suspicious: list[str] = field(default_factory=list)
    rejection: Rejection | None = None

    @classmethod
    def rejected(cls, teacher: str, student: str) -> "Findings":
        """Return findings that are nothing but a rejection."""
        return cls(rejection=Rejection(teacher, student))

    def add(self, other: "Findings", before: str = "") -> None:
        """Add the sentences of other findings, each with a few words before it."""
        self.repaired += _with(before, other.repaired)
        self.suspicious += _with(before, other.suspicious)


def _with(before: str, sentences: Iterable[str]) -> list[str]:
    return [f"{before}{sentence}" for sentence in sentences]
