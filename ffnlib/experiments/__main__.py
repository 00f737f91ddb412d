"""Train and measure every row of the experiments; see ``python -m ffnlib.experiments --help``."""

import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one core, and before NumPy reads it
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MKL_NUM_THREADS", "1")

from ffnlib.experiments._command import main

sys.exit(main())
