"""Drafts and names in a real browser: reload, Back, a second tab, and the title of each tab."""

from __future__ import annotations

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from tests.dashboard.test_browser import click, see, wait_for_title
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MODEL = "google/vit-base-patch16-224"
TYPED = "[class*=st-key-own-models] input"


def typed(browser: WebDriver) -> str:
    """What stands in the field for models by name; empty while it is not there."""
    found = browser.find_elements(By.CSS_SELECTOR, TYPED)
    return (found[0].get_attribute("value") or "") if found else ""


def test_choices_outlive_reload_back_and_the_tab(browser: WebDriver, address: str) -> None:
    """Samples and candidates are chosen once: reload, a second tab and Back show them, and Back leads out."""
    browser.get(f"{address}/samples")
    click(browser, ".st-key-digits button")
    wait_until(lambda: "draft=" in browser.current_url)
    wait_until(lambda: browser.title == "Samples · Handwritten digits · PTMRank")
    click(browser, ".st-key-next button")
    see(browser, TYPED)
    browser.find_element(By.CSS_SELECTOR, TYPED).send_keys(MODEL, Keys.ENTER)
    wait_until(lambda: "1 to download" in browser.find_element(By.CSS_SELECTOR, ".stMain").text)
    link = browser.current_url
    browser.refresh()
    wait_until(lambda: typed(browser) == MODEL)
    browser.switch_to.new_window("tab")
    browser.get(link)
    wait_until(lambda: typed(browser) == MODEL)
    browser.close()
    browser.switch_to.window(browser.window_handles[0])
    browser.back()
    wait_for_title(browser, "Samples")
    wait_until(lambda: "Handwritten digits" in browser.find_element(By.CSS_SELECTOR, ".stMain h2").text)
    assert link.partition("?")[2] in browser.current_url
    browser.back()  # to where nothing was chosen yet, under which no Back is caught
    wait_until(lambda: browser.current_url.endswith("/samples"))
    browser.back()
    wait_until(lambda: not browser.current_url.startswith(address))


def test_a_run_is_named_in_its_list_and_its_link_is_shown(
    browser: WebDriver, address: str, settings: Settings, ranked: str
) -> None:
    """The dialog stores the name; a section of the results says its whole address."""
    browser.get(f"{address}/runs")
    click(browser, f".st-key-name-{ranked} button")
    see(browser, f".st-key-named-{ranked} input")
    browser.find_element(By.CSS_SELECTOR, f".st-key-named-{ranked} input").send_keys("Flowers")
    click(browser, f".st-key-describe-{ranked} button")
    wait_until(lambda: RunStore(settings).outline(ranked).name == "Flowers")
    link = f"{address}/results?run={ranked}&section=Cost"
    browser.get(link)
    wait_until(lambda: browser.title == "Cost · Flowers · PTMRank")
    click(browser, "[data-testid=stPopover] button")
    see(browser, "[data-testid=stPopoverBody] [data-testid=stCode]")
    assert (
        browser.find_element(By.CSS_SELECTOR, "[data-testid=stPopoverBody] code").text.replace("\n", "")
        == link
    )
