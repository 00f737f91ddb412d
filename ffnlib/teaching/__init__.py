"""The chapters' formulas as code: at most twelve lines each, in the formula's own symbols.

The chapters print these functions. They allocate freely and check nothing; the library's own
functions do the same work faster and refuse bad arguments, and tests hold each pair equal.
"""
