"""Grading that can be trusted: what an instructor runs beside nbgrader.

What is handed in is taken in without trust: mended, or set aside with a reason (`ffngrade.receive`,
`ffngrade.intake`). Students' code runs in a sandbox (`ffngrade.sandbox`), and only the values that
it returns come out; whether they are right is decided here, outside (`ffngrade.execute`,
`ffngrade.verdict`). What became of everybody is kept (`ffngrade.record`) and told
(`ffngrade.report`).
"""
