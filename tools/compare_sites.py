"""Every computed output that differs between two built sites: ``compare_sites.py OLD NEW``.

Compared are what the cells print and draw, the explorers' starting pictures and sentences, the
numbers of the claims, and every entry of the explorers' sweeps. Each difference is one line of what
kind it is (``number``, ``words``, ``time``, ``picture``, ``gone``, ``new``), where it stands, and
what was there before and is there now. A *time* is a line that tells how long something took, which
no two builds share. The exit code is 1 if anything but times differs.
"""

import argparse
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag

NUMBER = re.compile(r"(?<![\d.])[-−]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)
TIME = re.compile(r"\d ?(?:ns|µs|ms|s|seconds|minutes|min|GFLOP/s|GB/s)\b|\d [x×]( |$)")
SHOWN = 150
"""Characters of a difference that are shown."""


class Difference(NamedTuple):
    """One output that differs, and how."""

    kind: str
    place: str
    was: str = ""
    now: str = ""

    def __str__(self) -> str:
        told = [_short(text) for text in (self.was, self.now) if text]
        return f"{self.kind:8}{self.place}" + "".join(f"\n        {text}" for text in told)


def outputs(page: Path) -> dict[str, str]:
    """Return the computed outputs of a page, by where they stand in it."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    found: dict[str, str] = {}
    for figure in soup.select("figure.ffn-explorer"):
        name = f"explorer {figure.get('data-key') or figure.get('data-explorer')}"
        found[f"{name}: start"] = str(figure.get("data-start", ""))
        for part in ("wide", "narrow", "text"):
            for i, shown in enumerate(figure.select(f".ffn-{part}")):
                found[f"{name}: {part} {i}"] = _drawn(shown)
        figure.decompose()
    seen: Counter[str] = Counter()
    for measured in soup.select(".ffn-measured"):
        owner = measured.find_parent(id=True)
        name = f"measured in {owner['id'] if owner else 'the page'}"
        seen[name] += 1
        found[f"{name}: {seen[name]}"] = _text(measured)
    for cell in soup.select("div.cell"):
        source = _text(cell.select_one(".cell_input"))
        key = hashlib.sha256(" ".join(source.split()).encode()).hexdigest()[:8]
        seen[key] += 1
        first = source.strip().partition("\n")[0][:50]
        for number, output in enumerate(cell.select(".cell_output > .output, .cell_output img")):
            found[f"cell {key}.{seen[key]} ({first}) output {number}"] = _output(page, output)
    return found


def sweeps(site: Path) -> dict[str, str]:
    """Return what every sweep of a site shows at each of its stops: picture, sentence, table."""
    found: dict[str, str] = {}
    for file in sorted((site / "_static" / "sweeps").glob("*.json")):
        sweep = json.loads(file.read_text(encoding="utf-8"))
        for i, stop in enumerate(sweep["stops"]):
            place = f"sweep {file.stem} at {stop}"
            marks = [sweep["parts"][number] for number in sweep["frames"][i]]
            picture = BeautifulSoup("".join(marks), "html.parser")
            found[f"{place}: picture"] = _drawn(picture)
            found[f"{place}: sentence"] = sweep["texts"][i]
            found[f"{place}: table"] = _text(BeautifulSoup(sweep["tables"][i], "html.parser"))
    return found


def compare(was: Mapping[str, str], now: Mapping[str, str], where: str) -> Iterator[Difference]:
    """Yield what differs between two sets of outputs."""
    for place in [*was, *(place for place in now if place not in was)]:
        at = f"{where}: {place}" if where else place
        if place not in now:
            yield Difference("gone", at, was[place])
        elif place not in was:
            yield Difference("new", at, "", now[place])
        elif was[place] != now[place]:
            yield from _told(at, was[place], now[place])


def differences(old: Path, new: Path) -> Iterator[Difference]:
    """Yield every computed output that differs between two sites."""
    pages = {
        str(page.relative_to(site))
        for site in (old, new)
        for page in site.rglob("*.html")
        if not {"_modules", "_static"} & set(page.relative_to(site).parts)
    }
    for name in sorted(pages):
        was, now = (outputs(s / name) if (s / name).is_file() else {} for s in (old, new))
        yield from compare(was, now, name)
    yield from compare(sweeps(old), sweeps(new), "")


def _told(place: str, was: str, now: str) -> Iterator[Difference]:
    """Yield how a text differs: line by line, where it has as many lines as before."""
    before, after = was.splitlines(), now.splitlines()
    if len(before) != len(after):
        before, after = [was], [now]
    for one, other in zip(before, after, strict=True):
        if one == other:
            continue
        if one.startswith("picture ") or other.startswith("picture "):
            kind = "picture"
        elif NUMBER.findall(one) == NUMBER.findall(other):
            kind = "words"
        elif TIME.search(one) and TIME.search(other):
            kind = "time"
        else:
            kind = "number"
        yield Difference(kind, place, one, other)


def _output(page: Path, output: Tag) -> str:
    if output.name == "img":
        file = (page.parent / str(output["src"])).resolve()
        data = file.read_bytes() if file.is_file() else str(output["src"]).encode()
        return f"picture {hashlib.sha256(data).hexdigest()[:12]}"
    return _text(output)


def _text(tag: Tag | None) -> str:
    return "" if tag is None else re.sub(r"[ \t]+\n", "\n", tag.get_text()).strip()


def _drawn(tag: Tag) -> str:
    """Return a picture as text: every mark of it one line, without ids."""
    marks = [
        f"{mark.name} {' '.join(f'{k}={v}' for k, v in mark.attrs.items() if k != 'id')}"
        for mark in tag.find_all(True)
    ]
    return "\n".join([*(marks if tag.find("svg") else []), _text(tag)])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"


def main(arguments: list[str] | None = None) -> int:
    """Print the differences, and how many there are of each kind."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("old", type=Path, help="folder of the site as it was")
    parser.add_argument("new", type=Path, help="folder of the site as it is")
    parser.add_argument("--only", action="append", help="only differences of this kind")
    chosen = parser.parse_args(arguments)
    for site in (chosen.old, chosen.new):
        if not (site / "index.html").is_file():
            parser.error(f"{site} must be the folder of a built site, and it has no index.html")
    counts: Counter[str] = Counter()
    for difference in differences(chosen.old.resolve(), chosen.new.resolve()):
        counts[difference.kind] += 1
        if not chosen.only or difference.kind in chosen.only:
            print(difference)
    print(", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "no difference")
    return 1 if set(counts) - {"time"} else 0


if __name__ == "__main__":
    sys.exit(main())
