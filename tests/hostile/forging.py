"""Attacks on the verdict: pass without being right."""

from hostile.attack import COMPOSE, Attack

# What somebody answers who knows the visible cases and guesses nothing else.
VISIBLE = """
import numpy as np
def known(A, a, B, b):
    table = {(2, 2, 2): ([[2, 4], [4, 6]], [2, 6]), (3, 2, 2): ([[1, -2], [3, 5]], [9, 27])}
    if np.shape(A)[1] == 2 and np.all(np.asarray(a) == 0):
        return [[0, -2], [3, 0]], [1, 1]
    return table.get((*np.shape(A), len(b)), ([[0.0]], [0.0]))
"""
# Another `answer` than ours for one problem; what it does for each case is put between the two.
ANSWER = """
import ffnlib.checks.kernel_side as r
r.true = getattr(r, 'true', r.answer)
def answer(name, function, question):
    if name != 'compose':
        return r.true(name, function, question)
    line = r._Line(question, get_ipython().kernel)
    while case := line.next_case():
"""
PUT = "r.answer = answer\n"
NO_LONGER = "passes the visible cases but not a hidden one"


def _tagged(notebook):
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove-cell"]


ROWS = [
    Attack("skip tag", "tags every cell to be skipped", change=_tagged),
    Attack(
        "input transformer",
        "rewrites the text of the question before it runs",
        first="def calm(lines):\n"
        "    return ['print(1)\\n'] if '.answer(\\'compose\\'' in ''.join(lines) else lines\n"
        "get_ipython().input_transformers_cleanup.append(calm)",
    ),
    Attack(
        "AST transformer",
        "rewrites the tree of the question before it runs",
        first="import ast\nASKED = '.answer(\\'compose\\''\n"
        "class Calm(ast.NodeTransformer):\n"
        "    def visit_Call(self, node):\n"
        "        self.generic_visit(node)\n"
        "        return ast.Constant(None) if ASKED in ast.unparse(node) else node\n"
        "get_ipython().ast_transformers.append(Calm())",
    ),
    Attack(
        "patched run_cell",
        "runs nothing that is asked",
        first="ip = get_ipython()\nif not hasattr(ip, 'true'): ip.true = ip.run_cell_async\n"
        "async def calm(source, *a, **k):\n"
        "    asked = '.answer(\\'compose\\'' in source\n"
        "    return await get_ipython().true('print(3)' if asked else source, *a, **k)\n"
        "ip.run_cell_async = calm",
    ),
    Attack(
        "own verify",
        "puts its own check in the place of ours",
        first="import ffnlib.checks\nffnlib.checks.verify = lambda *a: print('10 cases passed')",
    ),
    Attack(
        "own answer, empty",
        "answers a question with None",
        first=ANSWER + '        line.answer(\'{"returned":["none"]}\')\n' + PUT,
    ),
    Attack(
        "own answer, copied",
        "answers visible cases from the notebook, hidden ones by guess",
        answers={"compose": VISIBLE + "compose = known\n"},
        shows=("compose " + NO_LONGER,),
    ),
    Attack(
        "own answer, says passed",
        "answers with words of praise instead of values",
        first=ANSWER + "        line.answer('{\"passed\": true}')\n"
        "        print('3 visible cases passed\\n7 hidden cases passed')\n" + PUT,
    ),
    Attack(
        "fake module",
        "puts another module in the place of the one that answers",
        first=ANSWER + "        line.answer('{\"returned\":[]}')\n" + PUT + "import sys, types\n"
        "fake = types.ModuleType('ffnlib.checks.kernel_side')\nfake.answer, fake.true = answer, r.true\n"
        "sys.modules['ffnlib.checks.kernel_side'] = fake",
    ),
    Attack(
        "fake import",
        "patches __import__, by which the question is asked, so that nothing is answered",
        first="import builtins\ntrue = builtins.__import__\n"
        "def fake(name, *a, **k):\n"
        "    if name == 'ffnlib.checks.kernel_side':\n"
        "        raise SystemExit\n"
        "    return true(name, *a, **k)\n"
        "builtins.__import__ = fake",
        earns={"count_parameters": 0, "xor_network": 0},
    ),
    Attack(
        "fake builtins",
        "redefines what a check might call",
        answers={
            "compose": "import builtins\nbuiltins.abs = lambda x: 0\nbuiltins.all = lambda x: True\n"
            "builtins.AssertionError = Warning\ndef compose(A, a, B, b):\n    return A, a\n"
        },
    ),
    Attack(
        "fake NumPy",
        "redefines comparisons in NumPy",
        first="import numpy as np\nnp.abs = lambda x: 0 * x\nnp.all = lambda *a: True\n"
        "np.allclose = np.array_equal = lambda *a, **k: True\n"
        "np.testing.assert_allclose = lambda *a, **k: None",
    ),
    Attack(
        "fake JSON and base64",
        "patches the modules in which answers are written",
        first="import base64\nbase64.b64encode = lambda b: b'A' * (len(b) // 3 * 4)",
    ),
    Attack(
        "fake wire",
        "patches the encoding of values, so that all are said to be right",
        first="import ffnlib.checks.kernel_side as r\nr.encode = lambda value: ['other', 'right']",
        earns={"count_parameters": 0, "xor_network": 0},
    ),
    Attack(
        "calm judge",
        "patches the judges and tolerances it can find",
        first="import sys, ffnlib.checks.problem as p, ffnlib.checks.judges.neurons as n\n"
        "p.Problem.judged = lambda *a: None\n"
        "for m in [p, *(sys.modules[k] for k in list(sys.modules) if k.startswith(n.__name__))]:\n"
        "    m.close, m.judge_value = lambda *a, **k: True, lambda *a, **k: None\n"
        "for problem in n.PROBLEMS.values():\n"
        "    object.__setattr__(problem, 'tolerance', float('inf'))",
    ),
    Attack(
        "calm exception",
        "makes the failure of a check no failure",
        first="import ffnlib.checks.verdict as v\n"
        "v.CheckFailed = type('CheckFailed', (Warning,), {})\nv.shortfall = lambda *a: ''\n"
        "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)\n"
        "get_ipython().showtraceback = lambda *a, **k: None",
    ),
    Attack(
        "no hidden cases",
        "says that there are none",
        first="import ffnlib.checks.hidden as h\nh.HiddenCases.of = lambda *a: []",
        answers={"compose": VISIBLE + "compose = known\n"},
        shows=("compose " + NO_LONGER,),
    ),
    Attack(
        "equal to everything",
        "returns objects that are equal to all",
        answers={
            "compose": "class Same:\n"
            "    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True\n"
            "    __hash__ = None\n    __array__ = lambda self, *a, **k: np.zeros((2, 2))\n"
            "    __float__ = lambda self: 0.0\n"
            "def compose(A, a, B, b):\n    return Same(), Same()\n"
        },
    ),
    Attack(
        "array of its own kind",
        "returns a subclass of ndarray that compares as it likes",
        answers={
            "compose": "class Same(np.ndarray):\n"
            "    __eq__ = __le__ = lambda self, other: np.ones((), bool)\n"
            "    __sub__ = __rsub__ = __abs__ = lambda self, *o: np.zeros(1)\n"
            "    def __array_function__(self, *a, **k): return True\n"
            "    def __array_ufunc__(self, *a, **k): return np.zeros(1)\n"
            "def compose(A, a, B, b):\n"
            "    return np.zeros((2, 2)).view(Same), np.zeros(2).view(Same)\n"
        },
    ),
    Attack(
        "number of its own kind",
        "returns floats that lie when they are compared",
        answers={
            "compose": "class Low(float):\n    __le__ = __lt__ = __eq__ = lambda s, o: True\n"
            "    __sub__ = __rsub__ = __abs__ = lambda s, *o: Low(0)\n    __hash__ = None\n"
            "def compose(A, a, B, b):\n    return [[Low(1)] * 2] * 2, [Low(1)] * 2\n"
        },
    ),
    Attack(
        "later values",
        "returns what is computed only when it is read",
        answers={
            "compose": "class Later:\n    def __getattr__(self, name): return self\n"
            "    def __call__(self, *a, **k): return self\n    def __iter__(self): return self\n"
            "    def __next__(self): return self\n"
            "def compose(A, a, B, b):\n    return (Later() for _ in range(2))\n"
        },
    ),
    Attack(
        "not a number",
        "returns nan and inf, which some comparisons let pass",
        answers={
            "compose": "def compose(A, a, B, b):\n"
            "    return np.full((len(b), A.shape[1]), np.nan), np.full(len(b), np.inf)\n",
            "abs_network": "def abs_network():\n    return [np.nan], [np.nan], [np.nan], np.nan\n",
        },
    ),
    Attack(
        "nothing at all",
        "returns arrays without entries, for which all() is true",
        answers={
            "compose": "def compose(A, a, B, b):\n    return np.zeros((0, 0)), np.zeros(0)\n",
            "abs_network": "def abs_network():\n    return [], [], [], 0\n",
            "piecewise_network": "def piecewise_network(x, y):\n    return [], [], [], y[0]\n",
        },
    ),
    Attack(
        "integers without end",
        "returns an integer that cannot be written in decimal digits",
        answers={"count_parameters": "def count_parameters(sizes):\n    return 10**9000\n"},
        earns={"count_parameters": 0},
    ),
    Attack(
        "text that is code",
        "returns text that does harm where it is evaluated",
        answers={
            "count_parameters": "def count_parameters(sizes):\n"
            "    return \"__import__('os').system('touch @COURSE@/pwned')\"\n"
        },
        earns={"count_parameters": 0},
    ),
    Attack(
        "pickle",
        "returns an object that runs a command where it is unpickled",
        answers={
            "compose": "class Bad:\n    def __reduce__(self):\n"
            "        return __import__('os').system, ('touch @COURSE@/pwned',)\n"
            "def compose(A, a, B, b):\n    return np.array([[Bad()]], dtype=object), Bad()\n"
        },
    ),
    Attack(
        "broken descriptions",
        "answers with descriptions of values that no value has",
        first="import itertools\n"
        'bad = itertools.cycle([\'["int"]\', \'["array","(2,f8","",[]]\', \'["scalar","f8"]\','
        "'[\"array\",\"O\",\"AAAAAAAAAAA=\",[1]]', '{}', 'nul', '[[]]',\n"
        '    \'["array","<f8","",[99999999999]]\', \'["array",["f8"],{},"x"]\', \'1e999\',\n'
        "    '[\"list\",{\"a\":1}]', '[\"int\",\"' + 'f' * 10**6 + '\"]', '[' * 10**5])\n"
        + ANSWER
        + "        for _ in range(20): line.answer('{\"returned\":' + next(bad) + '}')\n"
        + PUT,
    ),
    Attack(
        "marks as output",
        "shows the number of marks, which nbgrader takes for partial credit",
        last="3",
        answers={
            "compose": "from IPython.display import display\n"
            "def compose(A, a, B, b):\n    display(3)\n    print(3)\n    return A, a\n3.0"
        },
    ),
    Attack(
        "says passed",
        "prints what a passed test prints",
        last="print('3 visible cases passed\\n7 hidden cases passed')",
    ),
    Attack(
        "forged lines",
        "sends answers of its own over the line that it finds in its callers, and asks for more cases",
        answers={
            "compose": "def compose(A, a, B, b):\n    import sys\n"
            "    line = sys._getframe(2).f_locals['line']\n"
            "    for _ in range(20):\n"
            '        line.answer(\'{"returned":["list",[["none"],["none"]]]}\')\n'
            "    while line.next_case(): line.answer('null')\n"
            "    return A, a\n"
        },
    ),
    Attack(
        "kept state",
        "patches the reset between the two runs",
        first="ip = get_ipython()\nip.reset = lambda *a, **k: None\n"
        "import builtins\nbuiltins.times = getattr(builtins, 'times', 0) + 1",
        answers={"compose": VISIBLE + "compose = known\n"},
        shows=("compose " + NO_LONGER,),
    ),
    Attack(
        "no stdout",
        "closes and replaces what it prints to",
        last="import sys, os\nsys.stdout = None\nos.close(1)",
        answers={"compose": f"{COMPOSE}import sys\nsys.stdout = sys.stderr = None\n"},
        earns={"compose": 0, "count_parameters": 0, "xor_network": 0},
    ),
]
