"""How smoothly the map of samples is drawn: ``python -m tests.benchmarks.sample_map``.

Chromium draws without a graphics card. The hand moves the map, zooms, and sees the points move from one plane
to another; the time from each frame to the next is measured. Expected before the first measurement: a median
of at most 100 ms for 20,000 points on one map, about 20 ms of that to paint them.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray
from selenium.webdriver.chrome.webdriver import WebDriver

from tests.dashboard.conftest import open_browser
from tests.dashboard.map_page import bring, draw, labelled, map_settings, serve_map
from tests.dashboard.tour import WIDE, set_width

N_FRAMES = 60
N_CLASSES = 20
FRAMES = """
const [what, n, settings, done] = arguments, plot = map().querySelector(".plot");
const box = plot.getBoundingClientRect(), times = [];
const at = (x, y) => ({
  clientX: box.left + x, clientY: box.top + y, pointerId: 1, button: 0, bubbles: true });
const hand = (name, x, y) => plot.dispatchEvent(new PointerEvent(name, at(x, y)));
plot.setPointerCapture = () => undefined;
if (what === "move") {
  map().querySelector("[data-tool=move]").click();
  map().querySelector("[data-zoom=in]").click();
  hand("pointerdown", 200, 200);
}
if (what === "points") show(JSON.parse(settings));
let frame = 0, last = null;
const painted = Number(map().dataset.painted);
const step = (now) => {
  if (last !== null) times.push(now - last);
  last = now;
  frame += 1;
  if (what === "move") hand("pointermove", 200 + 60 * Math.sin(frame / 8), 200 + 60 * Math.cos(frame / 8));
  if (what === "zoom") plot.dispatchEvent(new WheelEvent("wheel",
    { ...at(200, 200), ctrlKey: true, deltaY: frame % 40 < 20 ? -30 : 30, cancelable: true }));
  const goesOn = what === "points" ? frame < 4 || map().dataset.moving === "true" : frame < n;
  if (goesOn) return requestAnimationFrame(step);
  if (what === "move") hand("pointerup", 200, 200);
  return done([times, Number(map().dataset.painted) - painted]);
};
requestAnimationFrame(step);
"""


def clouds(n_points: int, seed: int) -> NDArray[np.float64]:
    """Points of 20 classes, each a cloud of its own."""
    rng = np.random.default_rng(seed)
    middles = 4 * rng.normal(size=(N_CLASSES, 2))
    return np.asarray(middles[np.arange(n_points) % N_CLASSES] + rng.normal(size=(n_points, 2)))


def measure(browser: WebDriver, n_points: int, n_panels: int) -> dict[str, float]:
    """Return the median milliseconds from frame to frame, of each thing that the hand does."""
    samples, names = labelled(n_points, N_CLASSES), [f"m{place}" for place in range(n_panels)]
    planes = [f"{name}{plane}" for name in names for plane in ("", "'")]
    bring(browser, samples, {plane: clouds(n_points, seed) for seed, plane in enumerate(planes)}, "classes")
    settings = map_settings(*names)
    draw(browser, settings)
    elsewhere: dict[str, Any] = map_settings(*names)
    for panel in elsewhere["panels"]:
        panel["points"] += "'"
    found = {}
    for what in ("move", "zoom", "points"):
        times, n_painted = browser.execute_async_script(FRAMES, what, N_FRAMES, json.dumps(elsewhere))
        if n_painted < len(times) - 2:
            raise AssertionError(f"Only {n_painted} of {len(times)} frames were painted.")
        found[what] = float(np.median(times))
        found[f"{what}, 95 %"] = float(np.percentile(times, 95))
    return found


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description="Frames of the map of samples.")
    parser.add_argument("--points", type=int, nargs="+", default=[2_000, 5_000, 20_000])
    chosen = parser.parse_args()
    for n_points in chosen.points:
        for n_panels in (1, 3):
            with open_browser() as browser:
                browser.set_script_timeout(300)
                set_width(browser, WIDE)
                with serve_map(browser):
                    found = measure(browser, n_points, n_panels)
            words = ", ".join(f"{what}: {value:.0f} ms" for what, value in found.items())
            print(f"{n_points:,} points on {n_panels} maps: {words}")  # noqa: T201 - what it is for


if __name__ == "__main__":
    main()
