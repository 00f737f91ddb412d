"""Write the corpus: ``python -m ffnlib.datasets chapters`` takes it from the chapters' prose."""

import sys
from pathlib import Path

from ffnlib.datasets._corpus import write

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "chapters")
home = Path(__file__).parents[1] / "data" / "prose.txt"
print(f"{write(folder, home):,} characters in {home}")
