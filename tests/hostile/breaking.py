"""Attacks on the machine and the course: delete, fill, stop."""

from hostile.attack import COMPOSE, NOTHING, Attack

ALL = {"compose": 3}  # an honest answer beside the attack

ROWS = [
    Attack(
        "gradebook",
        "raises its marks in the gradebook by absolute and relative path",
        first="import sqlite3\nfor n in ['@COURSE@/', '', '../', '../../', '../../../', '../../../../']:\n"
        "    try:\n        db = sqlite3.connect(n + 'gradebook.db')\n"
        "        db.execute('UPDATE grade SET manual_score = 20, auto_score = 20')\n        db.commit()\n"
        "        print('GOT', n)\n    except sqlite3.Error as e:\n        print(type(e).__name__)",
        shows=("OperationalError",),
    ),
    Attack(
        "gradebook, later",
        "leaves a process behind that raises marks when the kernel is gone",
        first="import os, sys, time, ctypes\nif os.fork() == 0:\n    ctypes.CDLL(None).prctl(15, b'hostile-left')\n    os.setsid()\n    if os.fork() == 0:\n"
        "        import sqlite3\n        for _ in range(2000):\n            time.sleep(0.2)\n            try:\n"
        "                db = sqlite3.connect('@COURSE@/gradebook.db')\n"
        "                db.execute('UPDATE grade SET manual_score = 20')\n                db.commit()\n"
        "            except Exception:\n                pass\n    os._exit(0)",
    ),
    Attack(
        "gradebook locked",
        "locks the gradebook",
        first="import sqlite3\ntry:\n    db = sqlite3.connect('@COURSE@/gradebook.db', isolation_level=None)\n"
        "    db.execute('BEGIN EXCLUSIVE')\n    print('GOT lock')\nexcept sqlite3.Error:\n    print('no lock')",
        shows=("no lock",),
    ),
    Attack(
        "course deleted",
        "deletes the course, its cases, another student's work",
        first="import shutil\nfor f in ('@COURSE@', '@COURSE@/source', '@COURSE@/cases'):\n"
        "    shutil.rmtree(f, ignore_errors=True)\n",
    ),
    Attack(
        "fork bomb",
        "forks without end",
        last="import os\nn = 0\nwhile n < 2000:\n    try:\n        if os.fork() == 0:\n            import time, ctypes\n"
        "            ctypes.CDLL(None).prctl(15, b'hostile-left')\n"
        "            time.sleep(600)\n    except OSError:\n        print('no more')\n        break\n    n += 1",
        shows=("no more",),
    ),
    Attack(
        "daemons",
        "leaves processes behind",
        first="import subprocess\nfor _ in range(3):\n"
        "    subprocess.Popen(['setsid', 'nohup', 'sh', '-c', 'sleep 31415 # hostile-left'], start_new_session=True)\n",
    ),
    Attack(
        "memory",
        "takes memory without end",
        answers={
            "compose": "def compose(A, a, B, b):\n    return [bytearray(2**30) for _ in range(50)]\n"
        },
        shows=("compose",),
    ),
    Attack(
        "memory in a cell",
        "takes memory in a cell until there is no more",
        last="kept = []\ntry:\n    while True: kept.append(np.ones(2**26))\nexcept MemoryError:\n"
        "    kept.clear()\n    print('no more')",
    ),
    Attack(
        "disk",
        "fills every folder that it can write",
        last="import os\nfull = 0\nfor folder in ('/tmp', '/tmp/home', '/dev/shm', '/var/tmp', '/run', '.'):\n"
        "    try:\n        for i in range(300):\n"
        "            with open(f'{folder}/f{i}', 'wb') as f: f.write(bytes(2**20))\n"
        "        print('GOT', folder)\n    except OSError:\n        full += 1\nprint(full, 'are full')",
        shows=("6 are full",),
    ),
    Attack(
        "disk by way of the sockets",
        "fills the folder in which its kernel is spoken to",
        last="import os, psutil\nfrom jupyter_client.connect import find_connection_file\n"
        "from ipykernel.connect import get_connection_info\n"
        "ip = get_connection_info(unpack=True)['ip']\nfolder = os.path.dirname(ip)\n"
        "try:\n    for i in range(300):\n"
        "        with open(f'{folder}/f{i}', 'wb') as f: f.write(bytes(2**20))\n"
        "    print('GOT 300 MB')\nexcept OSError:\n    print('full')",
        shows=("full",),
    ),
    Attack(
        "files without end",
        "makes more files than a folder can hold",
        last="import os\ntry:\n    for i in range(10**6): open(f'/tmp/home/{i}', 'w').close()\n"
        "except OSError:\n    print('no more')\nexcept KeyboardInterrupt:\n    print('late')\n",
    ),
    Attack(
        "recursion",
        "calls itself without end, in a cell and in an answer",
        answers={"compose": "def compose(A, a, B, b):\n    return compose(A, a, B, b)\n"},
        last="import sys\ndef f(): return f()\nf()",
        shows=("compose stopped with RecursionError",),
    ),
    Attack(
        "deep recursion",
        "breaks the stack of its process",
        last="import sys\nsys.setrecursionlimit(10**9)\n"
        "def f(n): return [f(n + 1)]\nf(0)\nprint('GOT out')",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "segmentation fault",
        "reads memory that is not there",
        last="import ctypes\nctypes.string_at(0)",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("ended the program that ran it",),
    ),
    Attack(
        "exit in a cell",
        "ends its kernel in every way",
        first="import os\nos._exit(0)",
        last="exit()",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("ended the program that ran it",),
    ),
    Attack(
        "exit before all else",
        "asks its kernel to end while the next cells run",
        first="exit()",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "exit in an answer",
        "ends its kernel while it is asked",
        answers={"compose": "def compose(A, a, B, b):\n    import os\n    os._exit(0)\n"},
        shows=("compose ended the program that ran it",),
    ),
    Attack(
        "exit by exception",
        "raises what ends a program",
        answers={
            "compose": "def compose(A, a, B, b):\n    raise SystemExit(0)\n",
            "abs_network": "def abs_network():\n    raise GeneratorExit\n",
        },
        shows=("compose stopped with SystemExit",),
    ),
    Attack(
        "signals to everybody",
        "kills every process that it may signal, its parent first",
        last="import os, signal\nos.kill(os.getppid() or 1, signal.SIGKILL)\nos.kill(1, signal.SIGKILL)\n"
        "os.kill(-1, signal.SIGKILL)",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "deaf loop",
        "loops without end and does not listen",
        last="import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    try:\n"
        "        while True: pass\n    except BaseException: pass",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("ended the program that ran it",),
    ),
    Attack(
        "endless answer",
        "never returns",
        answers={"compose": "def compose(A, a, B, b):\n    while True: pass\n"},
        shows=("compose takes longer than",),
    ),
    Attack(
        "endless in C",
        "computes something that Python cannot interrupt",
        answers={"compose": "def compose(A, a, B, b):\n    return 3 ** 10 ** 9, 0\n"},
        shows=("compose",),
    ),
    Attack(
        "sleep",
        "waits for ever for an answer from the keyboard, a lock, the clock",
        first="try:\n    input('your password? ')\nexcept Exception as e:\n    print(type(e).__name__)",
        last="import time\ntime.sleep(10**6)",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("StdinNotImplementedError", "stopped after"),
    ),
    Attack(
        "stopped process",
        "stops its own process",
        last="import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "files for the next",
        "leaves start-up files for whatever starts after it",
        first="import os, pathlib\nhome = pathlib.Path('/tmp/home')\n"
        "start = home / '.ipython/profile_default/startup'\nstart.mkdir(parents=True, exist_ok=True)\n"
        "evil = 'print(\"GOT started\")\\nimport builtins\\nbuiltins.passed = True\\n'\n"
        "for f in (start / '00.py', home / 'sitecustomize.py', home / 'numpy.py', home / 'ffnlib.py',\n"
        "          home / '.bashrc', home / '.pythonstartup'):\n    f.write_text(evil)\nos._exit(0)",
        last="import sys; print('GOT' if hasattr(__builtins__, 'passed') else 'nothing')",
    ),
    Attack(
        "all in one",
        "gives up on everything",
        answers=dict.fromkeys(NOTHING, "raise SystemExit"),
        earns=NOTHING,
    ),
]
