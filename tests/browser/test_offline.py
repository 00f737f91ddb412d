"""A site that carries Python itself, read a second time without a network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import Reader, pause
from browser.sample_page import ROOT, SamplePage

SCRIPT = ROOT / "_ext" / "scripts" / "offline.js"
KEPT = """async (paths) => {
  const missing = new Set(paths);
  for (let i = 0; i < 600 && missing.size; i += 1) {
    for (const path of missing) if (await caches.match(path)) missing.delete(path);
    await new Promise((done) => setTimeout(done, 100));
  }
  return [...missing];
}"""


@pytest.fixture
def portable(tmp_path: Path) -> Iterator[SamplePage]:
    page = SamplePage(tmp_path)
    script = SCRIPT.read_text(encoding="utf8").replace("@VERSION@", "1")
    (tmp_path / "offline.js").write_text(script, encoding="utf8")
    yield page
    page.server.close()


def test_a_second_visit_needs_no_network(reader: Reader, portable: SamplePage) -> None:
    keep = ["double/pyodide.mjs", "ffn/worker.js", "ffn/engine.js", "ffnlib.whl"]
    page = reader.open(portable.url(offline={"script": "offline.js", "keep": keep}))
    status = page.locator("#sampler-controls .ffn-status")
    expect(status).to_have_text("live")
    assert page.evaluate(KEPT, [page.url.split("#")[0], "ffn/explorer.js", *keep]) == []
    page.context.set_offline(True)
    page.reload()
    expect(status).to_have_text("live")
    page.locator("#sampler-controls").get_by_role("slider", name="weight w").press("ArrowRight")
    never_read = page.goto(portable.server.url + "another.html")
    assert never_read is not None
    assert never_read.status == 503
    expect(page.locator("body")).to_contain_text("has not been read on this device before")


def test_with_a_network_the_page_is_the_newest(reader: Reader, portable: SamplePage) -> None:
    url = portable.url(offline={"script": "offline.js", "keep": []})
    page = reader.open(url)
    assert page.evaluate(KEPT, [url, "ffn/host.js"]) == []
    file = portable.folder / url.rpartition("/")[2]
    file.write_text(file.read_text().replace("<h1>Sample</h1>", "<h1>Newer</h1>"))
    page.reload()
    expect(page.locator("h1")).to_have_text("Newer")
    page.context.set_offline(True)
    page.reload()
    expect(page.locator("h1")).to_have_text("Newer")


def test_where_python_is_another_hosts_nothing_is_kept(reader: Reader, sample: SamplePage) -> None:
    page = reader.open(sample.url())
    expect(page.locator("#sampler-controls .ffn-status")).to_have_text("live")
    pause(page, 1500)
    assert (
        page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    )
