"""Playing, pausing, stepping and rewinding a run, and a choice of several, on the sample page."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from browser.conftest import SAVING, Reader, pause
from browser.sample_page import SamplePage

Visit = Callable[..., Page]
FETCHED = """(part) => performance.getEntriesByType('resource')
  .some(({ name }) => name.includes(part))"""


def begin(page: Page) -> tuple[Locator, Locator]:
    figure = page.locator("#sampler-run")
    figure.scroll_into_view_if_needed()
    return figure, figure.locator(".ffn-text")


def test_a_run_is_played_to_its_end_from_the_book_alone(visit: Visit, sample: SamplePage) -> None:
    figure, text = begin(visit(sample.url(), script=SAVING))
    begun = figure.evaluate(
        """figure => {
            const button = figure.querySelector(".ffn-play");
            button.click();
            return button.textContent; }"""
    )
    assert begun == "pause"  # looked at in the same moment: the run may be over before another one
    expect(text).to_contain_text("After 60 steps")
    expect(figure.get_by_role("button", name="play")).to_be_visible()
    figure.get_by_role("button", name="reset").click()
    expect(text).to_contain_text("After 0 steps")
    figure.get_by_role("button", name="step", exact=True).click()
    expect(text).to_contain_text("After 20 steps")  # what is baked


def test_a_live_run_is_stepped_paused_rewound_and_restarted(
    visit: Visit, sample: SamplePage
) -> None:
    figure, text = begin(visit(sample.url()))
    figure.locator('[data-state="live"]').wait_for()
    figure.get_by_role("button", name="step", exact=True).click()
    expect(text).to_contain_text("After 1 steps")
    figure.get_by_role("button", name="play").click()
    expect(text).to_have_text(re.compile(r"After ([2-9]|\d\d) steps"))
    figure.get_by_role("button", name="pause").click()
    figure.get_by_role("slider", name="steps").press("Home")
    expect(text).to_contain_text("After 0 steps")
    figure.get_by_role("slider", name="steps").press("End")
    expect(text).to_contain_text("After 60 steps at rate 0.5: loss.")
    figure.get_by_role("checkbox", name="error").click()  # a view: the run stays where it is
    expect(text).to_contain_text("After 60 steps at rate 0.5: loss and error.")
    figure.get_by_role("slider", name="rate").press("End")  # another run
    expect(text).to_contain_text("After 0 steps at rate 1: loss and error.")


def test_reset_stops_a_run_that_plays(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url(), script=SAVING)
    figure, text = begin(page)
    stopped_at = figure.evaluate(
        """figure => new Promise(done => {
            const reset = figure.querySelector('button[aria-label^="reset"]');
            const text = figure.querySelector(".ffn-text");
            new MutationObserver((_, seen) => {  // at the first step that is shown
                seen.disconnect();
                done(text.textContent);
                reset.click(); }
            ).observe(text, { childList: true, characterData: true, subtree: true });
            figure.querySelector(".ffn-play").click(); })"""
    )
    assert re.match(r"After (20|40) steps", stopped_at)
    expect(figure.get_by_role("button", name="play")).to_be_visible()
    pause(page, 400)
    expect(text).to_contain_text("After 0 steps")


def test_a_run_with_a_pace_shows_every_step(visit: Visit, sample: SamplePage) -> None:
    page = visit(sample.url())
    figure = page.locator("#sampler-walk")
    figure.scroll_into_view_if_needed()
    figure.locator('[data-state="live"]').wait_for()
    figure.locator(".ffn-text").evaluate(
        """text => { window.told = [];
           new MutationObserver(() => told.push(text.textContent))
             .observe(text, { childList: true, characterData: true, subtree: true }); }"""
    )
    figure.get_by_role("button", name="play").click()
    expect(figure.locator(".ffn-text")).to_have_text("At place 5.")
    assert page.evaluate("told") == [f"At place {at}." for at in range(1, 6)]


def test_long_sweeps_of_a_run_are_fetched_when_it_is_touched(
    reader: Reader, sample: SamplePage
) -> None:
    page = reader.open(sample.url(), script=SAVING)
    figure, text = begin(page)
    page.wait_for_function(FETCHED, arg="sampler-run.t.")
    assert not [url for url in reader.asked if "sampler-run.rate." in url]
    figure.get_by_role("slider", name="rate").press("End")
    expect(text).to_contain_text("at rate 1")
    assert [url for url in reader.asked if "sampler-run.rate." in url]


def test_one_of_several_stays_chosen(visit: Visit, sample: SamplePage) -> None:
    figure, text = begin(visit(sample.url() + '#sampler-run?shown=["error"]&t=20'))
    expect(text).to_contain_text("After 20 steps at rate 0.5: error.")
    box = figure.get_by_role("checkbox", name="error")
    box.click()
    expect(box).to_be_checked()
    expect(text).to_contain_text(": error.")
