"""Every exception that ffnlib raises on purpose, besides Python's own.

All derive from `FfnlibError`, and from the built-in exception that describes them::

    FfnlibError
    ├── UnreadableFileError (ValueError)      a checkpoint or an adapter
    ├── DataUnavailableError (RuntimeError)   a data set that cannot be downloaded
    ├── CorruptDataError (RuntimeError)       a data set that is damaged
    ├── UnusableResultsError (ValueError)     a file of stored experiments
    ├── UnfinishedError                       a computation whose time is over
    ├── CheckFailed (AssertionError)          an answer that is wrong
    ├── FunctionStoppedError                  a student's function that returned nothing
    ├── UnusableValueError                    a result of the wrong kind
    ├── CodecError (ValueError)               a value that cannot be decoded
    ├── HiddenCasesError                      hidden cases that cannot be read
    └── ModuleDisabledError (ImportError)     a module that a graded notebook may not import

A wrong argument is a plain ``ValueError`` or ``TypeError`` that names the argument. This file
imports nothing, for it is part of the grading kernel too.
"""


class FfnlibError(Exception):
    """An error of ffnlib's own; the base of all others."""


class UnreadableFileError(FfnlibError, ValueError):
    """The file is no checkpoint of ffnlib, or not one that the model fits."""


class DataUnavailableError(FfnlibError, RuntimeError):
    """The data set is neither stored nor can it be downloaded."""


class CorruptDataError(FfnlibError, RuntimeError):
    """The data set's file is not what it should be."""


class UnusableResultsError(FfnlibError, ValueError):
    """The file does not hold the results of experiments."""


class UnfinishedError(FfnlibError):
    """A computation has had its time; asked again, it goes on where it was.

    Attributes
    ----------
    share : float
        How much of it is done, from 0 to 1.
    """

    def __init__(self, share: float) -> None:
        super().__init__(f"unfinished: {100 * share:.0f} % are done")
        self.share = share


class CheckFailed(FfnlibError, AssertionError):  # noqa: N818  (students read the name)
    """A check that did not pass: one message, without the machinery behind it."""

    def _render_traceback_(self) -> list[str]:
        """Return the message for IPython to show instead of a traceback."""
        return str(self).split("\n")


class FunctionStoppedError(FfnlibError):
    """A student's function gave no result that can be judged.

    Attributes
    ----------
    words : str
        What everybody may be told.
    detail : str
        What only the function's author is told.
    """

    def __init__(self, words: str, detail: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.detail = detail


class UnusableValueError(FfnlibError):
    """A student's function returned something of the wrong kind."""


class CodecError(FfnlibError, ValueError):
    """A text does not describe a value."""


class HiddenCasesError(FfnlibError):
    """The folder of hidden cases is named but cannot be used: the instructor must fix it."""


class ModuleDisabledError(FfnlibError, ImportError):
    """A module of ffnlib is disabled in a graded notebook."""

    def __init__(self, module: str) -> None:
        said = (
            f"{module} is disabled in this notebook, like all of ffnlib but checks: "
            "write what you need with NumPy yourself"
        )
        super().__init__(said)
        self.name = module

    def _render_traceback_(self) -> list[str]:
        """Return the sentence alone, for IPython to show instead of a traceback."""
        return [str(self)]
