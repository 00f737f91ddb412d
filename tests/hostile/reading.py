"""Opening what was graded in a browser, as the student and the teacher do."""

from pathlib import Path
from urllib.parse import urlsplit

import nbformat
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

from hostile.attack import ASSIGNMENT

AT = "http://127.0.0.1/formgrader/submissions/1/"


class Watch:
    """A browser's context that is told what pages to show, and writes down what they do."""

    def __init__(self, browser) -> None:
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []
        self.alarms: list[str] = []
        self.context = browser.new_context()
        self.context.route("**/*", self._answer)
        self.tab = self.context.new_page()
        self.tab.on("dialog", lambda dialog: (self.alarms.append(dialog.message), dialog.dismiss()))
        self.context.on("page", lambda page: self.alarms.append(f"opened {page.url}"))

    def _answer(self, route):
        url = route.request.url
        path = urlsplit(url).path
        static = Path(handlers.static_path) / path.removeprefix("/formgrader/static/")
        if url in self.pages:
            route.fulfill(body=self.pages[url], content_type="text/html")
        elif path.startswith("/formgrader/static/") and static.is_file():
            route.fulfill(path=static)
        elif path.startswith("/formgrader/api/"):
            route.fulfill(json=[])
        else:
            self.asked.append(url)
            route.abort()

    def show(self, html: str) -> str:
        """Show a page, poke at what can be poked; give its title."""
        self.asked.clear()
        self.pages[AT] = html
        self.tab.goto(AT)
        self.tab.evaluate("for (const a of document.querySelectorAll('summary')) a.click()")
        self.tab.wait_for_timeout(20)
        return self.tab.title()


def exporter(course, monkeypatch):
    """The exporter of nbgrader's formgrader, set up by its own extension in the course's folder."""
    monkeypatch.chdir(course)
    extension = FormgradeExtension()
    extension.root_dir = str(course)
    extension.initialize([])
    app = type("App", (), {"settings": {"base_url": "/"}})
    extension.init_tornado_settings(app)
    return app.settings["nbgrader_exporter"]


def opened(with_exporter, course, student):
    """What formgrader shows of a submission."""
    file = course / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    about = {
        "assignment_id": ASSIGNMENT, "notebook_id": ASSIGNMENT, "submission_id": "1", "index": 0,
        "total": 2, "base_url": "", "student": student, "last_name": "<b>", "first_name": "</a>",
        "notebook_path": f"autograded/{student}",
    }  # fmt: skip
    return with_exporter.from_notebook_node(nbformat.read(file, 4), resources=about)[0]


def nbgraders_own():
    """The exporter as nbgrader has it without our settings."""
    return HTMLExporter(template_name="formgrade", extra_template_basedirs=[handlers.template_path])
