"""How soon the Learn page follows a slider, in Chromium: from the key to what is on the screen.

    python -m tests.benchmarks.sliders [--steps N] [--classes N] [--per-class N] [--noise N]

Aim: the cheap scores within 300 ms at 500 samples and 64 features. A key moves the separation of candidate A
by one step; a loop in the page itself notes when the comparison shows another score, when training is there,
and when nothing is missing any more. What the slider itself waits before it tells the server is in all of
them. Steps that were seen before are not among them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.benchmarks.process import processor_seconds
from tests.dashboard.conftest import open_browser
from tests.dashboard.serving import free_port, serve
from tests.dashboard.tour import WIDE, set_width, settle
from tests.waiting import wait_until

SLIDER = ".st-key-a-separation input[type=range]"
NOTED = ("cheap scores", "training", "all scores")
# Texts of the comparison in their order; what is missing is shown as dots.
WATCH = """
const texts = () => [...document.querySelectorAll(".st-key-scroll-comparison svg.main-svg .textpoint text")]
  .map((own) => own.textContent).join("|");
const before = texts();
window.noted = {};
addEventListener("keydown", () => {
  const start = performance.now();
  const look = () => {
    const now = texts(), answer = document.querySelector(".st-key-answer").textContent;
    const note = (name, holds) => { if (holds && !(name in noted)) noted[name] = performance.now() - start; };
    note("cheap scores", now && now !== before);
    note("training", "cheap scores" in noted && !answer.includes("Training …"));
    note("all scores", "training" in noted && !now.includes("…"));
    if (!("all scores" in noted)) requestAnimationFrame(look);
  };
  look();
}, { capture: true, once: true });
"""


def main() -> None:
    """Print a line for each thing that is waited for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--classes", type=int, default=2)
    parser.add_argument("--per-class", type=int, default=250)
    parser.add_argument("--noise", type=int, default=62)
    asked = parser.parse_args()
    query = f"n-classes={asked.classes}&n-per-class={asked.per_class}"
    query += "".join(f"&{name}-n-noise-features={asked.noise}" for name in "ab")
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = serve(Path(folder), port)
        try:
            with open_browser() as browser:
                set_width(browser, WIDE)
                browser.get(f"http://localhost:{port}/learn?{query}")
                _report(browser, asked.steps, server.pid)
        finally:
            server.terminate()
            server.wait(20)


def _report(browser: WebDriver, n_steps: int, pid: int) -> None:
    wait_until(lambda: bool(browser.find_elements(By.CSS_SELECTOR, SLIDER)))
    _rest(browser)
    worked = processor_seconds(pid)
    times = [_step(browser) for _ in range(n_steps)]
    each = (processor_seconds(pid) - worked) / n_steps
    _say(f"{'':<14}{'median':>9}{'most':>9}")
    for name in NOTED:
        found = [own[name] for own in times]
        _say(f"{name:<14}{statistics.median(found):>6.0f} ms{max(found):>6.0f} ms")
    _say(
        f"{1e3 * each:.0f} ms of the server's processor a step, sweep included; load {os.getloadavg()[0]:.1f}"
    )


def _step(browser: WebDriver) -> dict[str, float]:
    """Move the slider by one key; return the milliseconds until each thing was there."""
    browser.execute_script(WATCH)
    browser.execute_script("document.querySelector(arguments[0]).focus()", SLIDER)
    ActionChains(browser).send_keys(Keys.ARROW_RIGHT).perform()
    wait_until(lambda: "all scores" in browser.execute_script("return noted"))
    times = dict(browser.execute_script("return noted"))
    _rest(browser)
    return times


def _rest(browser: WebDriver) -> None:
    """Wait until the page has all that it waits for, the sweep too."""
    settle(browser)
    body = browser.find_element(By.TAG_NAME, "body")
    wait_until(lambda: "More is being worked out" not in body.text)
    settle(browser)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
