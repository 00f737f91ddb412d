"""What a learning platform lets a teacher download: everybody's files in one archive.

Names and contents are whatever students chose, so nothing is unpacked: each notebook is read with a
limit, and written under a name that is made here (`ffngrade.lms.collect`).

========== ============================================================================
Moodle     ``Ann Lee_123_assignsubmission_file_/neurons.ipynb`` (or without the folder);
           123 is the number of *Participant 123* in the grading worksheet
Canvas     ``leeann_LATE_123_456_neurons.ipynb``: who, perhaps that it is late, the
           *ID* of Canvas' gradebook, a number of the file
Gradescope ``assignment_1_export/submission_2/neurons.ipynb``, and
           ``submission_metadata.yml`` with names, addresses, SIDs and times
========== ============================================================================
"""

import re
import stat
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from ffngrade.core.errors import ArchiveError
from ffngrade.lms.class_list import CANVAS, GRADESCOPE, MOODLE, Person, parted

MOST_FILES = 50_000
MOST_BYTES = 4 * 2**30
"""Of all notebooks of an archive together, as they are read."""
LARGEST = 32 * 2**20
"""Bytes of one notebook."""
METADATA = "submission_metadata.yml"
IN_MOODLE = re.compile(r"(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<rest>.*)")
IN_CANVAS = re.compile(r"(?P<name>[^_]+?)_(?P<late>LATE_)?(?P<id>\d+)_(?P<file>\d+)_(?P<rest>.+)")
IN_GRADESCOPE = re.compile(r"(?:.*/)?(?P<folder>submission_\d+)/(?P<rest>.+)")
AGAIN = re.compile(r"(.+?)-\d+(\.ipynb)")
"""Canvas names a file that was handed in again ``neurons-1.ipynb``."""


class Download(NamedTuple):
    """What one person handed in."""

    person: Person
    squeezed: str
    """The whole name in small letters without spaces, as Canvas writes it; or nothing."""
    notebooks: Mapping[str, bytes]
    """By name, without folders."""
    handed_in: datetime | None = None
    """In UTC, if the archive says."""
    is_late: bool = False
    """Whether the platform says so."""


class Archive(NamedTuple):
    """Everything in a download."""

    kind: str
    downloads: list[Download]
    notes: list[str]


class _File(NamedTuple):
    who: str
    """What tells a person from the others of the archive."""
    person: Person
    squeezed: str
    name: str
    is_late: bool
    info: zipfile.ZipInfo


