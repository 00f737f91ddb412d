"""The sandboxed kernel: ``python -m ffngrade.sandbox.kernel <connection file>`` becomes one.

Jupyter starts it as its kernelspec says, with transport ipc: the sockets stand in a folder of their
own, the only one that is shared with the inside.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from ffngrade.sandbox import seccomp
from ffngrade.sandbox.bubblewrap import Limits, command

NAME = "ffn-sandbox"
SPEC = {
    "argv": [sys.executable, "-m", "ffngrade.sandbox.kernel", "{connection_file}"],
    "display_name": "Python, sandboxed for grading",
    "language": "python",
    "interrupt_mode": "message",
}


def install(prefix: str = sys.prefix) -> Path:
    """Write the kernelspec into an environment; give its folder."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # others may use this environment too
        (Path(folder) / "kernel.json").write_text(json.dumps(SPEC, indent=1), encoding="utf-8")
        return Path(KernelSpecManager().install_kernel_spec(folder, NAME, prefix=prefix))


def installed() -> bool:
    """Return whether the kernelspec is where Jupyter looks, and starts this Python."""
    try:
        python, *rest = KernelSpecManager().get_kernel_spec(NAME).argv
    except NoSuchKernel:
        return False
    # python and python3 of one environment are one Python
    return Path(python).parent == Path(sys.executable).parent and rest == SPEC["argv"][1:]


def become(connection_file: str) -> None:
    """Replace this process by a kernel inside the sandbox."""
    told = json.loads(Path(connection_file).read_text(encoding="utf-8"))
    if told["transport"] != "ipc":
        sys.exit("the sandboxed kernel has no network: set KernelManager.transport to ipc")
    sockets = Path(told["ip"]).parent
    sockets.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:  # inside it is nobody who reads and writes them
        sockets.chmod(0o777)
        os.chmod(connection_file, 0o644)
    limits = Limits()
    limits.apply()
    program = [sys.executable, "-m", "ipykernel_launcher", "-f", connection_file]
    quiet = [
        "--HistoryManager.hist_file=:memory:",
        "--IPKernelApp.exec_lines=get_ipython().ask_exit = lambda: None",  # as in the template
    ]
    inside = command(
        [*program, *quiet],
        readable=[connection_file],
        writable=[sockets],
        limits=limits,
        calls=None if seccomp.obstacle() else seccomp.opened(),
    )
    os.execve(inside[0], inside, {})  # of our environment nothing is left to be read


if __name__ == "__main__":
    become(*sys.argv[1:])
