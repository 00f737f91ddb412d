"""How many small changes of the checks and of the grading the tests notice: a sample of them.

Cosmic Ray makes the mutants (``pip install cosmic-ray==8.7.0``). ``benchmarks/mutation.toml``
names the packages, the size of the sample, its seed, and the tests of each file; they run in a copy
of the repository, one mutant at a time::

    python benchmarks/mutation.py                          # both packages
    python benchmarks/mutation.py ffnlib/checks --sample 20

What has been run is in ``benchmarks/mutation.md``, with the survivors worth a test.
"""

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ROOT / "benchmarks" / "mutation.toml"
CONFIG = """[cosmic-ray]
module-path = [{modules}]
timeout = {timeout:.1f}
excluded-modules = []
test-command = "true"
[cosmic-ray.distributor]
name = "local"
"""


class Mutant(NamedTuple):
    """One change: its key in the session, the file, the operator, and which of its places."""

    job: str
    file: str
    operator: str
    occurrence: int
    line: int


def mutants(work: Path, package: str, settings: dict[str, Any]) -> list[Mutant]:
    """Return all mutants of a package that can reach a test, as Cosmic Ray finds them."""
    files = [
        str(path.relative_to(work))
        for path in sorted((work / package).rglob("*.py"))
        if path.name != "__init__.py"
    ]
    config, session = work / "mutation-config.toml", work / "mutation.sqlite"
    session.unlink(missing_ok=True)
    modules = ", ".join(f'"{file}"' for file in files)
    config.write_text(CONFIG.format(modules=modules, timeout=float(settings["timeout"])))
    cosmic_ray(work, "init", config.name, session.name)
    with sqlite3.connect(session) as book:
        rows = book.execute(
            "SELECT job_id, module_path, operator_name, occurrence, start_pos_row "
            "FROM mutation_specs ORDER BY module_path, start_pos_row, operator_name, occurrence"
        ).fetchall()
    skipped = tuple(settings["skipped"])
    return [Mutant(*row) for row in rows if not row[2].startswith(skipped)]


def cosmic_ray(work: Path, *words: str) -> None:
    """Run a command of Cosmic Ray."""
    program = str(Path(sys.executable).with_name("cosmic-ray"))
    subprocess.run([program, *words], cwd=work, check=True, capture_output=True)


def tests_for(file: str, tests: dict[str, list[str]]) -> list[str]:
    """Return pytest's arguments for a file: the first pattern that fits counts."""
    words = next(found for pattern, found in tests.items() if fnmatch(file, pattern))
    chosen = words[0].split()
    if len(words) > 1:  # the bank's answers to one assignment
        problems = sorted(p.stem for p in (ROOT / "exercises" / "bank" / words[1]).glob("*.py"))
        chosen += ["-k", " or ".join(f"{name}_" for name in problems)]
    return chosen


def outcome(work: Path, mutant: Mutant, command: list[str], seconds: float) -> tuple[str, str]:
    """Return what became of a mutant, ``killed``, ``survived`` or ``too slow``, and its change."""
    file = work / mutant.file
    before = file.read_text(encoding="utf-8")
    operator = [mutant.operator, str(mutant.occurrence)]
    program = str(Path(sys.executable).with_name("cosmic-ray"))
    try:
        subprocess.run(
            [program, "apply", mutant.file, *operator], cwd=work, check=True, capture_output=True
        )
        after = file.read_text(encoding="utf-8")
        try:
            done = subprocess.run(command, cwd=work, capture_output=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            return "too slow", ""
    finally:
        file.write_text(before, encoding="utf-8")
    lines = zip(before.splitlines(), after.splitlines(), strict=False)
    was, now = next(((a, b) for a, b in lines if a != b), ("", ""))
    change = f"`{was.strip()}` → `{now.strip()}`"
    return ("survived" if done.returncode == 0 else "killed"), change


def copy_of_the_repository(folder: Path) -> Path:
    """Copy what git knows of the repository, as it is now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def main(arguments: list[str] | None = None) -> None:
    """Draw a sample of mutants, try each, and print the score and the survivors."""
    settings = tomllib.loads(SETTINGS.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packages", nargs="*", default=list(settings["packages"]))
    parser.add_argument("--sample", type=int, help="another size than the settings'")
    parser.add_argument(
        "--minutes", type=float, default=600, help="stop after so many, per package"
    )
    chosen = parser.parse_args(arguments)
    for package in chosen.packages:
        if package not in settings["packages"]:
            known = ", ".join(settings["packages"])
            parser.error(f"packages must be among {known}, got {package!r}")
        own = settings["packages"][package]
        with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
            work = copy_of_the_repository(Path(folder))
            every = mutants(work, package, settings)
            size = min(chosen.sample or own["sample"], len(every))
            drawn = random.Random(settings["seed"]).sample(every, size)
            counts: Counter[str] = Counter()
            end = time.monotonic() + 60 * chosen.minutes
            for number, mutant in enumerate(drawn, 1):
                if time.monotonic() > end:
                    break
                words = tests_for(mutant.file, own["tests"])
                pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
                told, change = outcome(work, mutant, [*pytest, *words], settings["timeout"])
                counts[told] += 1
                place = f"{mutant.file}:{mutant.line}"
                print(f"{number}/{size} {told}: {place} {mutant.operator} {change}", flush=True)
        noticed, tried = counts["killed"] + counts["too slow"], counts.total()
        share = noticed / max(tried, 1)
        print(f"{package}: {noticed} of {tried} noticed ({share:.0%}), {len(every)} in all")


if __name__ == "__main__":
    main()
