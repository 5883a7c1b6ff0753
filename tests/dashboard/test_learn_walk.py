"""The teacher's plan, played through in a fresh browser from its links alone; Back undoes a step."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from ptmrank_core.lessons.course import COURSE, Lesson
from ptmrank_core.lessons.teaching import EXERCISES, PLAN, Step
from tests.dashboard.test_browser import click, see
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LESSON = next(lesson for lesson in COURSE if lesson.key == "wide-noise")


def shown(browser: WebDriver) -> str:
    """Everything that the page says."""
    return browser.find_element(By.CSS_SELECTOR, "[data-testid=stMain]").text


def wait_for(browser: WebDriver, text: str) -> None:
    """Wait until the page says something."""
    wait_until(lambda: text in shown(browser))


def plan_links(browser: WebDriver) -> list[str]:
    """The addresses of all links on the teacher's page, in their order."""
    wait_until(
        lambda: (
            len(browser.find_elements(By.CSS_SELECTOR, "[data-testid=stLinkButton] a"))
            == len(PLAN) + len(EXERCISES)
        )
    )
    found = browser.find_elements(By.CSS_SELECTOR, "[data-testid=stLinkButton] a")
    return [str(link.get_attribute("href")) for link in found]


def play(browser: WebDriver, step: Step) -> None:
    """Do what a step asks for, until its end is on the page."""
    if isinstance(step.opens, Lesson):
        lesson = step.opens
        wait_for(browser, lesson.question)
        assert lesson.sentence not in shown(browser)
        click(browser, f".st-key-answer-{lesson.key}-{lesson.right + 1} button")
        wait_for(browser, lesson.sentence)
        assert "as you predicted" in shown(browser)
    elif step.opens is None:
        first = COURSE[0]
        click(browser, f".st-key-answer-{first.key}-{first.right + 1} button")
        wait_for(browser, "1 of 1 predicted rightly so far")
    else:
        wait_for(browser, "Who puts which candidate first?")
        wait_until(lambda: "Training …" not in shown(browser))


def test_the_plan_is_played_through_from_its_links(
    browser: WebDriver, address: str, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """Every link of the teacher's page leads to its end in a browser that has seen nothing before."""
    browser.get(f"{address}/learn?section=For+teachers")
    links = plan_links(browser)
    for step, link in zip(PLAN, links, strict=False):
        browser.delete_all_cookies()
        begun = time.monotonic()
        browser.get(link)
        play(browser, step)
        seconds = time.monotonic() - begun
        record_testsuite_property(step.title, f"{seconds:.1f} s")
    for exercise, link in zip(EXERCISES, links[len(PLAN) :], strict=True):
        browser.get(link)
        wait_for(browser, f"Candidate {'AB'[len(exercise.scene.candidates) - 1]}")


def test_back_undoes_a_step_and_the_keyboard_is_enough(browser: WebDriver, address: str) -> None:
    """Back takes an answer away and leads to the list; Tab and Enter open a lesson and answer it."""
    browser.get(f"{address}/learn?section=Lessons")
    place = COURSE.index(LESSON) + 1
    opening = f".st-key-open-{LESSON.key} button"
    see(browser, opening)
    browser.find_element(By.CSS_SELECTOR, opening).send_keys(Keys.ENTER)
    wait_for(browser, LESSON.question)
    wait_until(lambda: f"lesson={LESSON.key}" in browser.current_url)
    see(browser, f".st-key-answer-{LESSON.key}-1 button")
    first = browser.find_element(By.CSS_SELECTOR, f".st-key-answer-{LESSON.key}-1 button")
    browser.execute_script("arguments[0].focus()", first)
    first.send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert focused.text == LESSON.answers[1]
    focused.send_keys(Keys.ENTER)
    wait_for(browser, LESSON.sentence)
    wait_until(lambda: f"{LESSON.key}-2" in browser.current_url)
    browser.back()
    wait_until(lambda: LESSON.sentence not in shown(browser) and LESSON.question in shown(browser))
    browser.back()
    wait_for(browser, f"{place}. {LESSON.title}")
    wait_until(lambda: LESSON.question not in shown(browser))
    browser.forward()
    wait_for(browser, LESSON.question)
