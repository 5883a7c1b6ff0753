"""Pictures of every page, light and dark, wide and on a phone: ``python -m tests.dashboard.screenshots OUT``.

They show a run of the digits demo, and races and answers that were made up; a second argument names the home
where the run is kept for the next time.
"""

from __future__ import annotations

import argparse
import base64
import io
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from PIL import Image
from selenium.webdriver.chrome.webdriver import WebDriver

from ptmrank_core.benchmark import RunStore
from ptmrank_core.catalogue import demo_models, loadable_tasks, resolve_models
from ptmrank_core.config import Settings
from ptmrank_core.records import Analyses
from tests.dashboard.answers import keep_answers
from tests.dashboard.conftest import open_browser
from tests.dashboard.raced import keep_races
from tests.dashboard.serving import free_port, serve
from tests.dashboard.tour import PHONE, WIDE, Stop, do_run, go_to, other_pages, set_scheme, set_width, stops
from tests.waiting import PATIENCE_SECONDS

MIN_HEIGHT, MAX_HEIGHT = 900, 6000
N_COLOURS = 256  # a page has few: its file becomes a third as large
HEIGHT = "return Math.ceil(document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight) + 60"


def run_of(home: Path) -> str:
    """The last run of a home; where there is none, the demo is run with all its analyses."""
    settings = Settings(home=home)
    known = RunStore(settings).outlines()
    if known:
        return known[0].run_id
    task = next(task for task in loadable_tasks(demo_models()) if task.modality == "image")
    return do_run(settings, "demo:digits", resolve_models("demo", task), Analyses(controls=True))


def take(browser: WebDriver, path: Path, width: int, most_height: int = MAX_HEIGHT) -> None:
    """Write what is on the page, down to some height, as a PNG file."""
    height = int(browser.execute_script(HEIGHT))
    set_width(browser, width, min(max(MIN_HEIGHT, height), most_height))
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
    picture = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    picture.quantize(N_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


def take_all(browser: WebDriver, server: str, found: Sequence[Stop], out: Path, most_height: int) -> None:
    """Take every stop in both schemes at both widths."""
    for width in (WIDE, PHONE):
        for scheme in ("light", "dark"):
            set_scheme(browser, scheme)
            for stop in found:
                set_width(browser, width)
                go_to(browser, server, stop)
                name = "phone" if width == PHONE else "wide"
                take(browser, out / f"{stop.name}-{scheme}-{name}.png", width, most_height)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description="Pictures of every page.")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument(
        "home", type=Path, nargs="?", help="home of the run that is shown; a new one by default"
    )
    parser.add_argument("--only", default="", help="take stops alone whose name has this in it")
    parser.add_argument("--height", type=int, default=MAX_HEIGHT, help="pixels of the page at most")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    home = chosen.home or Path(tempfile.mkdtemp(prefix="ptmrank-"))
    run, port = run_of(home), free_port()
    process = serve(home, port)
    try:
        with open_browser() as browser, ExitStack() as stack:
            address = f"http://localhost:{port}"
            settings = Settings(home=home)
            known = [*stops(run), *keep_races(settings, stack), *keep_answers(settings, stack)]
            go_to(browser, address, known[0])
            found = [*known, *other_pages(browser, known)]
            wanted = [stop for stop in found if chosen.only in stop.name]
            take_all(browser, address, wanted, chosen.out, chosen.height)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


if __name__ == "__main__":
    main()
