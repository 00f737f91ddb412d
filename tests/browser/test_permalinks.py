"""The state of an explorer in the page's address, and links that set it, on the sample page."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import SAVING
from browser.sample_page import SamplePage

Visit = Callable[..., Page]


def test_an_address_sets_the_explorer(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url() + "#sampler-controls?w=-2&kind=cosine&on=false&word=a%26b&seed=3")
    figure = page.locator("#sampler-controls")
    expect(figure.locator(".ffn-text")).to_have_text(
        "A cosine of iron with weight −2, 3 units, shift 0, draw 3, without a band, called a&b."
    )
    expect(figure.get_by_role("slider", name="weight w")).to_have_value("-2")
    expect(figure.get_by_role("radio", name="cosine")).to_be_checked()
    expect(figure.get_by_role("checkbox")).not_to_be_checked()
    expect(figure).to_be_in_viewport()
    page.goto(page.url.partition("#")[0] + "#sampler-handles?kinks=[[-2,0],[1,1.5],[2,0]]")
    expect(page.locator("#sampler-handles .ffn-text")).to_contain_text("kink is at 1, 1.5")


def test_a_link_is_followed_though_another_figure_writes_the_address(
    visit: Visit, sample: SamplePage
) -> None:
    page = visit(sample.url(), script=SAVING)
    page.evaluate("""() => {
        location.hash = "#sampler-controls?w=-2";
        history.replaceState(null, "", "#sampler-handles"); // before the page hears of the link
    }""")
    expect(page.locator("#sampler-controls .ffn-text")).to_contain_text("weight −2,")


def test_an_address_with_one_control_needs_no_python(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url() + "#sampler-controls?w=-2", script=SAVING)
    expect(page.locator("#sampler-controls .ffn-text")).to_contain_text("weight −2,")
    expect(page.locator("#sampler-controls .ffn-status")).to_have_text("precomputed")


def test_the_state_goes_into_the_address_and_back(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    figure.get_by_role("slider", name="weight w").press("End")
    figure.get_by_role("textbox", name="word").fill("ü & ?#")
    figure.get_by_role("combobox").select_option("tin")
    expect(figure.locator(".ffn-text")).to_contain_text("tin with weight 3,")
    said = figure.locator(".ffn-text").inner_text()
    page.wait_for_url(re.compile("metal=tin"))
    page.reload()
    expect(figure.locator(".ffn-text")).to_have_text(said)
    figure.get_by_role("button", name="reset").click()
    page.wait_for_url(re.compile("#sampler-controls$"))


def test_the_button_copies_the_address(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), script=SAVING, permissions=["clipboard-read", "clipboard-write"])
    figure = page.locator("#sampler-controls")
    figure.get_by_role("slider", name="units").press("End")
    expect(figure.locator(".ffn-text")).to_contain_text("9 units")
    button = figure.get_by_role("button", name="copy link")
    button.click()
    expect(button).to_have_text("link copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("#sampler-controls?n=9")


def test_links_in_the_text_set_the_explorer(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    text = page.locator("#sampler-controls .ffn-text")
    page.locator('#sampler-controls [data-state="live"]').wait_for()
    page.locator("#sampler-controls").get_by_role("slider", name="units").press("End")
    expect(text).to_contain_text("9 units")
    page.locator("#set").press("Enter")
    expect(text).to_contain_text("A cosine of iron with weight −2, 3 units")  # the rest at start
    page.locator("#set-one").click()
    expect(text).to_contain_text("A sine of iron with weight 2.5, 3 units")
    page.go_back()
    expect(text).to_contain_text("A cosine of iron with weight −2")


@pytest.mark.parametrize("script", ["", SAVING], ids=["live", "precomputed"])
def test_a_value_out_of_range_is_clamped_and_said(
    visit: Visit, sample: SamplePage, script: str
) -> None:
    page = visit(sample.url() + "#sampler-controls?w=44", script=script)
    figure = page.locator("#sampler-controls")
    expect(figure.locator(".ffn-text")).to_contain_text("weight 3,")
    expect(figure.locator(".ffn-notes")).to_have_text("weight w was set to 3, its largest value.")
    expect(figure.get_by_role("slider", name="weight w")).to_have_value("3")
    expect(figure.locator("output").first).to_have_text("3.0 px")
    page.wait_for_url(re.compile("#sampler-controls"))


@pytest.mark.parametrize(
    "wrong", ["kind=tangent", "w=high", "on=perhaps", "seed=-1", "nothing=2", "n="]
)
def test_a_value_that_cannot_be_is_left_out_and_said(
    visit: Visit, sample: SamplePage, wrong: str
) -> None:
    page = visit(sample.url() + f"#sampler-controls?metal=lead&{wrong}", script=SAVING)
    figure = page.locator("#sampler-controls")
    expect(figure.locator(".ffn-text")).to_have_text(
        "A sine of lead with weight 1, 3 units, shift 0, draw 0, in a band, called plain."
    )
    expect(figure.locator(".ffn-notes")).to_contain_text("not possible here and was left out")
    figure.get_by_role("combobox").select_option("gold")
    expect(figure.locator(".ffn-text")).to_contain_text("of gold")
    expect(figure.locator(".ffn-notes")).to_be_hidden()


@pytest.mark.parametrize(
    "hash_",
    ["#nobody?w=2", "#", "#?", "#%", "#sampler-controls?%E0%A4%A", "#sampler-handles?kinks=[[1]]"],
)
def test_addresses_that_name_nothing_do_no_harm(
    visit: Visit, sample: SamplePage, hash_: str
) -> None:
    page = visit(sample.url() + hash_, script=SAVING)
    expect(page.locator("#sampler-controls .ffn-text")).to_contain_text("A sine of iron")
    expect(page.locator("#sampler-handles .ffn-text")).to_contain_text("middle kink is at 0, 1")
