"""Kernels that are forked from one template: what one can know of, do to, or leave for another."""

import os
import signal
import time
import warnings
from pathlib import Path

import pytest

from ffngrade.sandbox import bubblewrap as sandbox
from ffngrade.sandbox import fork_server, prefork
from ffngrade.sandbox.kernel import NAME
from ffngrade.sandbox.session import Session

COLD = prefork.obstacle()
if COLD and not sandbox.obstacle():
    warnings.warn(f"nothing of warm kernels is tested: {COLD}", stacklevel=1)
pytestmark = pytest.mark.skipif(bool(COLD), reason=f"kernels start cold: {COLD}")


def said(session: Session, source: str) -> str:
    """What a cell prints; what it raises, where it does."""
    ran = session.run(source, 20)
    return "".join(str(o.get("text") or o.get("evalue")) for o in ran.outputs).strip()


@pytest.fixture(scope="module", autouse=True)
def _ended():
    yield
    prefork.close()


@pytest.fixture
def two():
    """Two kernels of one template, at the same time."""
    first, second = Session(NAME), Session(NAME)
    yield first, second
    first.close()
    second.close()


def processes(top: int = 1) -> set[int]:
    """Processes below one of this machine, by default all."""
    parents = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit():
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                parents[int(folder.name)] = int(parent) if state != "Z" else -1
        except OSError:
            continue
    found = {top}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {top}


def test_it_is_as_a_kernel_that_was_started_anew(two):
    first, _ = two
    assert isinstance(first.kernel, prefork.WarmKernel)
    assert said(first, "x = 2\nprint(x + 1)") == "3"
    assert said(first, "import os; print(os.getcwd(), os.listdir())") == "/tmp/home ['.ipython']"
    assert said(first, "print(sorted(n for n in os.environ if 'FFN' in n))") == "[]"
    assert said(first, "!echo through a shell") == "through a shell"
    assert "division by zero" in said(first, "1 / 0")
    drawn = [said(one, "import numpy as np; print(np.random.rand())") for one in two]
    assert drawn[0] != drawn[1]


def test_neither_sees_the_other_or_the_template(two):
    first, second = two
    said(first, "import subprocess; child = subprocess.Popen(['sleep', '60'])")
    pids = "import os; print(sorted(int(n) for n in os.listdir('/proc') if n.isdigit()))"
    assert said(first, pids) == "[1, 2, 3]" or said(first, pids).count(",") == 2
    assert said(second, pids) == "[1, 2]"
    everything = said(second, "import glob; print(glob.glob('/run/*/*') + glob.glob('/dev/shm/*'))")
    assert "sessions/" not in everything
    assert said(second, f"print(os.listdir({fork_server.OTHERS!r}))") == "[]"
    assert said(second, "print([n for n in os.listdir('/proc/self/fd') if os.path.realpath("
                "'/proc/self/fd/' + n).startswith('/tmp/ffn')])") == "[]"  # fmt: skip


def test_signals_and_tracing_reach_nobody(two):
    first, second = two
    harm = """
import ctypes, os, signal
done = []
for pid in range(1, 3000):
    if os.path.exists(f'/proc/self/task/{pid}'):
        continue
    for number in (signal.SIGKILL, signal.SIGSTOP):
        try:
            os.kill(pid, number)
            done.append(pid)
        except OSError:
            pass
try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
trace = ctypes.CDLL(None).ptrace(16, 1, 0, 0)
try:
    memory = open('/proc/1/mem', 'rb').read(1)
except OSError:
    memory = b''
print(set(done) <= {1}, trace, memory)
"""
    assert said(first, harm) == "True -1 b''"
    assert said(second, "print('alive')") == "alive"
    assert said(first, "print('alive')") == "alive"


FILES = """
import os
left = []
for folder in ('/', '/tmp', '/tmp/home', '/dev', '/dev/shm', '/run', '/run/session', '/etc',
               '/run/sessions', '/run/aside', '/usr', '/proc/sys/kernel', '/var/tmp'):
    try:
        open(folder + '/left-behind', 'w').write('secret')
        left.append(folder)
    except OSError:
        pass
print(left)
"""


def test_files_are_of_one_kernel(two):
    first, second = two
    assert said(first, FILES) == "['/tmp', '/tmp/home', '/dev/shm']"
    look = "import os; print([f for f in ('/tmp', '/tmp/home', '/dev/shm') if 'left-behind' in os.listdir(f)])"  # noqa: E501
    assert said(first, look).count("/") > 2
    assert said(second, look) == "[]"
    first.close()
    with_the_next = Session(NAME)
    assert said(with_the_next, look) == "[]"
    with_the_next.close()


