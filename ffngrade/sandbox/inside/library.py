"""Feed-forward networks; in this kernel only what runs a graded notebook, ``ffnlib.checks``."""

import sys

from ffnlib.checks.guard import Disabled

# the last finder: it is asked for what is not there
sys.meta_path.append(Disabled())
