"""Attacks by what sandboxes have in common: read-only files, the kernel's counters, its memory."""

from hostile.attack import Attack
from hostile.escaping import TRY

CALL = (
    TRY
    + """
import fcntl, struct, mmap, platform
import numpy as np
number = 0 if platform.machine() == 'x86_64' else 1
def call(numbers, *arguments):
    if libc.syscall(ctypes.c_long(numbers[number]), *map(ctypes.c_long, arguments)) < 0:
        raise OSError(ctypes.get_errno())
everybodys = open('/usr/bin/env', 'rb')
"""
)

ROWS = [
    Attack(
        "locks on a file that all have",
        "locks parts of a file of the system, and asks which parts others have locked",
        first=CALL + "lock = struct.pack('hhqqi4x', fcntl.F_RDLCK, 0, 4711, 1, 0)\n"
        "for name, command in (('F_GETLK', 5), ('F_SETLK', 6), ('F_SETLKW', 7), ('F_OFD_GETLK', 36),\n"
        "                      ('F_OFD_SETLK', 37), ('F_OFD_SETLKW', 38)):\n"
        "    trying(name, lambda: fcntl.fcntl(everybodys, command, lock))\n"
        "trying('flock', lambda: fcntl.flock(everybodys, fcntl.LOCK_SH))\n"
        "trying('lease', lambda: fcntl.fcntl(everybodys, 1024, fcntl.F_RDLCK))\n"
        "trying('notice', lambda: fcntl.fcntl(os.open('/usr/bin', 0), 1026, 1))\n"
        "trying('hint', lambda: fcntl.fcntl(everybodys, 1036, struct.pack('q', 3)))",
        shows=("not F_GETLK", "not F_SETLK", "not F_OFD_SETLK", "not flock", "not hint"),
    ),
    Attack(
        "watches on a file that all have",
        "waits for others to open a file of the system, and looks whether somebody did",
        first=CALL + "trying('inotify', lambda: call((253, 26), 0))\n"
        "trying('inotify1', lambda: call((294, 26), 0))\n"
        "trying('fanotify', lambda: call((300, 262), 0, 0))\n"
        "page = mmap.mmap(everybodys.fileno(), 4096, prot=mmap.PROT_READ, flags=mmap.MAP_PRIVATE)\n"
        "at = np.frombuffer(page, np.uint8).ctypes.data\nkept = ctypes.create_string_buffer(8)\n"
        "trying('mincore', lambda: call((27, 232), at, 4096, ctypes.addressof(kept)))\n"
        "trying('forget', lambda: os.posix_fadvise(everybodys.fileno(), 0, 0, 4))\n"
        "trying('glance', lambda: os.preadv(everybodys.fileno(), [bytearray(9)], 0, os.RWF_NOWAIT))",
        shows=("not inotify", "not mincore", "not forget", "not glance"),
    ),
    Attack(
        "futex in a file that all have",
        "sleeps at a place in a file of the system, where another one counts the sleepers",
        first=CALL + "import threading, time\n"
        "page = mmap.mmap(everybodys.fileno(), 4096, prot=mmap.PROT_READ, flags=mmap.MAP_SHARED)\n"
        "at = np.frombuffer(page, np.uint8).ctypes.data\n"
        "now = ctypes.c_uint32.from_buffer_copy(page[:4]).value\n"
        "def wait(op): libc.syscall(ctypes.c_long(202 - 104 * number), ctypes.c_long(at), op, now,\n"
        "                           (ctypes.c_long * 2)(1, 0), None, -1)\n"
        "for op in (0, 9):\n"
        "    threading.Thread(target=wait, args=(op,), daemon=True).start()\n    time.sleep(0.2)\n"
        "    woken = libc.syscall(ctypes.c_long(202 - 104 * number), ctypes.c_long(at), op + 1, 9,\n"
        "                         None, None, -1)\n"
        "    print('GOT' if woken > 0 else 'nobody', 'woken')",
        shows=("nobody woken",),
    ),
    Attack(
        "counters that all share",
        "reads what the kernel counts for all, and changes it",
        first=CALL
        + "for f in ('fs/aio-nr', 'fs/file-nr', 'fs/inode-nr', 'kernel/pty/nr', 'fs/dentry-state'):\n"
        "    trying('count', lambda: open('/proc/sys/' + f))\n"
        "here = ctypes.create_string_buffer(8)\n"
        "trying('aio', lambda: call((206, 0), 4711, ctypes.addressof(here)))\n"
        "room = ctypes.create_string_buffer(256)\n"
        "trying('sysinfo', lambda: call((99, 179), ctypes.addressof(room)))",
        shows=("not count", "not aio", "not sysinfo"),
    ),
    Attack(
        "memory that is no process's",
        "keeps data where no process holds it: segments, queues, keys, files without a name",
        first=CALL + "trying('memfd', lambda: os.memfd_create('x'))\n"
        "trying('segment', lambda: call((29, 194), 1, 2**20, 0o1666))\n"
        "trying('queue', lambda: call((68, 186), 1, 0o1666))\n"
        "trying('semaphores', lambda: call((64, 190), 1, 1, 0o1666))\n"
        "trying('named queue', lambda: call((240, 180), ctypes.addressof(ctypes.create_string_buffer(b'q')),\n"
        "                                   0o102, 0o666, 0))\n"
        "key = [ctypes.addressof(ctypes.create_string_buffer(b'user')) for _ in range(2)]\n"
        "trying('key', lambda: call((248, 217), *key, key[0], 4, -3))\n"
        "trying('keyring', lambda: call((250, 219), 1, 0))",
        shows=("not memfd", "not segment", "not queue", "not key"),
    ),
    Attack(
        "memory in sockets",
        "fills the buffers of as many sockets as it can have, in as many processes",
        last="import os, socket, time\nheld = []\nfor _ in range(60):\n    try:\n"
        "        if os.fork() == 0:\n            break\n    except OSError:\n        break\n"
        "else:\n    time.sleep(1)\n    print('filled')\n    raise SystemExit\n"
        "while True:\n    try:\n        held += socket.socketpair()\n"
        "        for end in held[-2:]:\n            end.setblocking(False)\n"
        "            try:\n                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**30)\n"
        "            except OSError: pass\n"
        "            try:\n                while True: end.send(bytes(2**16))\n"
        "            except OSError: pass\n    except OSError:\n        time.sleep(60)",
        earns=None,
    ),
    Attack(
        "other networks",
        "opens sockets of every family, of the machine's host too",
        first=TRY
        + "import socket\nfor family in (2, 10, 16, 17, 29, 31, 38, 40, 44):\n    for kind in (1, 2, 3, 5):\n"
        "        trying('family', lambda: socket.socket(family, kind))\n"
        "a, b = socket.socketpair()\n"
        "trying('buffer', lambda: a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20))",
        shows=("not family", "not buffer"),
    ),
    Attack(
        "a world of its own",
        "makes itself root of a user namespace in every way, with file systems of any size",
        first=CALL + "trying('unshare user', lambda: called(libc.unshare(0x10000000)))\n"
        "for flag in (0x10000000, 0x00020000, 0x20000000, 0x40000000, 0x08000000, 0x04000000):\n"
        "    def clone():\n        child = libc.syscall(ctypes.c_long((56, 220)[number]),\n"
        "            ctypes.c_long(flag | 17), 0, 0, 0, 0)\n"
        "        if child == 0: os._exit(0)\n        called(child < 0 and -1)\n"
        "    trying('clone', clone)\n"
        "arguments = (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17, 0, 0, 0)\n"
        "def clone3():\n"
        "    child = libc.syscall(ctypes.c_long(435), arguments, ctypes.c_long(64))\n"
        "    if child == 0: os._exit(0)\n    called(child < 0 and -1)\n"
        "trying('clone3', clone3)\n"
        "trying('fsopen', lambda: call((430, 430), ctypes.addressof(ctypes.create_string_buffer(b'tmpfs')), 0))",
        shows=("not unshare user", "not clone", "not clone3", "not fsopen"),
    ),
    Attack(
        "the kernel's own",
        "asks for the calls of the kernel that have had most holes",
        first=CALL
        + "for name, numbers in dict(bpf=(321, 280), perf=(298, 241), userfaultfd=(323, 282),\n"
        "        io_uring=(425, 425), seccomp=(317, 277), syslog=(103, 116), keyctl=(250, 219),\n"
        "        newer=(449, 449), x32=(0x40000000 + 39, 0x40000000 + 39), process_vm=(310, 270),\n"
        "        personality=(135, 92), kcmp=(312, 272)).items():\n"
        "    trying(name, lambda: call(numbers, 0, 0, 0, 0, 0))",
        shows=("not bpf", "not io_uring", "not x32", "not newer"),
    ),
    Attack(
        "folders of the system",
        "looks for the exchange and for courses where such things are",
        first="import os\nfor folder in ('/usr/local/share', '/usr/share/nbgrader', '/srv', '/var', '/home',\n"
        "               '/mnt', '/media', '/usr/share/doc', '/usr/src', '/etc/passwd', '/etc/hostname'):\n"
        "    print('GOT' if os.path.exists(folder) else 'no', ' '.join(folder.split('/')[1:]))",
        shows=("no srv", "no usr local share"),
    ),
    Attack(
        "the first process",
        "looks into the first process of its sandbox",
        first=CALL + "for part in ('environ', 'mem', 'maps', 'cmdline'):\n"
        "    try:\n        said = open(f'/proc/1/{part}', 'rb').read(10**6)\n"
        "        print('GOT' if b'canary-' + b'environment' in said else 'nothing', part)\n"
        "    except OSError as e:\n        print('not', part)\n"
        "if os.getpid() != 1:\n"
        "    trying('attach', lambda: called(libc.ptrace(16, 1, None, None)))\n"
        "    trying('seize', lambda: called(libc.ptrace(0x4206, 1, None, None)))\n"
        "local = (ctypes.c_long * 2)(ctypes.addressof(ctypes.create_string_buffer(8)), 8)\n"
        "trying('read', lambda: call((310, 270), 1, ctypes.addressof(local), 1, ctypes.addressof(local), 1, 0))",
        shows=("not read",),
    ),
    Attack(
        "sleepers",
        "starts as many processes as it may, so that others can start none",
        first="import subprocess\nkept = []\ntry:\n    while len(kept) < 200:\n"
        "        kept.append(subprocess.Popen(['sleep', '1000']))\nexcept OSError:\n    print('no more')",
        shows=("no more",),
    ),
]
