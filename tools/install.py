"""``python -m tools.install ...``: ``pip install`` with a line for each package, not silence."""

import re
import subprocess
import sys

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install")
STEP = re.compile(r"\s*Collecting (\S+)|\s*Downloading (\S+(?<!\.metadata) \(\d\S* [MG]B\))")


def main(arguments: list[str]) -> int:
    with subprocess.Popen(
        [*PIP, "--progress-bar=off", *arguments], stdout=subprocess.PIPE, text=True
    ) as pip:
        assert pip.stdout
        for line in pip.stdout:
            if found := STEP.match(line):
                print(" ", found[1] or f"downloading {found[2]}", flush=True)
            elif line.startswith("Installing collected packages"):
                print(f"  unpacking {line.count(',') + 1} packages ...", flush=True)
    return pip.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
