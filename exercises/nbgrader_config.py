"""Configuration of the nbgrader course in this folder; see README.md beside it."""

from pathlib import Path

from ffngrade.reports import formgrade

COURSE = Path(__file__).resolve().parent

# Any text or number: another seed gives other hidden cases. Change it for every class.
seed = "first class"

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "ffn"
c.CourseDirectory.root = str(COURSE)

# Students' code runs in a sandbox, and what it returns is judged outside (ffngrade/execute.py);
# the rest is what nbgrader does after running a notebook.
c.Autograde.autograde_preprocessors = [
    "ffngrade.grading.execute.TrustedExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.TrustedExecute.cases = str(COURSE / "cases")  # no student's kernel sees this folder
c.TrustedExecute.seed = str(seed)
c.TrustedExecute.timeout = 30  # seconds that a cell, or the cases of a problem, may run
c.TrustedExecute.partial_credit = False  # True: marks in proportion to the cases that are right

# Before it is run a submission is repaired: cells copied, lost or altered (ffngrade/intake).
c.Autograde.sanitize_preprocessors = [
    "ffngrade.intake.sanitize.RepairSubmission",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 20

# Feedback says what went wrong in words, and holds nothing that can run (ffngrade/feedback.py).
c.GenerateFeedback.exporter_class = "ffngrade.reports.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = []

# Formgrader shows submissions with nothing in them that can run.
formgrade.configure(c)
