"""``ffn-grade``: grade a course in parallel and in a sandbox, with nbgrader's own gradebook."""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import ffngrade.sandbox.startup  # noqa: F401
from ffngrade.sandbox import forkserver

STARTED_FOR = {
    "autograde": forkserver.GRADING,
    "regrade": forkserver.GRADING,
    "watch": forkserver.GRADING,
    "feedback": forkserver.FEEDBACK,
}
"""Commands with workers, and what these import."""
WORKERS = -(-3 * (os.cpu_count() or 1) // 2)
DONE, NOT_DONE, MISUSED, CARE, AWAY = 0, 1, 2, 3, 4

EXAMPLES = """
examples, in the course's folder:
  ffn-grade install                     register the sandboxed kernel with Jupyter, once
  ffn-grade check                       tell whether this machine can sandbox students' code
  ffn-grade roster class.csv            put the class into the gradebook
  ffn-grade due neurons "2026-03-01 23:59 +0100"   set a due date (--student ann: hers alone)
  ffn-grade autograde neurons           grade new and changed submissions, on all cores
  ffn-grade autograde neurons --attempts best   count the best of several attempts
  ffn-grade watch neurons --per-day 3   grade whatever arrives, three times a day for each student
  ffn-grade regrade neurons             after fixing a case: show whose marks would change
  ffn-grade regrade neurons --write     ... and write the changes
  ffn-grade feedback neurons            write a page for each student
  ffn-grade report neurons              list who is graded, repaired, set aside or suspicious
  ffn-grade statistics neurons          how hard each problem was, and which mistakes were made
  ffn-grade similar neurons             answers that are more alike than usual
  ffn-grade export --to grades.csv      write everybody's marks
  ffn-grade excuse neurons --student ann   let it not count for Ann (--problem compose: only that)
  ffn-grade requests neurons            who asks that marks be looked at again, and why
  ffn-grade requests neurons --student ann --answer "The marks are right: ..."
  ffn-grade export --to canvas --roster canvas.csv   ... into Canvas' own table
  ffn-grade collect neurons moodle.zip --roster worksheet.csv   take Moodle's download in
  ffn-grade autograde neurons --scheduler tcp://host:8786          on a Dask cluster
  ffn-grade autograde neurons --db postgresql+psycopg://host/grades   another gradebook

exit codes:
  0  all is well
  1  nothing was done: no sandbox, no course, no such assignment
  2  the command is wrong
  3  done, but some submissions need your attention: see the report
  4  the gradebook could not be reached, or another run is in progress: run the command again
  130  stopped by Ctrl+C; the next run continues from there

`nbgrader autograde` grades the same course, but only ffn-grade opens broken, misnamed or
misplaced files, lists every student, and continues after it was killed.
"""


Add = Callable[..., argparse.ArgumentParser]
"""Adds a command: its name, what it does, and whose options it shares."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command's arguments."""
    top = argparse.ArgumentParser(
        prog="ffn-grade",
        description="Grade a course in parallel, in a sandbox, with nbgrader's gradebook.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("install", help="register the sandboxed kernel with Jupyter")
    commands.add_parser("check", help="tell whether this machine can sandbox students' code")

    course = argparse.ArgumentParser(add_help=False)
    course.add_argument("--course", default=".", help="the course's folder (default: this one)")
    course.add_argument("--db", default="", metavar="URL", help="use another gradebook")
    course.add_argument("--quiet", action="store_true", help="show no progress bar")
    workers = argparse.ArgumentParser(add_help=False)
    workers.add_argument(
        "--jobs",
        type=_positive,
        default=WORKERS,
        help="number of workers (default: three for every two cores, because each waits at times)",
    )
    graders = argparse.ArgumentParser(add_help=False)
    graders.add_argument(
        "--scheduler", default="", metavar="tcp://…", help="the scheduler of a Dask cluster"
    )
    graders.add_argument(
        "--attempts",
        choices=("last", "best"),
        help="which attempt counts: the last one, in submitted/, or the best (default: the setting "
        "last used for this assignment; at first, the last attempt)",
    )
    graders.add_argument(
        "--patience",
        type=float,
        default=600,
        metavar="SECONDS",
        help="how long to keep trying while the gradebook cannot be reached (default: 600)",
    )

    graders.add_argument(
        "--unsafe",
        action="store_true",
        help="grade without a sandbox: students' code can read and change whatever you can",
    )

    def add(name: str, words: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, parents=[course, *parents])

    _add_grading(add, workers, graders)
    _add_class(add)
    _add_reports(add)
    _add_exchange(add)
    return top


def _add_grading(
    add: Add, workers: argparse.ArgumentParser, graders: argparse.ArgumentParser
) -> None:
    one = add("autograde", "grade new and changed submissions", workers, graders)
    one.add_argument("assignment")
    one.add_argument("--student", action="append", help="only this one (can be repeated)")
    one.add_argument("--force", action="store_true", help="grade again even what is already graded")
    one = add(
        "regrade", "show whose marks would change; with --write, write them", workers, graders
    )
    one.add_argument("assignment")
    one.add_argument("--write", action="store_true", help="write the changes")
    one = add("watch", "grade whatever arrives, until it is stopped", workers, graders)
    one.add_argument("assignment")
    one.add_argument(
        "--every", type=float, default=10, metavar="SECONDS", help="between two looks (default: 10)"
    )
    one.add_argument(
        "--per-day",
        type=int,
        default=0,
        metavar="N",
        help="gradings that each student has in a day (default: no limit)",
    )
    one.add_argument("--collect", action="store_true", help="collect from the exchange each time")
    one.add_argument("--release", action="store_true", help="release feedback to the exchange")
    one.add_argument("--once", action="store_true", help="look once, and end")
    one = add("feedback", "write everybody's feedback", workers)
    one.add_argument("assignment")
    one.add_argument("--student", action="append", help="only this one (can be repeated)")


def _add_class(add: Add) -> None:
    one = add("roster", "put the class into the gradebook, from a CSV file")
    one.add_argument("file", help="with a line of headings: id, first_name, last_name, email")
    one = add("due", "set due dates and extensions, or show them")
    one.add_argument("assignment", nargs="?", default="")
    one.add_argument(
        "when", nargs="?", default="", help="a time (UTC if no zone is given), or none"
    )
    one.add_argument("--student", action="append", help="for this one alone (can be repeated)")
    one.add_argument(
        "--extra",
        default="",
        metavar="48h",
        help="how much longer than others these students always have; none: no longer",
    )
    one.add_argument(
        "--from", dest="table", metavar="FILE", help="a CSV file: assignment, due, and perhaps id"
    )


def _add_reports(add: Add) -> None:
    one = add("report", "tell what happened to every submission")
    one.add_argument("assignment")
    one = add("statistics", "tell how hard the problems were, and who made which mistake")
    one.add_argument("assignment")
    one = add("similar", "list answers that are more alike than usual")
    one.add_argument("assignment")
    one.add_argument(
        "--earlier",
        action="append",
        default=[],
        metavar="FOLDER",
        help="an earlier class's course, to compare with (can be repeated)",
    )


def _add_exchange(add: Add) -> None:
    one = add("export", "write everybody's marks, also into a learning platform's own table")
    one.add_argument(
        "--to",
        default="grades.csv",
        metavar="FORMAT|FILE",
        help="canvas, moodle, blackboard, gradescope, csv, json, or a CSV file "
        "(default: grades.csv, in this folder)",
    )
    one.add_argument(
        "--roster", default="", metavar="FILE", help="the table that you downloaded there"
    )
    one.add_argument("--out", default="", metavar="FILE", help="(default: grades-<format>.csv)")
    one.add_argument("--assignment", action="append", help="only this one (can be repeated)")
    one.add_argument(
        "--weight", action="append", metavar="neurons=10", help="what it is worth there"
    )
    one.add_argument(
        "--column", action="append", metavar="neurons=HEADING", help="how its column is called"
    )
    one.add_argument(
        "--provisional", action="store_true", help="although some answers wait for a mark by hand"
    )
    one.add_argument("--dry-run", action="store_true", help="tell what would be written")
    one = add("collect", "take submissions from a learning platform's download")
    one.add_argument("assignment")
    one.add_argument("archive", help="the zip file")
    one.add_argument(
        "--from",
        dest="platform",
        choices=("moodle", "canvas", "gradescope"),
        help="whose it is (default: found by the names in it)",
    )
    one.add_argument(
        "--roster", default="", metavar="FILE", help="the platform's class list, to find who is who"
    )
    one.add_argument(
        "--zone", default="", metavar="Europe/Berlin", help="of times without one (default: UTC)"
    )
    one.add_argument("--dry-run", action="store_true", help="tell what would be written")
    one = add("excuse", "let an assignment not count for a student, or show who is excused")
    one.add_argument("assignment")
    one.add_argument("--student", action="append", help="this one (can be repeated)")
    one.add_argument("--problem", action="append", help="only this problem of it (can be repeated)")
    one.add_argument("--reason", default="", help="kept beside it, for you")
    one.add_argument("--undo", action="store_true", help="it counts again")
    one = add("requests", "show who asks that marks be looked at again, or answer")
    one.add_argument("assignment")
    one.add_argument("--student", default="", help="this one alone")
    one.add_argument("--answer", default="", help="what the student's feedback will say")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    chosen = parser().parse_args(arguments)
    if not shutil.which("alembic"):  # nbgrader calls it by name; its environment is not activated
        folders = [str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]
        os.environ["PATH"] = os.pathsep.join(folders)
    if chosen.command in ("install", "check"):
        return _machine(chosen.command)
    if chosen.command in STARTED_FOR and not getattr(chosen, "scheduler", ""):
        forkserver.begin(STARTED_FOR[chosen.command])
    from ffngrade.cli import commands, exchange
    from ffngrade.cli.watch import watch

    homes = (vars(exchange), {"watch": watch}, vars(commands))
    do: Callable[[argparse.Namespace], int] = next(
        home[chosen.command] for home in homes if chosen.command in home
    )
    try:
        code = do(chosen)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read what is printed has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        print(f"ffn-grade: {error.strerror or error}{where}", file=sys.stderr)
        return NOT_DONE
    except commands.NOT_DONE as error:
        print(f"ffn-grade: {error}", file=sys.stderr)
        return NOT_DONE
    except ModuleNotFoundError as error:
        if error.name not in ("psycopg", "psycopg2"):
            raise
        hint = 'pip install "ffngrade[postgresql]" and use postgresql+psycopg://… in its URL'
        print(f"ffn-grade: the gradebook needs {error.name}: {hint}", file=sys.stderr)
        return NOT_DONE
    except commands.AWAY as error:
        print(f"ffn-grade: {error}", file=sys.stderr)
        return AWAY
    except commands.BROKEN as error:
        why = (str(error).splitlines() or [""])[0]
        what = f"the gradebook or the record (.ffn-grade/record.db) cannot be read: {why}"
        print(f"ffn-grade: {what}. Restore it from a copy.", file=sys.stderr)
        return NOT_DONE
    except KeyboardInterrupt:
        print("ffn-grade: stopped; the next run continues from here", file=sys.stderr)
        return 130


def _machine(command: str) -> int:
    from ffngrade.sandbox import bubblewrap as sandbox
    from ffngrade.sandbox import inspection, kernel, prefork

    if command == "install":
        print(f"The kernel {kernel.NAME} is in {kernel.install()}")
    why = sandbox.obstacle()
    if not why and not kernel.installed():
        why = "its kernel is not registered with Jupyter: run `ffn-grade install`"
    print(f"No sandbox: {why}" if why else "Students' code runs in a sandbox here.")
    if not why:
        cold = prefork.obstacle()
        print(f"Kernels start cold: {cold}" if cold else "Kernels start warm.")
        return DONE if inspection.main(_secret_folders()) else NOT_DONE
    return NOT_DONE


def _secret_folders() -> dict[str, str]:
    """The exchange, and the course if there is one here."""
    from ffngrade.core import course
    from ffngrade.grading.execute import roots

    here = Path.cwd()
    root, exchange = roots(course.configuration(here))
    is_course = (here / course.CONFIGURATION).is_file()
    return ({"this course": root} if is_course else {}) | {"the exchange": exchange}


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number
