"""How soon a finished ranking is there, in Chromium: from the one click on the first page to its figure.

    python -m tests.benchmarks.first_figure [--clicks N]

Aim: under a second to the answer and to the figure. Each click is in a browser that has never seen a figure,
a second after the first page is whole.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By

from tests.dashboard.conftest import open_browser
from tests.dashboard.serving import free_port, serve
from tests.dashboard.tour import WIDE, set_width, settle
from tests.waiting import wait_until

BUTTON = ".st-key-finished button"
READ_SECONDS = 1.0
# A loop in the page itself notes when the answer and the drawn figure are there.
CLICK = """
window.noted = {};
const start = performance.now();
const look = () => {
  const now = performance.now() - start;
  const note = (name, holds) => { if (holds && !(name in noted)) noted[name] = now; };
  note("answer", document.querySelector(".st-key-answer h3, .st-key-answer h2"));
  note("figure", document.querySelector(".st-key-ranking .main-svg text"));
  if (!("figure" in noted)) requestAnimationFrame(look);
};
document.querySelector(arguments[0]).click();
look();
"""


def main() -> None:
    """Print a line for the answer and one for the figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clicks", type=int, default=5)
    asked = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = serve(Path(folder), port)
        try:
            times = [_click(f"http://localhost:{port}/") for _ in range(asked.clicks)]
        finally:
            server.terminate()
            server.wait(20)
    for name in ("answer", "figure"):
        found = [own[name] for own in times]
        sys.stdout.write(f"{name:<8}{statistics.median(found):>6.0f} ms, at most {max(found):.0f} ms\n")
    sys.stdout.write(f"load {os.getloadavg()[0]:.1f}\n")


def _click(address: str) -> dict[str, float]:
    """Open the first page in a fresh browser and click; return the milliseconds to each thing."""
    with open_browser() as browser:
        set_width(browser, WIDE)
        browser.get(address)
        wait_until(lambda: bool(browser.find_elements(By.CSS_SELECTOR, BUTTON)))
        settle(browser)
        time.sleep(READ_SECONDS)
        browser.execute_script(CLICK, BUTTON)
        wait_until(lambda: "figure" in _noted(browser))
        return _noted(browser)


def _noted(browser: WebDriver) -> dict[str, float]:
    return dict(browser.execute_script("return noted"))


if __name__ == "__main__":
    main()
