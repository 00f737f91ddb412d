"""Formgrader: figures are seen, and whoever marks has the rubric beside the answer."""

import bank
import handed_out
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from ffngrade.reports import formgrade

NAME = "neurons"
SIZE = 'width="40" height="30"'
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" {SIZE}><rect width="9" height="9"/></svg>'
PAGE = {
    "assignment_id": NAME, "notebook_id": NAME, "submission_id": "1", "index": 0, "total": 1,
    "base_url": "", "student": "ann", "last_name": "", "first_name": "", "notebook_path": "x",
}  # fmt: skip


def exporter(root) -> HTMLExporter:
    config = Config()
    config.CourseDirectory.root = str(root)
    formgrade.configure(config)
    return HTMLExporter(
        config=config, template_name="formgrade", extra_template_basedirs=[handlers.template_path]
    )


@pytest.fixture(scope="module")
def shown() -> str:
    nb = handed_out.solved(NAME)
    handed_out.cell_of(nb, "prove").source = "It is so."
    figure = nbformat.v4.new_output("display_data", data={"image/svg+xml": SVG})
    handed_out.cell_of(nb, "compose").outputs = [figure]
    return exporter(bank.EXERCISES).from_notebook_node(nb, resources=dict(PAGE))[0]


def test_the_rubric_stands_below_the_answer_alone(shown):
    soup = BeautifulSoup(shown, "html.parser")
    (answer,) = [cell for cell in soup.select(".nbgrader_cell") if "It is so." in cell.text]
    (quote,) = soup.select("blockquote")
    assert "The student does not see this" in quote.text
    assert "1 mark: the product is expanded" in quote.text
    assert "SOLUTION" not in quote.text
    assert quote.select("math")
    assert answer.find_next("blockquote") is quote
    assert shown.count("Rubric.") == 1


def test_without_a_source_there_is_none(tmp_path):
    assert formgrade.rubrics(Config(CourseDirectory={"root": str(tmp_path)}), PAGE) == {}
    assert formgrade.rubrics(Config(), {}) == {}


@pytest.mark.browser
def test_a_figure_is_seen(shown, browser):
    page = browser.new_page()
    page.set_content(shown)
    size = page.evaluate(
        "Promise.all([...document.querySelectorAll('img')].map(i => i.decode().then("
        "() => [i.naturalWidth, i.naturalHeight])))"
    )
    page.close()
    assert size == [[40, 30]]
