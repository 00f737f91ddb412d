"""Attacks on the sandbox: out of it, or with more rights in it."""

from hostile.attack import Attack

TRY = """
def trying(what, do):
    try:
        do()
    except BaseException as e:
        print('not', what, type(e).__name__)
    else:
        print('GOT', what)
import os, ctypes, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def called(result):
    if result != 0: raise OSError(ctypes.get_errno())
def ran(*command):
    done = subprocess.run(command, capture_output=True, timeout=5)
    if done.returncode: raise OSError(done.returncode)
"""
ROWS = [
    Attack(
        "course overwritten",
        "writes into the course, the library and Python",
        first=TRY + "import sys, ffnlib\n"
        "for f in ('@NEIGHBOUR@', '@COURSE@/nbgrader_config.py', '@COURSE@/pwned', '/etc/pwned',\n"
        "          os.path.dirname(ffnlib.__file__) + '/pwned.py', sys.prefix + '/pwned', '/usr/pwned'):\n"
        "    trying('open', lambda: open(f, 'a'))",
        shows=("not open",),
    ),
    Attack(
        "rights changed",
        "changes rights and owners, makes links to what it may not see",
        first=TRY + "for f in ('@COURSE@', '/usr/bin/env'):\n"
        "    trying('chmod', lambda: os.chmod(f, 0o777))\n    trying('chown', lambda: os.chown(f, 0, 0))\n"
        "os.symlink('@COURSE@/canary.txt', '/tmp/home/link')\n"
        "trying('link', lambda: open('/tmp/home/link'))\n"
        "trying('hard link', lambda: os.link('/usr/bin/env', '/tmp/home/hard'))",
        shows=("not chmod", "not link"),
    ),
    Attack(
        "mounts",
        "mounts, unmounts and makes its file system writable",
        first=TRY
        + "trying('mount', lambda: called(libc.mount(b'none', b'/tmp/home', b'tmpfs', 0, None)))\n"
        "trying('remount', lambda: called(libc.mount(b'none', b'/usr', None, 32 | 4096, None)))\n"
        "trying('umount', lambda: called(libc.umount2(b'/tmp', 2)))\n"
        "trying('chroot', lambda: os.chroot('/proc/1/root'))\n"
        "trying('mount program', lambda: ran('mount', '-o', 'remount,rw', '/'))",
        shows=("not mount", "not remount", "not umount", "not chroot"),
    ),
    Attack(
        "namespaces",
        "makes itself root of namespaces of its own and enters others",
        first=TRY + "trying('unshare mount', lambda: called(libc.unshare(0x00020000)))\n"
        "trying('setns', lambda: called(libc.setns(os.open('/proc/1/ns/mnt', 0), 0)))\n"
        "r = os.fork()\nif r == 0:\n"
        "    if libc.unshare(0x10000000 | 0x00020000) == 0:\n"
        "        try:\n            open('/proc/self/uid_map', 'w').write('0 0 1')\n"
        "        except OSError:\n            pass\n"
        "        if libc.mount(b'none', b'/', None, 32, None) == 0 and os.access('/usr', os.W_OK):\n"
        "            os._exit(7)\n    os._exit(0)\n"
        "print('GOT' if os.waitstatus_to_exitcode(os.waitpid(r, 0)[1]) == 7 else 'no root')",
        shows=("not unshare", "no root"),
    ),
    Attack(
        "becoming root",
        "changes its user, takes capabilities, runs programs with the set-user bit",
        first=TRY + "trying('setuid', lambda: os.setuid(0) if os.getuid() else 1 / 0)\n"
        "trying('setgid', lambda: os.setgid(0) if os.getgid() else 1 / 0)\n"
        "trying('groups', lambda: os.setgroups([0]))\n"
        "trying('su', lambda: ran('su', '-c', 'true'))\ntrying('sudo', lambda: ran('sudo', '-n', 'true'))\n"
        "open('/tmp/home/sh', 'wb').write(open('/bin/sh', 'rb').read())\n"
        "os.chmod('/tmp/home/sh', 0o4755)\n"
        "trying('suid', lambda: ran('/tmp/home/sh', '-pc', 'test $(id -u) = 0 && test -w /usr'))",
        shows=("not setuid", "not setgid", "not su"),
    ),
    Attack(
        "devices",
        "makes and opens devices, writes to the kernel's files",
        first=TRY + "import stat\n"
        "trying('mknod', lambda: os.mknod('/tmp/home/d', 0o666 | stat.S_IFBLK, os.makedev(8, 0)))\n"
        "for f in ('/dev/sda', '/dev/vda', '/dev/mem', '/dev/kmsg', '/dev/fuse', '/dev/net/tun'):\n"
        "    trying('device', lambda: open(f, 'rb'))\n"
        "for f in ('/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', *['/proc/1/oom_score_adj'][:os.getpid() - 1],\n"
        "          '/sys/kernel/uevent_helper', '/sys/fs/cgroup/cgroup.procs'):\n"
        "    trying('system', lambda: open(f, 'w'))",
        shows=("not mknod", "not device", "not system"),
    ),
    Attack(
        "tracing",
        "attaches to other processes and signals them",
        first=TRY + "for pid in (1, 2, os.getppid(), 4242):\n"
        "    if pid in (0, os.getpid()): continue\n"
        "    trying('attach', lambda: called(libc.ptrace(16, pid, None, None)))\n"
        "trying('terminal', lambda: open('/dev/tty', 'w'))",
        shows=("not attach", "not terminal"),
        earns={},
    ),
    Attack(
        "more for itself",
        "raises its own limits and priority",
        first=TRY + "import resource as r\n"
        "for what in (r.RLIMIT_AS, r.RLIMIT_FSIZE, r.RLIMIT_NPROC, r.RLIMIT_NOFILE):\n"
        "    trying('limit', lambda: r.setrlimit(what, (r.RLIM_INFINITY, r.RLIM_INFINITY)))\n"
        "trying('nice', lambda: os.nice(-10) < 0 or 1 / 0)",
        shows=("not limit",),
        hides=(),
    ),
    Attack(
        "library sought",
        "imports the library and the judges, and looks for them in memory and on Python's path",
        first=TRY + "import gc, importlib, sys, types\n"
        "for name in ('ffnlib.nn', 'ffnlib.checks.judges', 'ffnlib.checks.verdict', 'ffngrade.core'):\n"
        "    trying('import', lambda: importlib.import_module(name))\n"
        "asked = 'count_parameters', 'load_balancing_loss', 'judge_route', 'find_problem'\n"
        "trying('gc', lambda: next(o for o in gc.get_objects() if isinstance(o, types.FunctionType)\n"
        "                          and o.__name__ in asked))\n"
        "there = [os.path.join(folder, name) for folder in sys.path for name in ('ffnlib', 'ffngrade')]\n"
        "there = [p for p in there if os.path.isdir(p) and not p.startswith('/opt/ffn')]\n"
        "trying('path', lambda: next(p for p in there if os.listdir(p)))",
        shows=("not import", "not gc", "not path"),
    ),
]
