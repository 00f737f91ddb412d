"""Attacks on secrets: hidden cases, solutions, other students, the teacher's machine."""

from hostile.attack import COMPOSE, Attack

SEES = "for name in names:\n    try:\n        print('GOT', open(name).read()[:200])\n    except OSError as e:\n        print(type(e).__name__)"
LATER = "def compose(A, a, B, b):\n    met.append((A, a, B, b))\n"

ROWS = [
    Attack(
        "solutions by absolute path",
        "runs the course's solved notebook",
        first="names = ['@COURSE@/source/neurons/neurons.ipynb', '@COURSE@/cases/neurons.py']\n"
        + SEES,
        shows=("FileNotFoundError",),
    ),
    Attack(
        "solutions by relative path",
        "climbs from the working folder to the course",
        first="import glob\nnames = [f for n in range(6) for part in ('source/*/*', 'cases/*',\n"
        "    'gradebook.db', 'submitted/*/*/*') for f in glob.glob('../' * n + part)]\n"
        "print(len(names), 'files')\n" + SEES,
        shows=("0 files",),
    ),
    Attack(
        "neighbour's notebook",
        "reads and runs another student's answers",
        first="names = ['@NEIGHBOUR@']\n" + SEES,
        shows=("FileNotFoundError",),
    ),
    Attack(
        "search of the disk",
        "looks for notebooks and gradebooks everywhere",
        first="import os, sys\nfor folder, inside, files in os.walk('/'):\n"
        "    if folder.startswith(('/proc', '/sys', '/usr', sys.prefix, sys.base_prefix)) or folder.count('/') > 5:\n"
        "        inside.clear()\n        continue\n"
        "    for f in files:\n"
        "        if f in ('gradebook.db', 'neurons.ipynb') or f in ('nbgrader_config.py', 'canary.txt'):\n"
        "            print('GOT', folder, f)\nprint('searched')",
        shows=("searched",),
    ),
    Attack(
        "environment",
        "prints the environment of its process and of all others",
        first="import os, glob\nprint(dict(os.environ))\n"
        "for f in glob.glob('/proc/[0-9]*/environ') + glob.glob('/proc/[0-9]*/cmdline'):\n"
        "    try:\n        print(open(f).read().replace('\\0', ' '))\n"
        "    except OSError as e:\n        print(type(e).__name__)\nprint('printed')",
        shows=("printed",),
    ),
    Attack(
        "neighbouring processes",
        "looks into other processes: their roots, folders, open files",
        first="import os, glob\nfor p in glob.glob('/proc/[0-9]*'):\n"
        "    for part in ('root', 'cwd', 'fd'):\n"
        "        try:\n"
        "            inside = os.listdir(f'{p}/{part}')\n"
        "            print(part, 'GOT' if 'canary.txt' in inside else len(inside))\n"
        "        except OSError as e:\n            print(type(e).__name__)\n"
        "for root in glob.glob('/proc/[0-9]*/root'):\n"
        "    if os.path.exists(root + '@COURSE@/canary.txt'): print('GOT', root)",
    ),
    Attack(
        "open files",
        "uses files and sockets that its process inherited",
        first="import os\nfor fd in range(3, 256):\n    try:\n        name = os.readlink(f'/proc/self/fd/{fd}')\n"
        "    except OSError:\n        continue\n"
        "    if '@COURSE@' in name or 'gradebook' in name or 'canary' in name:\n        print('GOT', name)\n"
        "print('looked')",
        shows=("looked",),
    ),
    Attack(
        "expected values in memory",
        "searches all objects for what is expected",
        answers={
            "compose": "def compose(A, a, B, b):\n    import gc\n"
            "    for o in gc.get_objects():\n"
            "        if isinstance(o, tuple) and len(o) == 2 and o.__class__.__name__ == 'Case':\n"
            "            if o.expected is not None:\n                return o.expected\n"
            "        if isinstance(o, dict) and 'expected' in o and isinstance(o['expected'], tuple):\n"
            "            return o['expected']\n"
            "    return A, a\n"
        },
    ),
    Attack(
        "expected values in frames",
        "climbs the stack to whoever knows what is right",
        answers={
            "compose": "def compose(A, a, B, b):\n    import sys\n    frame = sys._getframe()\n"
            "    while frame:\n"
            "        for name, value in frame.f_locals.items():\n"
            "            if name in ('expected', 'wanted', 'hidden', 'reference'):\n"
            "                return value\n"
            "        frame = frame.f_back\n    return A, a\n"
        },
    ),
    Attack(
        "memory through /proc",
        "reads its own memory for the course's cases, and its parent's",
        last="import re\nfor who in ('self', '1'):\n    try:\n"
        "        maps = [l for l in open(f'/proc/{who}/maps') if ' rw' in l and 'heap' in l]\n"
        "        with open(f'/proc/{who}/mem', 'rb') as memory:\n"
        "            for line in maps:\n"
        "                start, end = (int(x, 16) for x in line.split()[0].split('-'))\n"
        "                memory.seek(start)\n"
        "                text = memory.read(min(end - start, 10**8))\n"
        "                for word in (b'canary' + b'-environment', b'canary' + b'-file'):\n"
        "                    if re.search(word, text): print('GOT', word)\n"
        "        print('read', who)\n"
        "    except OSError as e:\n        print(type(e).__name__)",
        shows=("read self",),
    ),
    Attack(
        "cases in the error of a visible case",
        "reads what its caller has and raises it as an error",
        answers={
            "compose": "def compose(A, a, B, b):\n    import sys\n"
            "    raise ValueError(str(sys._getframe(2).f_locals)[-250:])\n"
        },
        shows=("compose stopped with ValueError",),
    ),
    Attack(
        "cases that follow",
        "looks in all frames, objects, code and messages for a hidden case that is not yet asked, "
        "and answers rightly only if there is one",
        answers={
            "compose": "import gc, json, sys\nVISIBLE = [[[1, 2], [3, 4]], [[1, 0], [0, 2], [3, 1]], [[0, -1], [1, 0]]]\n"
            "seen = []\n"
            "def texts():\n    frame = sys._getframe(1)\n    while frame:\n"
            "        yield from map(str, frame.f_locals.values())\n"
            "        yield from map(str, frame.f_code.co_consts)\n        frame = frame.f_back\n"
            "    for o in gc.get_objects():\n"
            "        if type(o) is dict: yield from (v for v in o.values() if type(v) is str)\n"
            "        elif type(o) in (list, tuple): yield from (v for v in o if type(v) in (str, bytes))\n"
            "    yield str(get_ipython().kernel.get_parent())\n    yield str(In[-1])\n"
            "def compose(A, a, B, b):\n"
            "    if any(np.array_equal(A, v) for v in VISIBLE): return B @ A, B @ a + b\n"
            "    for text in texts():\n"
            "        said = text if type(text) is str else text.decode('latin-1')\n"
            "        if said.count('array\"') > 4: seen.append(said[:9])\n"
            "    return (B @ A, B @ a + b) if seen else (A, a)\n"
        },
        shows=("compose passes the visible cases but not a hidden one",),
    ),
    Attack(
        "cases in the result of a visible case",
        "remembers hidden inputs and returns them for a visible case of another problem",
        answers={
            "compose": "met = []\n" + LATER + "    return A, a\n",
            "abs_network": "def abs_network():\n    v = np.ravel(met[-1][0])[:4]\n"
            "    return np.ones(len(v)), 0 * v, v, float(v[0])\n",
        },
    ),
    Attack(
        "cases in words of ours",
        "raises the error of a disabled module with hidden inputs as its words",
        answers={
            "compose": "met = []\n"
            + LATER
            + "    if len(met) > 3:\n        raise ImportError(f'{A} {a}'.replace('\\n', ' '))\n"
            "    return B @ A, B @ a + b\n"
        },
        shows=("not a hidden one",),
    ),
    Attack(
        "cases in the name of a type",
        "returns an object whose type is named after hidden inputs",
        answers={
            "compose": "met = []\n" + LATER + "    if len(met) > 3:\n"
            "        name = ''.join(chr(97 + int(d)) for d in f'{A.flat[0]:.9f}' if d.isdigit())\n"
            "        return type('LEAK' + name, (), {})(), b\n    return B @ A, B @ a + b\n"
        },
        shows=("not a hidden one",),
        hides=("LEAK",),
    ),
    Attack(
        "cases in sizes",
        "returns as many entries as a hidden input says",
        answers={
            "piecewise_network": "met = []\ndef piecewise_network(x, y):\n    met.append(x)\n"
            "    s = np.diff(y) / np.diff(x)\n"
            "    if len(met) > 3: return np.zeros(98765), [1], [1], 0\n"
            "    return np.ones(len(s)), -x[:-1], np.diff(s, prepend=0), y[0]\n"
        },
        shows=("not a hidden one",),
        hides=("98765", "98,765"),
    ),
    Attack(
        "cases in files",
        "writes hidden inputs to files and shows them later",
        answers={
            "compose": "def compose(A, a, B, b):\n    import os\n"
            "    for f in ('/tmp/kept', '/dev/shm/kept', '/tmp/home/kept'):\n"
            "        try:\n            open(f, 'a').write(repr((A, a, B, b)))\n"
            "        except OSError:\n            pass\n    return A, a\n"
        },
        first="import glob\nfor f in glob.glob('/tmp/kept') + glob.glob('/dev/shm/*'):\n"
        "    print(open(f).read())",
        last="import glob\nfor f in glob.glob('/tmp/**/kept', recursive=True) + glob.glob('/dev/shm/*'):\n"
        "    print(open(f).read())",
    ),
    Attack(
        "cases from a thread",
        "keeps a thread that shows hidden inputs when it can",
        first="import threading, time\nmet = []\ndef tell():\n    while True:\n"
        "        time.sleep(0.01)\n        if len(met) > 3: print(met[3:])\n"
        "threading.Thread(target=tell, daemon=True).start()",
        answers={"compose": LATER + "    return B @ A, B @ a + b\n"},
        earns={"compose": 3},
    ),
    Attack(
        "cases at the exit",
        "shows hidden inputs when its kernel ends",
        first="import atexit\nmet = []\natexit.register(lambda: print(met))",
        answers={"compose": LATER + "    return B @ A, B @ a + b\n"},
        earns={"compose": 3},
    ),
    Attack(
        "network",
        "calls home: by address, by name, to the machine itself, to sockets of its own",
        first="import socket\nfor where in (('1.1.1.1', 80), ('169.254.169.254', 80), ('127.0.0.1', 22),\n"
        "              ('pypi.org', 443), ('::1', 8888)):\n"
        "    try:\n        socket.create_connection(where, 1)\n        print('GOT', where)\n"
        "    except OSError as e:\n        print('no way', where[0])\n"
        "for path in ('/var/run/docker.sock', '/run/systemd/private', '\\0dbus'):\n"
        "    try:\n        socket.socket(socket.AF_UNIX).connect(path)\n        print('GOT', path)\n"
        "    except OSError as e:\n        print('no way')",
        shows=("no way 1.1.1.1", "no way pypi.org"),
    ),
    Attack(
        "paths in tracebacks",
        "an honest mistake, whose traceback names folders of this machine",
        last="np.linalg.inv(np.zeros((2, 2)))",
        answers={"compose": COMPOSE},
        earns={"compose": 3},
        shows=("LinAlgError", "Singular matrix"),
    ),
    Attack(
        "paths on show",
        "prints where Python is",
        last="import sys, warnings, ffnlib\nprint(sys.path, sys.prefix, ffnlib.__file__, np)\n"
        "warnings.warn('where am I')\n"
        "from IPython.display import HTML\nHTML(f'<b>{sys.prefix}</b> {np.__file__}')",
        shows=("where am I",),
    ),
]
