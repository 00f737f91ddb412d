"""Train the small decoder that comes with the library, and store it."""

import sys
from pathlib import Path

from ffnlib.datasets import prose
from ffnlib.language._tiny_decoder import _HOME, split, train, write

learned, kept = split(prose())
target = Path(sys.argv[1] if len(sys.argv) > 1 else str(_HOME))
found = write(target, train(learned), kept)
print(f"{target}: {target.stat().st_size:,} bytes, perplexity {found:.3f} on held-out text")
