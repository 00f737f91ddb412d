"""Grading that can be trusted: what an instructor runs beside nbgrader.

What is handed in is taken in without trust: repaired, or set aside with a reason
(`ffngrade.intake.collect`, `ffngrade.intake.validate`). Students' code runs in a sandbox
(`ffngrade.sandbox.bubblewrap`), and only the values that it returns come out; whether they are
right is decided here, outside (`ffngrade.grading.execute`, `ffngrade.grading.verdict`). What became
of everybody is kept (`ffngrade.gradebook.journal`) and told (`ffngrade.reports.report`).
"""
