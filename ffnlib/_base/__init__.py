"""What every package of the library uses: arrays and their validation, parameters, checkpoints.

Nothing here is public. A newcomer reads ``arrays.py`` first: it says what the library accepts.
"""
