"""What stands around the pages: titles, data for machines, policy, cards, addresses."""

import hashlib
import json
import re
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import ROOT
from docutils import nodes

from _ext import cards, csp, gallery, shell
from ffnlib.figures import find

KINDS = ["index", "chapters/03_backprop", "chapters/exercises/moe", "chapters/gallery", "404"]


def soup(site: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((site / f"{page}.html").read_text("utf8"), "html.parser")


@pytest.mark.parametrize("page", KINDS)
def test_head_has_each_thing_once(site: Path, page: str) -> None:
    head = soup(site, page).head
    assert head is not None
    for once in ("title", "meta[name=viewport]", "meta[charset]", "meta[http-equiv]"):
        assert len(head.select(once)) == 1, once
    assert len(soup(site, page).select("main h1")) == 1


def test_titles_descriptions_and_numbers(site: Path) -> None:
    page = soup(site, "chapters/03_backprop")
    book = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))["title"]
    assert page.title is not None
    assert re.fullmatch(rf"3\. Backpropagation: .+ — {book}", page.title.text.strip())
    about = page.select_one("meta[name=description]")
    assert about is not None
    assert 40 < len(str(about["content"])) <= shell.LONGEST + 2
    assert page.select_one("article h1 .section-number").text.strip() == "3."  # type: ignore[union-attr]
    near = [p.text for p in page.select(".prev-next-title")]
    assert [title[:2] for title in near] == ["2.", "4."]
    assert soup(site, "index").title.text.strip() == book  # type: ignore[union-attr]


def test_every_chapter_says_what_it_is_to_machines(site: Path) -> None:
    for page in ("index", *(f"chapters/{p.stem}" for p in gallery.chapters(ROOT).values())):
        told = json.loads(soup(site, page).select_one("script[type='application/ld+json']").text)  # type: ignore[union-attr]
        assert told["@type"] == ("Course" if page == "index" else "LearningResource")
        assert told["license"] == shell.LICENCES["text"]
        assert told["description"]


def test_footer_and_citation(site: Path) -> None:
    page = soup(site, "chapters/08_quantization")
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf8"))
    foot = page.select_one(".ffn-colophon").text  # type: ignore[union-attr]
    assert cited["version"] in foot
    assert cited["authors"][0]["name"] in foot
    assert {"CC BY 4.0", "BSD 3-Clause"} <= {a.text for a in page.select(".ffn-colophon a")}
    entry = page.select_one(".ffn-after pre").text  # type: ignore[union-attr]
    assert entry.startswith("@misc{ffn-08_quantization,")
    assert entry.count("{") == entry.count("}")


def test_nothing_asks_for_a_repository_that_is_not_configured(site: Path) -> None:
    assert not (site / "sitemap.xml").exists()
    for page in KINDS:
        html = (site / f"{page}.html").read_text("utf8")
        for absent in ("jupyter-book", "/issues/new", 'rel="canonical"', "og:image"):
            assert absent not in html, (page, absent)
    assert "Sitemap" not in (site / "robots.txt").read_text()


def test_with_addresses_configured_pages_can_be_edited_and_reported() -> None:
    context: dict[str, Any] = {
        "title": "<span>7. </span>LoRA",
        "pageurl": "https://x.org/b/chapters/a.html",
    }
    options = {"repository_url": "https://git.org/o/r/", "repository_branch": "main"}
    app: Any = SimpleNamespace(
        srcdir=ROOT,
        add_js_file=lambda *_, **__: None,
        builder=SimpleNamespace(format="html"),
        config=SimpleNamespace(
            html_theme_options=options, root_doc="index", html_baseurl="https://x.org/b/"
        ),
        env=SimpleNamespace(
            doc2path=lambda page: str(ROOT / f"{page}.md"),
            get_doctree=lambda _: nodes.document(None, None),  # type: ignore[arg-type]
        ),
    )
    shell.equip(app, "chapters/a", "page.html", context, nodes.document(None, None))  # type: ignore[arg-type]
    assert context["ffn_edit"] == "https://git.org/o/r/edit/main/chapters/a.md"
    assert context["ffn_report"].startswith(
        "https://git.org/o/r/issues/new?title=7.+LoRA%3A+&body="
    )
    assert "chapters%2Fa" in context["ffn_report"]
    assert context["ffn_card"] == "https://x.org/b/_static/cards/book.png"
    assert context["ffn_name"] == "7. LoRA"
    assert ": LoRA. In: " in context["ffn_cite"]
    assert context["pageurl"] in context["ffn_cite"]


