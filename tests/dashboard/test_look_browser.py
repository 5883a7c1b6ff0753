"""Samples worth a look in a real browser: decided with clicks, kept over a reload, and ranked anew."""

from __future__ import annotations

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from dashboard import jobs
from ptmrank_core.benchmark import RunStore
from ptmrank_core.config import Settings
from ptmrank_core.records import DECISIONS, DecisionKind
from tests.dashboard.test_browser import click, run_in_address, see, wait_for_title
from tests.dashboard.test_look import FLIPPED, digest, key, looked
from tests.waiting import wait_until

__all__ = ["looked"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def decide(browser: WebDriver, run: str, sample: str, decision: DecisionKind) -> None:
    """Click a decision on a sample, and wait until it is kept."""
    n_kept = len(jobs.decisions(run).decisions)
    click(browser, f".st-key-{key(run, sample)} button:nth-of-type({DECISIONS.index(decision) + 1})")
    wait_until(lambda: len(jobs.decisions(run).decisions) == n_kept + 1)


def has_said(browser: WebDriver, text: str) -> bool:
    """Whether a text is on the page."""
    return text in browser.find_element(By.CSS_SELECTOR, ".stMain").text


def test_decisions_lead_to_another_run(
    browser: WebDriver, address: str, settings: Settings, looked: str
) -> None:
    """Two clicks decide on two wrong labels; they outlive a reload, and a third ranks the samples so."""
    browser.get(f"{address}/results?run={looked}&section=Samples")
    first, second = (digest(settings, looked, row) for row in FLIPPED[:2])
    decide(browser, looked, first, "relabel")
    decide(browser, looked, second, "leave out")
    wait_until(lambda: has_said(browser, "1 relabelled and 1 left out"))
    browser.refresh()
    wait_until(lambda: has_said(browser, "1 relabelled and 1 left out"))
    see(browser, f".st-key-{key(looked, first, 'relabel')} input")
    click(browser, ".st-key-start-corrected button")
    wait_until(lambda: run_in_address(browser) != looked)
    wait_for_title(browser, "Results")
    wait_until(lambda: has_said(browser, "59 samples in 3 classes"))
    third = digest(settings, looked, FLIPPED[2])
    see(browser, f".st-key-{key(run_in_address(browser), third)}")  # the only one that is still doubted
    assert len(browser.find_elements(By.CSS_SELECTOR, "[class*=st-key-decide-]")) == 1
    store, new = RunStore(settings), run_in_address(browser)
    assert store.outline(new).n_samples == store.outline(looked).n_samples - 1
    assert {one.label for one in store.plan(new).reading.corrections} == {"bee", None}
