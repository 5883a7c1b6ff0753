"""The four pictures of the README: ``python -m tests.dashboard.readme_pictures``.

They show the run that comes along. They are written to ``assets/``; an argument names another folder.
"""

from __future__ import annotations

import argparse
import base64
import io
import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from selenium.webdriver.chrome.webdriver import WebDriver

from ptmrank_core.benchmark import SHIPPED_RUN
from ptmrank_core.config import ASSETS
from tests.dashboard.conftest import open_browser
from tests.dashboard.serving import free_port, serve
from tests.dashboard.tour import Stop, go_to, set_scheme, set_width
from tests.waiting import PATIENCE_SECONDS

WIDTH, PAGE_HEIGHT = 1400, 3200
N_COLOURS = 256  # the file is a third as large
ABOVE = 16  # pixels that are kept above the first element
RESULTS = f"/results?run={SHIPPED_RUN}"
TOP = "return arguments[0] ? document.querySelector(arguments[0]).getBoundingClientRect().top : 0"


@dataclass(frozen=True, slots=True)
class View:
    """A part of a page.

    Parameters
    ----------
    stop
        The page, and the name of the file.
    height
        Pixels of the picture.
    top
        What stands at its top (CSS); the top of the page if empty.
    """

    stop: Stop
    height: int
    top: str = ""


VIEWS = (
    View(Stop("screenshot", RESULTS), 1322),
    View(
        Stop("embeddings", f"{RESULTS}&section=Embeddings&plane=t-SNE&map-density=Each+class"),
        568,
        ".st-key-head-projection",
    ),
    View(
        Stop("metrics", "/samples", (".st-key-digits button", *[".st-key-next button"] * 2)),
        1096,
        ".stMain h1",
    ),
    View(Stop("learn", "/learn"), 1620, ".stMain h1"),
)


def take(browser: WebDriver, server: str, view: View, path: Path) -> None:
    """Write one picture."""
    set_width(browser, WIDTH, PAGE_HEIGHT)
    go_to(browser, server, view.stop)
    top = max(0.0, float(browser.execute_script(TOP, view.top)) - (ABOVE if view.top else 0))
    clip = {"x": 0, "y": top, "width": WIDTH, "height": view.height, "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
    picture = Image.open(io.BytesIO(base64.b64decode(shot["data"]))).convert("RGB")
    picture.quantize(N_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description="The pictures of the README.")
    parser.add_argument("out", type=Path, nargs="?", default=ASSETS, help="folder for the pictures")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory(prefix="ptmrank-") as home:
        port = free_port()
        process = serve(Path(home), port)
        try:
            with open_browser() as browser:
                set_scheme(browser, "light")
                for view in VIEWS:
                    take(browser, f"http://localhost:{port}", view, out / f"{view.stop.name}.png")
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


if __name__ == "__main__":
    main()
