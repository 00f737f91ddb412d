"""The report on a class: a page for the teacher, one sheet for a lecture, and tables.

Nothing on the pages runs or is fetched; the plots are drawings in the page itself.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, median
from typing import Any, NamedTuple

from tabulate import tabulate

from ffngrade.reports.grades import cell
from ffngrade.reports.item_statistics import Item, Mistake, Statistics
from ffngrade.reports.pages import Pages
from ffngrade.reports.report import plain
from ffnlib._base.files import write_whole

BARS = 10
HARDEST = 3
TOLD = 3
"""Mistakes on the sheet for a lecture."""
ITEM_COLUMNS = (
    *("problem", "title", "marks", "students", "solved", "left_empty", "difficulty"),
    *("discrimination", "point_biserial", "mistakes", "book"),
)
MISTAKE_COLUMNS = ("problem", "mistake", "named", "students", "share", "book", "who")


class Bar(NamedTuple):
    """One bar of the distribution of marks."""

    low: float
    high: float
    students: int


def bars(totals: Sequence[float], most: float, count: int = BARS) -> list[Bar]:
    """Return how many totals lie in each part of the range of marks; the last holds its end too."""
    width = (most or 1.0) / count
    found = [0] * count
    for total in totals:
        found[min(max(int(total / width), 0), count - 1)] += 1
    return [Bar(i * width, (i + 1) * width, n) for i, n in enumerate(found)]


def page(found: Statistics, moment: str = "") -> str:
    """HTML of the report for the teacher: it names students."""
    return _rendered("class_report", found, moment)


def sheet(found: Statistics, moment: str = "") -> str:
    """HTML of one page for a lecture: it names nobody."""
    return _rendered("lecture", found, moment)


def table(found: Statistics) -> str:
    """The problems for a terminal, each with its most frequent mistake."""
    lines = [
        (
            plain(item.title),
            f"{item.solved} of {item.graded}",
            *map(_number, (item.difficulty, item.discrimination, item.correlation)),
            "\n".join(f"{len(m.students)}: {plain(m.words)}" for m in item.mistakes[:1]),
        )
        for item in found.items
    ]
    heads = ("problem", "solved", "difficulty", "discrim.", "corr.", "most frequent mistake")
    return str(tabulate(lines, heads, disable_numparse=True, maxcolwidths=[30, 12, 10, 8, 6, 50]))


def item_table(found: Statistics) -> str:
    """The problems as CSV."""
    lines = (
        (
            *(item.name, item.title, item.points, item.graded, item.solved, item.empty),
            *map(_rounded, (item.difficulty, item.discrimination, item.correlation)),
            len(item.mistakes),
            item.section.words if item.section else "",
        )
        for item in found.items
    )
    return _csv(ITEM_COLUMNS, lines)


def mistake_table(found: Statistics) -> str:
    """Every mistake and who made it, as CSV."""
    lines = (
        (
            *(item.name, mistake.words, "yes" if mistake.is_named else "no"),
            *(len(mistake.students), _rounded(len(mistake.students) / item.graded)),
            item.section.words if item.section else "",
            " ".join(mistake.students),
        )
        for item in found.items
        for mistake in item.mistakes
    )
    return _csv(MISTAKE_COLUMNS, lines)


def write(folder: Path, found: Statistics, moment: str = "") -> list[Path]:
    """Write pages and tables into a folder; give the files."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "statistics.html": page(found, moment),
        "lecture.html": sheet(found, moment),
        "problems.csv": item_table(found),
        "mistakes.csv": mistake_table(found),
    }
    return [
        write_whole(folder / f"{found.assignment}-{name}", text) for name, text in texts.items()
    ]


def verdict(item: Item) -> str:
    """Say what the numbers of a problem suggest, if anything."""
    if item.graded and item.solved == item.graded:
        return "everybody solved it"
    if item.discrimination is None:
        return ""
    if item.correlation is not None and item.correlation < 0:
        return "those who did well elsewhere did worse here: is its statement clear?"
    if item.difficulty > 0.95:
        return "almost everybody solved it"
    if item.difficulty < 0.25:
        return "hard: fewer than a quarter of the marks were earned"
    if item.discrimination < 0.2:
        return "hardly tells strong from weak"
    return ""


def _rendered(which: str, found: Statistics, moment: str) -> str:
    totals = found.totals
    hardest = sorted((i for i in found.items if i.graded), key=lambda item: item.difficulty)
    return PAGES.render(
        which,
        found=found,
        bars=bars(totals, found.most),
        tallest=max([bar.students for bar in bars(totals, found.most)] + [1]),
        mean=mean(totals) if totals else 0.0,
        median=median(totals) if totals else 0.0,
        hardest=[item for item in hardest[:HARDEST] if item.difficulty < 1],
        told=found.misconceptions[:TOLD],
        moment=moment,
    )


def _csv(columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([cell(value) for value in line])
    return file.getvalue()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _number(value: float | None, digits: int = 2) -> str:
    if value is None:
        return "–"
    text = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits == 1 else f"{value:.{digits}f}"
    return text.replace("-", "−")


def _percent(value: float) -> str:
    return f"{100 * value:.0f} %"


def _who(mistake: Mistake) -> str:
    return ", ".join(map(plain, mistake.students))


PAGES = Pages(
    "class_report",
    {"plain": plain, "number": _number, "percent": _percent, "verdict": verdict, "who": _who},
    shared="plots",
)
