"""The results table of chapter 9: what mixtures, adapters and few bits really give.

``python -m ffnlib.experiments`` trains and measures every row on the bundled digits, in seconds;
with ``--data mnist`` or ``--data fashion`` on the full sets.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ffnlib.experiments._learn import learn as learn
    from ffnlib.experiments._measure import plain_form as plain_form
    from ffnlib.experiments._measure import size_of as size_of
    from ffnlib.experiments._measure import time_all as time_all
    from ffnlib.experiments._results import Results as Results
    from ffnlib.experiments._results import accuracy as accuracy
    from ffnlib.experiments._results import check_same_study as check_same_study
    from ffnlib.experiments._results import seconds_to_target as seconds_to_target
    from ffnlib.experiments._results import steps_to_target as steps_to_target
    from ffnlib.experiments._results import stored as stored
    from ffnlib.experiments._rows import ROWS as ROWS
    from ffnlib.experiments._rows import merge as merge
    from ffnlib.experiments._rows import names as names
    from ffnlib.experiments._rows import with_bases as with_bases
    from ffnlib.experiments._settings import SETTINGS as SETTINGS
    from ffnlib.experiments._settings import images as images
    from ffnlib.experiments._study import Study as Study
    from ffnlib.experiments._study import results_of as results_of
    from ffnlib.experiments._study import run as run
    from ffnlib.experiments._study import wanted as wanted
else:
    from ffnlib._base.lazy import attach

    __all__, __dir__, __getattr__ = attach(
        __name__,
        {
            "_learn": ("learn",),
            "_measure": (
                "plain_form",
                "size_of",
                "time_all",
            ),
            "_results": (
                "Results",
                "accuracy",
                "check_same_study",
                "seconds_to_target",
                "steps_to_target",
                "stored",
            ),
            "_rows": (
                "ROWS",
                "merge",
                "names",
                "with_bases",
            ),
            "_settings": (
                "SETTINGS",
                "images",
            ),
            "_study": (
                "Study",
                "results_of",
                "run",
                "wanted",
            ),
        },
    )