def read(path: Path, kind: str = "") -> Archive:
    """Read an archive of a platform's.

    Parameters
    ----------
    path : Path
    kind : str
        Whose it is; found by the names in it if it is empty.

    Raises
    ------
    ArchiveError
        If it is no archive of a known platform, or holds what no such archive holds: names that
        lead out of it, far too many files, far too many bytes.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > MOST_FILES:
                raise ArchiveError(
                    f"{path.name} holds {len(infos):,} files, at most {MOST_FILES:,}"
                )
            for info in infos:
                _check(path, info)
            found = kind or _kind(infos)
            if not found:
                raise ArchiveError(
                    f"{path.name} is not named as Moodle, Canvas or Gradescope name their "
                    "downloads: say --from which it is, or copy the notebooks to submitted/"
                )
            return Archive(found, *_downloads(archive, found, infos))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise ArchiveError(f"{path.name} cannot be read as a zip archive: {error}") from None


def _check(path: Path, info: zipfile.ZipInfo) -> None:
    """Refuse an archive with a name that leads out of it: no platform writes one."""
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or re.match(r"[A-Za-z]:", info.filename):
        shown = re.sub(r"[^\w ./\\:+-]", "", info.filename)[:80]
        raise ArchiveError(
            f"{path.name} holds a name that leads out of it ({shown}): nothing was read"
        )
    if info.flag_bits & 1:
        raise ArchiveError(f"{path.name} is encrypted: nothing was read")


def _kind(infos: list[zipfile.ZipInfo]) -> str:
    names = [info.filename for info in infos]
    if any(name.rpartition("/")[2] == METADATA for name in names):
        return GRADESCOPE
    if any(IN_MOODLE.match(part) for name in names for part in name.split("/")):
        return MOODLE
    if any(IN_CANVAS.fullmatch(name.rpartition("/")[2]) for name in names):
        return CANVAS
    return ""


def _downloads(
    archive: zipfile.ZipFile, kind: str, infos: list[zipfile.ZipInfo]
) -> tuple[list[Download], list[str]]:
    notes: list[str] = []
    room = [MOST_BYTES]
    known = _metadata(archive, infos, room) if kind == GRADESCOPE else {}
    files: dict[str, list[_File]] = defaultdict(list)
    for info in infos:
        for file in _files(kind, info, known):
            files[file.who].append(file)
    made = []
    for who, theirs in sorted(files.items()):
        notebooks: dict[str, bytes] = {}
        for file in theirs:
            if not file.name.lower().endswith(".ipynb"):
                continue
            if stat.S_ISLNK(file.info.external_attr >> 16):
                notes.append(f"{file.person.shown}: {file.name} is a link and was left out")
                continue
            data = _content(archive, file.info, room)
            if data is None:
                notes.append(f"{file.person.shown}: {file.name} is too large and was left out")
                continue
            notebooks[_fresh(file.name, notebooks)] = data
        if not notebooks:
            notes.append(f"{theirs[0].person.shown}: handed in no notebook")
            continue
        when = known.get(who.partition("\0")[0], {}).get(":created_at")
        moment = _in_utc(when) if isinstance(when, datetime) else None
        late = any(file.is_late for file in theirs)
        made.append(Download(theirs[0].person, theirs[0].squeezed, notebooks, moment, late))
    return made, notes


def _files(kind: str, info: zipfile.ZipInfo, known: Mapping[str, Any]) -> Iterator[_File]:
    parts = info.filename.replace("\\", "/").split("/")
    base = parts[-1]
    if base.startswith("._") or "__MACOSX" in parts:
        return
    if kind == MOODLE:
        for place, part in enumerate(parts):
            if match := IN_MOODLE.fullmatch(part):
                if match["kind"] == "file":
                    name = base if place < len(parts) - 1 else match["rest"]
                    first, last = parted(match["name"])
                    ids = (f"Participant {match['id']}",)
                    yield _File(match["id"], Person(ids, "", first, last), "", name, False, info)
                return
    elif kind == CANVAS:
        if match := IN_CANVAS.fullmatch(base):
            name = AGAIN.sub(r"\1\2", match["rest"])
            person = Person((match["id"],), "", "", match["name"])
            yield _File(match["id"], person, match["name"], name, bool(match["late"]), info)
    elif match := IN_GRADESCOPE.fullmatch(info.filename):
        submitters = known.get(match["folder"], {}).get(":submitters") or []
        for one in submitters if isinstance(submitters, list) else []:
            if not isinstance(one, dict):
                continue
            sid, email, name = (str(one.get(key) or "") for key in (":sid", ":email", ":name"))
            person = Person(tuple(filter(None, (sid,))), email, *parted(name))
            who = f"{match['folder']}\0{sid or email or name}"
            yield _File(who, person, "", base, False, info)


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: list[int]) -> bytes | None:
    """Bytes of a file; None if they are too many, whatever the archive says of their number."""
    with archive.open(info) as file:
        data = file.read(min(LARGEST, room[0]) + 1)
    if len(data) > room[0]:
        raise ArchiveError(f"the notebooks of the archive are larger than {MOST_BYTES // 2**30} GB")
    room[0] -= len(data)
    return data if len(data) <= LARGEST else None


def _fresh(name: str, taken: Mapping[str, bytes]) -> str:
    """A name for a file that no other has."""
    stem, number = name[: -len(".ipynb")], 2
    while name in taken:
        name, number = f"{stem} ({number}).ipynb", number + 1
    return name


class _Plain(yaml.SafeLoader):
    """Reads what Gradescope writes: whatever Ruby calls its objects, they are plain values here."""


def _as_plain(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Plain.add_multi_constructor("!", _as_plain)


def _metadata(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], room: list[int]
) -> dict[str, Any]:
    for info in infos:
        if info.filename.rpartition("/")[2] == METADATA:
            data = _content(archive, info, room)
            try:
                told = yaml.load(data or b"", Loader=_Plain)
            except (yaml.YAMLError, ValueError, RecursionError) as error:
                raise ArchiveError(f"{METADATA} cannot be read: {error}") from None
            if isinstance(told, dict):
                return {str(k): v for k, v in told.items() if isinstance(v, dict)}
    raise ArchiveError(f"the archive has no {METADATA}, by which Gradescope says who is who")


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
