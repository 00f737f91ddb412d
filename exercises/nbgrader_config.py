"""Configuration of the nbgrader course in this folder; see README.md beside it."""

import os
from pathlib import Path

COURSE = Path(__file__).resolve().parent

# Any text or number: another seed gives other hidden cases. Change it for every class.
seed = "first class"

# What graded cells read. The kernels that nbgrader starts inherit it.
os.environ["FFN_CASES"] = str(COURSE / "cases")
os.environ.setdefault("FFN_SEED", str(seed))

c = get_config()  # noqa: F821  (nbgrader defines it)

c.CourseDirectory.course_id = "ffn"
c.CourseDirectory.root = str(COURSE)

# A student can tag cells, and nbclient would skip those cells and count their marks as earned.
c.ExecutePreprocessor.skip_cells_with_tag = ""
# A test cell that a student deleted is put back.
c.OverwriteCells.add_missing_cells = True

c.ExecutePreprocessor.timeout = 30  # seconds a cell may run
c.ExecutePreprocessor.startup_timeout = 120
c.LimitOutput.max_lines = 200
c.LimitOutput.max_traceback = 20

# Outputs in the feedback are shown as text, not run.
c.HTMLExporter.sanitize_html = True