def test_formulas_bring_mathjax_and_pages_without_any_do_not(site: Path) -> None:
    for page in ("index", "chapters/gallery", "chapters/changes", "404"):
        assert "tex-chtml" not in (site / f"{page}.html").read_text("utf8"), page
    assert "tex-chtml" in (site / "chapters/03_backprop.html").read_text("utf8")


# --- the policy --------------------------------------------------------------------------------


def test_the_text_waits_for_the_list_of_contents_where_one_comes(site: Path) -> None:
    pages = [*site.glob("*.html"), *site.glob("chapters/**/*.html")]
    told = {page: page.read_text(encoding="utf8") for page in pages}
    waiting = {page for page, text in told.items() if 'class="ffn-beside"' in text}
    assert waiting == {page for page, text in told.items() if 'class="bd-sidebar-secondary' in text}
    assert 20 < len(waiting) < len(pages)


def test_every_page_allows_its_inline_scripts_and_no_other(site: Path) -> None:
    for page in site.rglob("*.html"):
        html = page.read_text("utf8")
        if page.is_relative_to(site / "_static"):
            continue
        said = re.search(csp.META, html)
        assert said, page
        assert html.index(said[0]) < html.index("<script"), page
        assert set(re.findall(r"'sha256-[^']+'", said[0])) == csp.hashes(html), page
        assert "unsafe-inline'" not in said[0].partition("style-src")[0]
        assert not re.findall(r"<[a-z][^>]*\son[a-z]+=\"", html), page


def test_policy_is_written_once_however_often() -> None:
    html = (
        '<html><head><meta charset="utf-8"><script>a()</script><script src="b.js"></script></head>'
    )
    once = csp.with_policy(html, carries_python=True)
    assert csp.with_policy(once, carries_python=True) == once
    assert len(csp.hashes(once)) == 1
    assert "https://" not in once
    assert "https://cdn.jsdelivr.net" in csp.with_policy(html, carries_python=False)


def test_hosts_that_read_headers_get_the_same_policy(site: Path) -> None:
    said = (site / "_headers").read_text()
    policy = re.search(r"Content-Security-Policy: (.*)", said)
    assert policy
    assert csp.hashes((site / "index.html").read_text("utf8")) <= set(policy[1].split())
    assert len(policy[1]) < 4000, "some hosts cut a longer header"


# --- gallery and cards -------------------------------------------------------------------------


def test_gallery_shows_every_explorer_and_each_has_its_page(site: Path) -> None:
    links = [str(a["href"]) for a in soup(site, "chapters/gallery").select(".ffn-card .ffn-cover")]
    wanted = {f"../{gallery.address(shown)}.html" for shown in gallery.everything()}
    assert len(links) == len(set(links))
    assert set(links) == wanted
    for shown in gallery.everything():
        page = soup(site, gallery.address(shown))
        figure = page.select_one("figure.ffn-explorer")
        assert figure is not None
        assert figure["data-explorer"] == shown.name
        assert (site / gallery.PICTURES / f"{shown.name}.svg").is_file()
    assert len(list((site / "explorers").glob("*.html"))) == len(wanted)


def test_first_page_has_a_figure_three_doors_and_every_chapter(site: Path) -> None:
    page = soup(site, "index")
    assert len(page.select(".ffn-hero figure.ffn-explorer[data-waits]")) == 1
    assert len(page.select(".ffn-doors a")) == 3
    assert len(page.select("[data-ffn-continue]")) == 1
    assert len(page.select(".ffn-chapter-card")) == len(gallery.chapters(ROOT))
    assert len(page.select("ul.ffn-cards > li")) == 4


def test_a_card_is_a_picture_of_the_usual_size_with_its_chapter_on_it() -> None:
    shown = gallery.picture(find("neurons.xor"))
    with_words = cards.png("Neurons: a weighted sum", "The book", shown)
    assert with_words[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", with_words[16:24]) == (1200, 630)
    bare = cards.png(" ", " ", shown)
    assert hashlib.sha256(bare).digest() != hashlib.sha256(with_words).digest(), "no words drawn"
