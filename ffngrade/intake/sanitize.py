"""The intake as a step of plain ``nbgrader autograde``: what can be repaired there, is.

nbgrader opens the file itself, one of the right name and of valid JSON, and only then asks its
preprocessors. So a broken file, another name or a folder too deep are for ``ffn-grade`` alone.
"""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor

from ffngrade.core.errors import UnusableNotebookError
from ffngrade.core.submission import Findings
from ffngrade.intake.notebook_reader import read_parsed
from ffngrade.intake.release import Release, from_gradebook
from ffngrade.intake.validate import Checked, repair


class RepairSubmission(NbGraderPreprocessor):
    """Repair a submission before nbgrader looks at its cells, or reject it with a reason."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Return the notebook that is graded.

        Raises
        ------
        NbGraderException
            If there is none: nbgrader leaves this student out and goes on with the next.
        """
        about = resources["nbgrader"]
        checked = self._checked(nb, about["assignment"], about["notebook"], about["db_url"])
        if checked.findings.rejection is not None:
            why = checked.findings.rejection.teacher
            raise NbGraderException(f"{about['student']} is set aside: {why}")
        assert checked.notebook is not None
        for sentence in checked.findings.repaired:
            self.log.info("%s, repaired: %s", about["student"], sentence)
        for sentence in checked.findings.suspicious:
            self.log.warning("%s, suspicious: %s", about["student"], sentence)
        return checked.notebook, resources

    def _checked(self, nb: NotebookNode, assignment: str, notebook: str, url: str) -> Checked:
        release = self._release(assignment, notebook, url)
        try:
            return repair(read_parsed(nb), release)
        except UnusableNotebookError as why:
            return Checked(None, Findings.rejected(why.teacher, why.student))

    def _release(self, assignment: str, notebook: str, url: str) -> Release:
        course = CourseDirectory(config=self.config)
        steps = (course.release_directory, course.source_directory)
        release, source = (Path(course.format_path(step, ".", assignment)) for step in steps)
        with Gradebook(url, course.course_id) as book:
            return from_gradebook(
                assignment, book.find_notebook(notebook, assignment), (release, source)
            )
