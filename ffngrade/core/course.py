"""A course on disk, as nbgrader's own configuration describes it: folders, gradebook, who is there.

The configuration is read once, from where nbgrader reads it (the user's Jupyter folders, then the
course's ``nbgrader_config.py``), so that every part of ``ffngrade`` works with the same settings as
nbgrader's commands.
"""

import logging
import os
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.baseapp import NbGrader
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from ffngrade.core.errors import CourseNotFoundError, DuplicateFolderError

CONFIGURATION = "nbgrader_config.py"


def student_of(folder: Path) -> str:
    """Name of the student whose folder it is: composed characters, and none that is no text."""
    whole = os.fsencode(folder.name).decode(errors="backslashreplace")
    return unicodedata.normalize("NFC", whole)


def _spelt(folder: Path) -> Path:
    """A student's folder as it is spelt on the disk."""
    apart = folder.with_name(unicodedata.normalize("NFD", folder.name))
    alike = [path for path in (folder, apart) if path.is_dir()]
    if not alike:  # or it is spelt in yet another way
        alike = [path for path in folder.parent.iterdir() if student_of(path) == folder.name]
    if len(alike) > 1:
        raise DuplicateFolderError(f"{len(alike)} folders have the name {folder.name}")
    return alike[0] if alike else folder


class _Settings(NbGrader):
    """Reads the configuration, and nothing from the folder that the command runs in."""

    load_cwd_config = False


def configuration(folder: Path) -> Config:
    """Read nbgrader's configuration for a course in a folder, or for none."""
    settings = _Settings(log_level=logging.ERROR)  # no folder but the course's is looked at
    settings.initialize([], root=str(folder))
    config: Config = settings.config
    return config


class Course:
    """A course's folders, its gradebook and the configuration that names them.

    Parameters
    ----------
    folder : str or path
        Where ``nbgrader_config.py`` is.
    db : str, optional
        URL of another gradebook than the configuration's, for instance
        ``postgresql+psycopg://teacher@host/grades``.

    Raises
    ------
    CourseNotFoundError
        If the folder has no ``nbgrader_config.py``.
    """

    config: Config
    """nbgrader's configuration: give it to every preprocessor and converter, as ``config=``."""
    directory: CourseDirectory
    """nbgrader's own view of the folders; its ``assignment_id`` and the like are not set."""

    def __init__(self, folder: str | Path = ".", db: str = "") -> None:
        self.folder = Path(folder).resolve()
        if not (self.folder / CONFIGURATION).is_file():
            raise CourseNotFoundError(
                f"folder must hold {CONFIGURATION}, and {self.folder} does not"
            )
        if str(self.folder) not in sys.path:  # a course may bring its own plugins
            sys.path.insert(0, str(self.folder))
        self.config = configuration(self.folder)
        if db:
            self.config.CourseDirectory.db_url = db
        self.config.CourseDirectory.root = str(self.folder)
        self.directory = CourseDirectory(config=self.config)
        self.directory.root = str(self.folder)

    @property
    def name(self) -> str:
        """Of the course, as the gradebook knows it."""
        return str(self.directory.course_id or "default_course")

    @property
    def url(self) -> str:
        """URL of the gradebook."""
        return str(self.directory.db_url)

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The interface of nbgrader to the gradebook, closed at the end."""
        with Gradebook(self.url, self.name) as book:
            yield book

    def source(self, assignment: str) -> Path:
        """Folder of the solved notebooks."""
        return self._path(self.directory.source_directory, ".", assignment)

    def release(self, assignment: str) -> Path:
        """Folder of what students get."""
        return self._path(self.directory.release_directory, ".", assignment)

    def submitted(self, student: str, assignment: str) -> Path:
        """Folder of what a student handed in, however a file system spells the name.

        Raises
        ------
        DuplicateFolderError
            If several folders are of one student.
        """
        path = self._path(self.directory.submitted_directory, student, assignment)
        if not student.isascii() or "\\" in student:
            for above in path.parents:
                if above.name == student and above.parent.is_dir():
                    return _spelt(above) / path.relative_to(above)
        return path

    def autograded(self, student: str, assignment: str) -> Path:
        """Folder of a student's graded notebooks."""
        return self._path(self.directory.autograded_directory, student, assignment)

    def feedback(self, student: str, assignment: str) -> Path:
        """Folder of a student's feedback."""
        return self._path(self.directory.feedback_directory, student, assignment)

    def assignments(self) -> list[str]:
        """Return the names of the assignments that stand in ``source/``, sorted."""
        found = self._path(self.directory.source_directory, ".", "x").parent
        return sorted(p.name for p in found.iterdir() if p.is_dir()) if found.is_dir() else []

    def notebooks(self, assignment: str) -> list[str]:
        """Return the names of an assignment's notebooks in ``source/``, without ``.ipynb``."""
        return sorted(path.stem for path in self.source(assignment).glob("*.ipynb"))

    def students(self, assignment: str) -> list[str]:
        """Return who handed the assignment in, sorted.

        Everybody with a folder for it in ``submitted/``.

        A student whose folder holds no notebook of the right name is among them.
        """
        exclude = set(self.directory.student_id_exclude.split(","))
        everybody = sorted(set(self.everybody()) - exclude)
        return [name for name in everybody if self._handed_in(name, assignment)]

    def everybody(self) -> list[str]:
        """Return the names of all folders that stand among students' folders, sorted."""
        # The folder of the assignment may be missing, so it is not looked for.
        parts = Path(self.directory.directory_structure).parts
        at = next(i for i, part in enumerate(parts) if "{student_id}" in part)
        known = {"nbgrader_step": self.directory.submitted_directory, "assignment_id": "*"}
        above = [part.format(**known, student_id="*") for part in parts[: at + 1]]
        found = self.folder.glob(os.path.join(*above))
        return sorted({student_of(p) for p in found if p.is_dir() and p.name[0] != "."})

    def _handed_in(self, student: str, assignment: str) -> bool:
        try:
            return self.submitted(student, assignment).is_dir()
        except (OSError, DuplicateFolderError):
            return True

    def _path(self, step: str, student: str, assignment: str) -> Path:
        return Path(os.path.normpath(self.directory.format_path(step, student, assignment)))
