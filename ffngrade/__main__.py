"""``python -m ffngrade``."""

import sys

from ffngrade.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
