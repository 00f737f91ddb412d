"""Train the feed-forward variants, many seeds each, and store their scores."""

import sys
from pathlib import Path

from ffnlib.production._variant_trials import write_trials

default = Path(__file__).parents[1] / "data" / "variant_trials.npz"
write_trials(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
