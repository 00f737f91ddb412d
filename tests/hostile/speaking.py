"""Attacks on the messages between a kernel and whoever grades."""

from hostile.attack import COMPOSE, Attack

KERNEL = "kernel = get_ipython().kernel\npub = kernel.iopub_socket\nsession = kernel.session\n"
SEND = (
    KERNEL
    + "def say(kind, content, parent=None):\n    session.send(pub, kind, content, parent=parent or kernel.get_parent())\n"
)
ALL = {"compose": 3}

ROWS = [
    Attack(
        "junk on the line",
        "sends what is no message",
        first=KERNEL
        + "for junk in ([b'junk'], [b''], [b'x'] * 9, [b'<IDS|MSG>'], [b'k', b'<IDS|MSG>', b'bad', b'{', b'{', b'{', b'{']):\n"
        "    pub.send_multipart(junk)\nprint('sent')",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("sent",),
    ),
    Attack(
        "unsigned message",
        "sends messages with a wrong signature, and one twice",
        first=SEND
        + "key, session.key = session.key, b'another'\nsay('stream', {'name': 'stdout', 'text': 'forged'})\n"
        "session.key = key\nimport json\nm = session.msg('stream', {'name': 'stdout', 'text': 'twice'})\n"
        "parts = session.serialize(m)\npub.send_multipart(parts)\npub.send_multipart(parts)",
        answers={"compose": COMPOSE},
        earns=ALL,
        hides=("forged",),
    ),
    Attack(
        "early end",
        "says that a cell is done before it is, and goes on",
        last=SEND
        + "say('status', {'execution_state': 'idle'})\nimport time\ntime.sleep(1)\nprint('after')",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "early end of a question",
        "says that a question is answered before it is, with answers of its own",
        answers={
            "compose": SEND + "def compose(A, a, B, b):\n    import sys\n"
            "    line = sys._getframe(2).f_locals['line']\n"
            '    for _ in range(9): line.answer(\'{"returned":["none"]}\')\n'
            "    say('status', {'execution_state': 'idle'})\n    return A, a\n"
        },
    ),
    Attack(
        "flood of answers",
        "sends answers without end over the line of the cases, of every shape",
        answers={
            "compose": SEND + "def compose(A, a, B, b):\n    import sys, threading\n"
            "    line = sys._getframe(2).f_locals['line']\n"
            "    sender, word = line._last\n    socket = line._socket\n"
            "    for parts in ([], [b''], [word], [b'another', b'{}'], [word, b'x' * 10**6], [word] * 99):\n"
            "        socket.send_multipart([sender, *parts])\n"
            "    while True: socket.send_multipart([sender, b'no', b'x' * 1000])\n"
        },
    ),
    Attack(
        "malformed outputs",
        "sends outputs whose parts are of the wrong kind",
        first=SEND
        + "for kind, content in (('stream', {'name': 'stdout', 'text': {'a': 1}}), ('stream', {}),\n"
        "    ('stream', {'name': ['x'], 'text': 5}), ('display_data', {'data': 'x', 'metadata': 3}),\n"
        "    ('display_data', {'data': {'text/plain': {'a': []}}, 'metadata': {}}), ('error', {}),\n"
        "    ('display_data', {'data': {'text/html': 7, 'image/png': ['a', None]}, 'metadata': {}}),\n"
        "    ('error', {'ename': 1, 'evalue': None, 'traceback': 'x'}), ('execute_result', {'data': {}}),\n"
        "    ('execute_result', {'data': {}, 'metadata': {}, 'execution_count': 'x'}), ('status', {}),\n"
        "    ('unknown', {'x': 1}), ('status', {'execution_state': ['idle']})):\n    say(kind, content)\nprint('sent')",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("sent",),
    ),
    Attack(
        "deep message",
        "sends JSON that is deeper than any stack",
        first=KERNEL + "m = session.msg('stream', {}, parent=kernel.get_parent())\n"
        "parts = [session.pack(m['header']), session.pack(m['parent_header']), b'{}', b'[' * 10**5 + b']' * 10**5]\n"
        "pub.send_multipart([b'stream', b'<IDS|MSG>', session.sign(parts), *parts])\nprint('sent')",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "one huge output",
        "prints half a gigabyte at once",
        last="print('x' * (5 * 10**8))",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "outputs without end",
        "prints without end",
        last="while True: print('x' * 1000)",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("cut here",),
    ),
    Attack(
        "three thousand pictures",
        "shows three thousand outputs, and updates and clears them",
        last="from IPython.display import display, clear_output, HTML\nfor i in range(3000):\n"
        "    display(HTML('<b>x</b>'), display_id='same')",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "comm messages",
        "opens channels to widgets that are not there",
        first=SEND + "for i in range(50):\n"
        "    say('comm_open', {'comm_id': str(i), 'target_name': 'jupyter.widget', 'data': {'state': {'_esm': 'alert(1)'}}})\n"
        "say('display_data', {'data': {'application/vnd.jupyter.widget-view+json': {'model_id': '1'},"
        " 'text/plain': 'widget'}, 'metadata': {}})",
        shows=("widget",),
    ),
    Attack(
        "second client",
        "connects to its own kernel as whoever grades does, and asks it questions",
        first="from ipykernel.connect import get_connection_info\nimport threading, time\n"
        "from jupyter_client.blocking.client import BlockingKernelClient\n"
        "def talk():\n    client = BlockingKernelClient()\n"
        "    client.load_connection_info(get_connection_info(unpack=True))\n"
        "    client.start_channels(hb=False)\n    for _ in range(100):\n"
        "        client.execute('compose = lambda A, a, B, b: (A, a)\\nprint(\"from inside\")')\n"
        "        time.sleep(0.02)\n"
        "threading.Thread(target=talk, daemon=True).start()",
    ),
    Attack(
        "closed lines",
        "closes the sockets over which it is spoken to",
        last="kernel = get_ipython().kernel\nfor part in ('shell_stream', 'shell_socket', 'control_stream'):\n"
        "    try:\n        getattr(kernel, part).close()\n    except Exception as e: pass\n"
        "import os\nfor fd in range(3, 256):\n    try: os.close(fd)\n    except OSError: pass",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "kernel shut down",
        "asks its own kernel to end and to restart",
        last="get_ipython().kernel.do_shutdown(True)\nget_ipython().ask_exit()\nimport os\nos.kill(os.getpid(), 15)",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "sockets deleted",
        "deletes the sockets and the file that says where they are",
        first="import os, glob\nfrom ipykernel.connect import get_connection_info\n"
        "ip = get_connection_info(unpack=True)['ip']\n"
        "for f in glob.glob(ip + '*') + glob.glob(os.path.dirname(ip) + '/*'):\n"
        "    try: os.remove(f)\n    except OSError: pass",
        answers={"compose": COMPOSE},
        earns=ALL,
    ),
    Attack(
        "shell and magics",
        "uses every way that IPython has to run something else",
        first="!cat @COURSE@/canary.txt\n!ls @COURSE@\nget_ipython().system('id')\n"
        "%run @COURSE@/cases/neurons.py\n%load_ext evil\n%cd @COURSE@\n%env",
    ),
    Attack(
        "payload",
        "asks the front end to put cells into the notebook",
        first="get_ipython().set_next_input('print(\"from a payload\")', replace=True)\n"
        "get_ipython().payload_manager.write_payload({'source': 'page', 'data': {'text/html': '<script>1</script>'}})",
    ),
    Attack(
        "half a character",
        "sends texts with half of a character in them, which no file can hold",
        first=SEND + "import json\nsession.pack = lambda o: json.dumps(o, default=str).encode()\n"
        "h = 'seen \\ud800'\nsay('stream', {'name': 'stdout', 'text': h})\n"
        "say('error', {'ename': h, 'evalue': h, 'traceback': [h]})\n"
        "say('display_data', {'data': {'text/html': h, 'text/plain': [h], h: h}, 'metadata': {h: h}})\n"
        "say('execute_result', {'data': {'text/plain': h}, 'metadata': {}, 'execution_count': 1})",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("seen ?",),
    ),
    Attack(
        "half a character in an answer",
        "returns a text, and raises an error, with half of a character in it",
        answers={
            "compose": "def compose(A, a, B, b):\n    return '\\ud800', '\\ud800'\n",
            "abs_network": "def abs_network():\n    raise ValueError('\\ud800')\n",
        },
    ),
    Attack(
        "many values",
        "sends messages of millions of values, which take far more room once they are read",
        first=KERNEL + "m = session.msg('stream', {}, parent=kernel.get_parent())\n"
        "for content in (b'{\"a\":[' + b'[],' * 7 * 10**6 + b'[]]}', b'[' + b'0,' * 10**7 + b'0]'):\n"
        "    parts = [session.pack(m['header']), session.pack(m['parent_header']), b'{}', content]\n"
        "    pub.send_multipart([b'stream', b'<IDS|MSG>', session.sign(parts), *parts])\n"
        "pub.send_multipart([b'stream', b'<IDS|MSG>', session.sign(parts[:1] * 4), *parts[:1] * 900])\nprint('sent')",
        answers={"compose": COMPOSE},
        earns=ALL,
        shows=("sent",),
    ),
]
