"""Controls of every kind, before Python is there and after, on the sample page."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from browser.conftest import SAVING, pause
from browser.sample_page import SamplePage

Visit = Callable[..., Page]
START = "A sine of iron with weight 1, 3 units, shift 0, draw 0, in a band, called plain."


def sentence(figure: Locator) -> Locator:
    return figure.locator(".ffn-text")


def use_each_control(page: Page, check: Callable[[str], None]) -> None:
    """Move one control after another, back to the start between them."""
    figure = page.locator("#sampler-controls")
    reset = figure.get_by_role("button", name="reset")
    figure.get_by_role("slider", name="weight w").focus()
    page.keyboard.press("ArrowRight")
    check("weight 1.1,")
    expect(figure.locator("output").first).to_have_text("1.1 px")
    slider = figure.get_by_role("slider", name="weight w")
    expect(slider).to_have_attribute("aria-valuetext", "1.1 px")
    page.keyboard.press("Home")
    check("weight −3,")
    expect(figure.locator("output").first).to_have_text("−3.0 px")
    reset.click()
    check("weight 1,")
    figure.get_by_role("radio", name="cosine").check(force=True)
    check("A cosine")
    page.keyboard.press("ArrowLeft")
    check("A sine")
    figure.get_by_role("combobox", name="metal").select_option("gold")
    check("of gold")
    reset.click()
    figure.get_by_role("checkbox", name="Show the band").press("Space")
    check("without a band")
    reset.click()
    figure.get_by_role("button", name="Draw again").click()
    check("draw 1")
    figure.get_by_role("button", name="Draw again").press("Enter")
    check("draw 2")
    reset.click()
    check("draw 0")


def test_every_baked_control_answers_without_python(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), script=SAVING)
    figure = page.locator("#sampler-controls")

    def check(words: str) -> None:
        expect(sentence(figure)).to_contain_text(words)
        expect(figure.locator(".ffn-notes")).to_be_hidden()

    use_each_control(page, check)
    expect(sentence(figure)).to_have_text(START)


def test_every_control_answers_live(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    expect(figure.locator(".ffn-status")).to_have_text("live")
    sample.calls.clear()
    use_each_control(page, lambda words: expect(sentence(figure)).to_contain_text(words))
    assert sample.calls
    number = figure.get_by_role("spinbutton", name="shift")
    number.fill("-1.5")
    number.press("Enter")
    expect(sentence(figure)).to_contain_text("shift −1.5")
    figure.get_by_role("textbox", name="word").fill("odd <b>&")
    expect(sentence(figure)).to_contain_text("called odd <b>&.")
    expect(figure.locator("svg text", has_text="odd <b>&")).to_have_count(1)


def test_two_controls_off_their_start_wait_for_python_and_say_so(
    visit: Visit, sample: SamplePage
) -> None:
    page = visit(sample.url(), script=SAVING)
    figure = page.locator("#sampler-controls")
    figure.get_by_role("slider", name="weight w").press("ArrowRight")
    expect(sentence(figure)).to_contain_text("weight 1.1")
    figure.get_by_role("radio", name="cosine").check(force=True)
    note = figure.get_by_role("status").filter(has_text="go live")
    expect(note).to_contain_text("This needs live Python")
    expect(sentence(figure)).to_contain_text("A cosine of iron with weight 1,")  # the nearest
    expect(figure.locator("[data-approximate]")).to_have_count(1)
    figure.get_by_role("button", name="go live").click()
    expect(sentence(figure)).to_contain_text("A cosine of iron with weight 1.1")
    expect(note).to_be_hidden()


def test_a_number_outside_its_range_is_clamped_and_said(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    number = figure.get_by_role("spinbutton", name="shift")
    number.fill("77")
    number.press("Enter")
    notes = figure.locator(".ffn-notes")
    expect(notes).to_have_text("shift was set to 5, its largest value.")
    expect(sentence(figure)).to_contain_text("shift 5,")
    expect(number).to_have_value("5")
    number.fill("1")
    number.press("Enter")
    expect(sentence(figure)).to_contain_text("shift 1,")
    expect(notes).to_be_hidden()


def test_an_error_is_said_and_the_last_good_picture_stays(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    number = figure.get_by_role("spinbutton", name="shift")
    for value, said in (
        ("4", "A shift of 4 is refused here."),
        ("4.5", "This failed: nothing to divide by"),
    ):
        before = figure.locator(".ffn-picture").inner_html()
        number.fill(value)
        number.press("Enter")
        expect(figure.locator(".ffn-notes")).to_have_text(said)
        assert figure.locator(".ffn-picture").inner_html() == before
        expect(sentence(figure)).to_contain_text("shift 0,")
        expect(figure.locator(".ffn-status")).to_have_text("live")
    number.fill("3.5")
    number.press("Enter")
    expect(sentence(figure)).to_contain_text("shift 3.5,")
    expect(figure.locator(".ffn-notes")).to_be_hidden()


def test_a_hundred_quick_changes_end_at_the_last_without_a_queue(
    visit: Visit, sample: SamplePage
) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-controls")
    figure.locator('[data-state="live"]').wait_for()
    sample.calls.clear()
    page.evaluate(
        """async () => {
        const slider = document.querySelector('#sampler-controls input[type=range]');
        for (let i = 0; i < 100; i++) {
          slider.value = -3 + 6 * ((i * 37) % 100) / 99;
          slider.dispatchEvent(new Event('input', { bubbles: true }));
          if (i % 10 === 0) await new Promise(requestAnimationFrame);
        }
        slider.value = 2.2;
        slider.dispatchEvent(new Event('input', { bubbles: true })); }"""
    )
    expect(sentence(figure)).to_contain_text("weight 2.2,")
    asked = len(sample.calls)
    assert asked < 50, f"{asked} calls for 101 changes: a queue"
    pause(page, 300)
    assert len(sample.calls) == asked, "calls arrive after the last answer: a stale queue"
    expect(sentence(figure)).to_contain_text("weight 2.2,")


def test_the_numbers_can_be_opened_as_a_table(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), script=SAVING)
    figure = page.locator("#sampler-controls")
    expect(figure.get_by_role("table")).to_be_hidden()
    figure.get_by_text("The numbers").click()
    table = figure.get_by_role("table", name="Three values")
    expect(table).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(4)
    before = table.inner_text()
    figure.get_by_role("slider", name="weight w").press("End")
    expect(sentence(figure)).to_contain_text("weight 3,")
    assert figure.get_by_role("table").inner_text() != before
    expect(page.locator("#sampler-marks details")).to_be_hidden()  # no table, nothing to open


def test_a_phone_gets_the_narrow_picture(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), script=SAVING, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for figure in page.locator("figure.ffn-explorer").all():
        expect(figure.locator("svg.ffn-svg")).to_have_attribute("viewBox", re.compile("^0 0 360 "))
    figure = page.locator("#sampler-controls")
    figure.get_by_role("slider", name="units").press("End")
    expect(sentence(figure)).to_contain_text("9 units")
    expect(figure.locator("svg.ffn-svg")).to_have_attribute("viewBox", re.compile("^0 0 360 "))
    pause(page, 500)
    page.set_viewport_size({"width": 1000, "height": 740})
    expect(figure.locator("svg.ffn-svg")).to_have_attribute("viewBox", re.compile("^0 0 720 "))
    expect(sentence(figure)).to_contain_text("9 units")


def test_opening_a_page_on_a_phone_leaves_its_address_alone(
    visit: Visit, sample: SamplePage
) -> None:
    page = visit(sample.url(), script=SAVING, viewport={"width": 360, "height": 740})
    pause(page, 700)
    assert "#" not in page.url
