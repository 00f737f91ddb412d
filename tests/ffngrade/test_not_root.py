"""Warm kernels of an ordinary user: the same walls, built in a user namespace of their own."""

import json
import os
import shutil
from pathlib import Path

import ordinary_user
import pytest

from ffngrade.sandbox import bubblewrap as sandbox

PROGRAM = r'''
import json
import ffngrade.sandbox.startup
from ffngrade.sandbox import kernel
from ffngrade.sandbox import prefork
from ffngrade.sandbox.session import Session

PROBE = """
import ctypes, json, os, socket
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
def refused(do, *arguments):
    try:
        do(*arguments)
    except OSError:
        return True
    return False
print(json.dumps({
    "user": os.getuid(),
    "processes": sum(name.isdigit() for name in os.listdir("/proc")),
    "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
    "no new privileges": status["NoNewPrivs"].strip(),
    "cannot write the system": refused(open, "/usr/x", "w"),
    "no namespaces of its own": ctypes.CDLL(None).unshare(0x10000000) != 0,
    "no network": refused(socket.create_connection, ("127.0.0.1", PORT), 2),
    "in its home": os.getcwd(),
    "left there": [name for name in os.listdir(".") if name[0] != "."],
}))
open("mine", "w").close()
"""
shown = {"obstacle": prefork.obstacle(), "kernels": []}
with __import__("socket").create_server(("127.0.0.1", 0)) as server:
    for _ in range(2):
        session = Session(kernel.NAME)
        ran = session.run(PROBE.replace("PORT", str(server.getsockname()[1])), 20)
        told = "".join(str(o.get("text", o)) for o in ran.outputs)
        shown["kernels"].append({"warm": session.is_warm, "told": told})
        session.close()
print(json.dumps(shown))
'''


@pytest.mark.skipif(bool(ordinary_user.obstacle()), reason=ordinary_user.obstacle())
@pytest.mark.skipif(bool(sandbox.obstacle()), reason="no sandbox")
def test_an_ordinary_user_gets_warm_kernels_with_all_walls():
    home = Path("/tmp") / f"ffn-nobody-{os.getpid()}"
    home.mkdir()
    try:
        done = ordinary_user.as_nobody(PROGRAM, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout.splitlines()[-1])
    if shown["obstacle"]:
        pytest.skip(f"this machine lets no ordinary user do so: {shown['obstacle']}")
    for one in shown["kernels"]:
        assert one["warm"]
        seen = json.loads(one["told"])
        assert seen.pop("user") != 0
        assert seen.pop("processes") < 6
        assert seen == {
            "capabilities": 0,
            "no new privileges": "1",
            "cannot write the system": True,
            "no namespaces of its own": True,
            "no network": True,
            "in its home": "/tmp/home",
            "left there": [],
        }