MEET = """
import ctypes, socket
C = ctypes.CDLL(None, use_errno=True)
met = []
s = socket.socket(socket.AF_UNIX)
try:
    {abstract}
except OSError:
    pass
try:
    t = socket.socket()
    {loopback}
except OSError:
    pass
if C.shmget(4711, 100, {create}) >= 0:
    met.append('shared memory')
if C.msgget(4711, {create}) >= 0:
    met.append('messages')
KEY = ctypes.c_long(-3 if {session} else -4)
if {create}:
    C.syscall(ctypes.c_long(248), b'user', b'note', b'secret', ctypes.c_long(6), KEY)
if not {create} and C.syscall(ctypes.c_long(250), ctypes.c_long(10), KEY, b'user', b'note', 0) > 0:
    met.append('keys')
print(met)
"""


def test_there_is_nowhere_to_meet(two):
    first, second = two
    for session in (0, 1):
        begin = MEET.format(
            abstract="s.bind('\\0meeting'); s.listen(); met.append('abstract')",
            loopback="t.bind(('127.0.0.1', 4711)); t.listen(); met.append('loopback')",
            create=0o1666,
            session=session,
        )
        come = MEET.format(
            abstract="s.connect('\\0meeting'); met.append('abstract')",
            loopback="t.connect(('127.0.0.1', 4711)); met.append('loopback')",
            create=0,
            session=session,
        )
        assert said(first, begin) == "['abstract']"  # all else does not exist inside
        assert said(second, come) == "[]"


def test_no_privilege_is_left_and_none_can_be_had(two):
    first, _ = two
    status = said(first, "print(open('/proc/self/status').read())")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert {int(fields[name], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert fields["NoNewPrivs"] == "1"
    assert fields["Uid"].split()[0] != "0"
    mounting = "import ctypes; print(ctypes.CDLL(None).umount2(b'/run/sessions', 2))"
    assert said(first, mounting) == "-1"
    if os.geteuid() == 0:  # each is a user of its own
        users = {said(one, "import os; print(os.getuid())") for one in two}
        assert len(users) == 2


def test_limits_hold_and_hit_nobody_else(two):
    first, second = two
    assert "MemoryError" in said(
        first, "try: b = bytearray(4 * 2**30)\nexcept MemoryError as e: print('MemoryError')"
    )
    bomb = (
        "import os, time, warnings\nwarnings.simplefilter('ignore')  # Python 3.12: of fork\n"
        "made = 0\ntry:\n    for _ in range(500):\n"
        "        if os.fork() == 0: time.sleep(30); os._exit(0)\n        made += 1\n"
        "except OSError: pass\nprint(made < 64)"
    )
    assert said(first, bomb) == "True"
    assert said(second, "import subprocess; print(subprocess.run('true').returncode)") == "0"
    disk = (
        "full = False\ntry:\n    for i in range(80):\n"
        "        open(f'big{i}', 'wb').write(bytes(2**20))\nexcept OSError: full = True\n"
        "print(full)"
    )
    assert said(second, disk) == "True"


def test_nothing_is_left_when_one_ends():
    before = processes(os.getpid())
    folders = set(prefork.shared().folder.iterdir())
    one = Session(NAME)
    said(one, "import os, time\nif os.fork() == 0:\n    os.setsid(); time.sleep(600)")
    assert len(processes(os.getpid())) > len(before)
    one.close()
    assert processes(os.getpid()) == before
    assert set(prefork.shared().folder.iterdir()) == folders


def test_a_cold_kernel_ends_with_whoever_runs_it():
    before = processes(os.getpid())
    one = Session(NAME, warm=False)
    stay = "import ctypes, os, time\nctypes.CDLL(None).prctl(1, 0)\nif os.fork() == 0:\n    os.setsid(); time.sleep(600)"  # noqa: E501
    said(one, stay)
    inside = processes(os.getpid()) - before
    assert len(inside) > 2
    os.kill(one.kernel.process, signal.SIGKILL)
    while inside & processes():
        time.sleep(0.01)  # the time limit of the test is the end
    one.close()


def test_a_template_that_was_killed_is_replaced():
    process = prefork.shared()._process
    process.kill()
    process.wait()
    with_another = Session(NAME)
    assert said(with_another, "print(1)") == "1"
    assert isinstance(with_another.kernel, prefork.WarmKernel)
    with_another.close()


def test_without_walls_kernels_start_cold(monkeypatch):
    monkeypatch.setattr(prefork, "obstacle", lambda: "not here")
    cold = Session(NAME)
    assert not isinstance(cold.kernel, prefork.WarmKernel)
    assert said(cold, "print(1)") == "1"
    cold.close()
