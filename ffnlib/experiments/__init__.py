"""What combining mixtures, adapters and few bits really gives: every row trained and measured.

``python -m ffnlib.experiments`` does it all on the bundled digits, in seconds; with
``--data mnist`` or ``--data fashion`` on the full sets. What comes out is a file that
``results.read`` reads; ``results.stored("mnist")`` gives what comes with the package.
"""
