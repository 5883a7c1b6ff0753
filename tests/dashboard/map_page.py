"""The map on a page of its own, without Streamlit: for tests of what it does, and for how fast."""

from __future__ import annotations

import functools
import http.server
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from ptmrank_core.records import BytesBlob, Samples
from ptmrank_core.reports.figures.embeddings import Panel
from ptmrank_core.reports.figures.maps.wire import DensityOf, classes_part, points_part, shapes_part
from tests.dashboard.serving import ROOT
from tests.waiting import PATIENCE_SECONDS

__all__ = ["bring", "draw", "labelled", "map_settings", "serve_map", "wait_until_still"]

FILES = ROOT / "dashboard" / "components" / "sample_map" / "browser"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Map</title>
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:">
<style>body { margin: 8px; width: 1100px; }</style></head>
<body style="--st-background-color: #FCFBF9; --st-text-color: #1F2933; --st-primary-color: #2F5D8A;
  --st-border-color: #D9D5CC; --st-secondary-background-color: #F3F1EC; --st-font: sans-serif;">
<div id="host"></div><script type="module" src="start.js"></script></body></html>"""
START = """import draw from "./main.js";
const root = document.getElementById("host").attachShadow({ mode: "open" });
root.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "map.css" }));
const carriers = new Map();
window.sent = {};
window.take = (name, value) => { (window.sent[name] ??= []).push(value); };
window.bring = (part) => {
  if (!carriers.has(part.id)) carriers.set(part.id, document.createElement("div"));
  draw({ data: part, parentElement: carriers.get(part.id), setStateValue: window.take });
};
window.show = (data) =>
  draw({ data, parentElement: root, setStateValue: window.take, setTriggerValue: window.take });
window.map = () => root.querySelector(".map");
"""


OWN = {"/": (PAGE, "text/html"), "/start.js": (START, "text/javascript")}


class _Handler(http.server.SimpleHTTPRequestHandler):
    """The files of the map, and two of this module."""

    def do_GET(self) -> None:
        """Answer a request."""
        text, kind = OWN.get(self.path, ("", ""))
        if not text:
            super().do_GET()
            return
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve_map(browser: WebDriver) -> Iterator[None]:
    """Open the page of the map in a browser."""
    handler = functools.partial(_Handler, directory=str(FILES))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        browser.get(f"http://127.0.0.1:{server.server_port}/")
        WebDriverWait(browser, PATIENCE_SECONDS).until(
            lambda page: page.execute_script("return window.show !== undefined")
        )
        yield
        server.shutdown()
        thread.join()


def labelled(n_samples: int, n_classes: int) -> Samples:
    """Samples of so many classes in turn."""
    return Samples(
        modality="image",
        names=tuple(f"s{row}" for row in range(n_samples)),
        items=(BytesBlob(b""),) * n_samples,  # type: ignore[arg-type]
        labels=np.arange(n_samples) % n_classes,
        class_names=tuple(f"class {code}" for code in range(n_classes)),
        digests=("0" * 64,) * n_samples,
        left_out=(),
        source="made up",
    )


def map_settings(*names: str, **other: Any) -> dict[str, Any]:
    """Settings of a map with a panel for each name, whose points are called so too."""
    panels = [
        {
            "name": name,
            "title": name,
            "note": "trustworthiness 0.900",
            "x": "component 1",
            "y": "component 2",
            "alt": f"PCA under {name}",
            "points": f"points {name}",
            "shapes": f"shapes {name}",
        }
        for name in names
    ]
    settings = {"kind": "map", "classes": "classes", "described": "described", "pictures": None}
    return {**settings, "names": True, "shown": None, "selected": "", "panels": panels, **other}


def bring(
    browser: WebDriver, samples: Samples, places: dict[str, NDArray[Any]], density: DensityOf = "none"
) -> None:
    """Bring the classes, and the points and shapes under each name."""
    parts: list[dict[str, Any]] = [{"id": "classes", **classes_part(samples)}]
    parts.append({"id": "described", "kind": "described", "row": -1})
    for name, points in places.items():
        panel = Panel(name, np.arange(len(points), dtype=np.int64), points.astype(np.float32), "x", "y")
        parts.append({"id": f"points {name}", **points_part(panel)})
        parts.append({"id": f"shapes {name}", **shapes_part(panel, samples, density)})
    for part in parts:
        browser.execute_script("window.bring(JSON.parse(arguments[0]))", json.dumps(part))


def draw(browser: WebDriver, settings: dict[str, Any]) -> None:
    """Draw the map, and wait until nothing moves."""
    browser.execute_script("window.show(JSON.parse(arguments[0]))", json.dumps(settings))
    wait_until_still(browser)


def wait_until_still(browser: WebDriver, flags: Sequence[str] = ("true", "false")) -> None:
    """Wait until all points are drawn and stand still."""
    WebDriverWait(browser, PATIENCE_SECONDS, poll_frequency=0.05).until(
        lambda page: page.execute_script("const m = map().dataset; return [m.drawn, m.moving]") == list(flags)
    )
