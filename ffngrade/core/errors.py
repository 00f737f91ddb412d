"""Every exception that ffngrade raises on purpose, besides Python's own.

All derive from `FfnGradeError`::

    FfnGradeError
    ├── CourseNotFoundError (ValueError)         no course in the folder
    ├── CommandError (ValueError)                something that a command needs is missing
    ├── TableError (ValueError)                  a roster or due dates that make no sense
    │   └── ArchiveError                         a download that is none, or is dangerous
    ├── NotReleasedError (ValueError)            an assignment that was never generated
    ├── DuplicateFolderError (ValueError)        two folders of one student
    ├── UnreadableSubmissionError (ValueError)   a submission that cannot be opened
    ├── UnusableNotebookError (ValueError)       a submission that cannot be graded
    ├── RunInProgressError (RuntimeError)        another run in the same course
    └── GradebookUnavailableError (RuntimeError) a database that does not answer

``ffn-grade`` turns the first four into a sentence and the exit code 1, the last two into the exit
code 4. The others concern one student, and end in the report.
"""


class FfnGradeError(Exception):
    """An error of ffngrade's own; the base of all others."""


class CourseNotFoundError(FfnGradeError, ValueError):
    """There is no course where one was looked for."""


class CommandError(FfnGradeError, ValueError):
    """Something that a command needs is missing."""


class TableError(FfnGradeError, ValueError):
    """A table or a date cannot be understood."""


class ArchiveError(TableError):
    """A download is no archive of a known platform, or a dangerous one."""


class NotReleasedError(FfnGradeError, ValueError):
    """The gradebook does not know the assignment."""


class DuplicateFolderError(FfnGradeError, ValueError):
    """Two folders are one student's."""


class UnreadableSubmissionError(FfnGradeError, ValueError):
    """What was handed in cannot be read."""


class UnusableNotebookError(FfnGradeError, ValueError):
    """What was handed in cannot be graded.

    Attributes
    ----------
    teacher, student : str
        A sentence for each of them.
    """

    def __init__(self, teacher: str, student: str = "") -> None:
        super().__init__(teacher)
        self.teacher = teacher
        self.student = student or teacher


class RunInProgressError(FfnGradeError, RuntimeError):
    """Another run is going on in the same course."""


class GradebookUnavailableError(FfnGradeError, RuntimeError):
    """The gradebook could not be reached for a long time."""
