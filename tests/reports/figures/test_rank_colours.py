"""The colours of figures: one palette everywhere, seen on light and dark pages and by colour-blind eyes."""

from __future__ import annotations

import re
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ptmrank_core.reports.figures.style.theme import BRIGHT, INK

ROOT = Path(__file__).resolve().parents[3]
REPORTS = ROOT / "ptmrank_core" / "reports"
COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\b")
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
# Machado, Oliveira and Fernandes (2009), severity 1: linear RGB as it is seen.
EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def theme() -> dict[str, Any]:
    """The theme of the dashboard."""
    found: dict[str, Any] = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    return found


def grounds() -> dict[str, str]:
    """What figures stand on: the pages of the dashboard and of the HTML report."""
    style = (REPORTS / "html" / "style.css").read_text()
    report = sorted(set(re.findall(r"--page: (#[0-9a-fA-F]{6});", style)))
    assert len(report) == 2
    own = {name: theme()[name]["backgroundColor"] for name in ("light", "dark")}
    return own | {f"report {index}": colour for index, colour in enumerate(report)}


def linear(colour: str) -> NDArray[np.float64]:
    """Linear RGB of a colour of sRGB."""
    rgb = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2 has it, from 1 to 21."""
    low, high = sorted(float(linear(colour) @ LUMINANCE) + 0.05 for colour in (one, other))
    return high / low


def lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE Lab of linear RGB."""
    x, y, z = np.cbrt(TO_XYZ @ rgb.clip(0, 1) / np.array([0.95047, 1, 1.08883]))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_contrast_is_that_of_wcag() -> None:
    """Black on white is 21, a colour on itself 1, and the grey of WCAG's own example 4.48."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#123456", "#123456") == pytest.approx(1)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


def test_every_mark_is_seen_on_every_ground() -> None:
    """Each colour that a figure names has 3:1 at least on all; ink is not drawn as it is named."""
    named = {colour for path in REPORTS.rglob("*.py") for colour in COLOUR.findall(path.read_text())} - {INK}
    assert named >= set(BRIGHT)
    faint = {
        (colour, name): round(contrast(colour, ground), 2)
        for colour in named
        for name, ground in grounds().items()
        if contrast(colour, ground) < 3
    }
    assert faint == {}


def test_streamlit_has_the_colours_of_the_figures() -> None:
    """What Streamlit draws by itself has the same palette, and its scales have their ten colours."""
    assert theme()["chartCategoricalColors"] == list(BRIGHT)
    assert len(theme()["chartSequentialColors"]) == len(theme()["chartDivergingColors"]) == 10


@pytest.mark.parametrize("eyes", list(EYES))
def test_the_palette_is_told_apart(eyes: str) -> None:
    """No two colours come nearer than a difference that is seen at a glance, whatever cones are missing."""
    seen = {colour: lab(EYES[eyes] @ linear(colour)) for colour in BRIGHT}
    nearest = min(float(np.linalg.norm(seen[a] - seen[b])) for a, b in combinations(BRIGHT, 2))
    assert nearest > (25 if eyes == "all cones" else 10)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_read_on_the_page(scheme: str) -> None:
    """Text, links and what is written on the accent have the contrast that words need."""
    colours = theme()[scheme]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colours["textColor"], colours[ground]) > 7
        assert contrast(colours["linkColor"], colours[ground]) > 4.5
        assert contrast(colours["primaryColor"], colours[ground]) > 3  # what it fills and rings
    assert contrast(colours["primaryColor"], "#FFFFFF") > 4.5  # Streamlit writes on it in white
    assert contrast(colours["dataframeHeaderTextColor"], colours["dataframeHeaderBackgroundColor"]) > 4.5
