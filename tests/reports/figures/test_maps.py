"""What a map is drawn from: twenty looks, points, shapes, pictures of recordings."""

from __future__ import annotations

import base64
import re
import tomllib
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from ptmrank_core.records import Waveform
from ptmrank_core.reports.figures.embeddings import Panel
from ptmrank_core.reports.figures.maps.looks import COLOURS, N_LOOKS, OTHERS, look_of, looks_of
from ptmrank_core.reports.figures.maps.spectrogram import spectrogram
from ptmrank_core.reports.figures.maps.wire import classes_part, numbers_part, points_part, shapes_part
from tests.dashboard.serving import ROOT
from tests.reports.figures.test_scatter import samples

RNG = np.random.default_rng(0)
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
# What readers who lack one kind of cone see (Machado, Oliveira, Fernandes 2009, severity 1).
SEEN = {
    "all": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}


def linear(colour: str) -> np.ndarray:
    """Red, green and blue as light."""
    values = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    """CIE L*a*b*, in which distances are differences that people see."""
    ratios = TO_XYZ @ light.clip(0, 1) / np.array([0.9505, 1, 1.089])
    x, y, z = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as WCAG 2 has it."""
    low, high = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def test_twenty_classes_look_different_for_every_reader() -> None:
    """No two are the same; those of one symbol differ by colour, also without one kind of cones."""
    looks = [look_of(place) for place in range(N_LOOKS)]
    assert N_LOOKS == 20
    assert len(set(looks)) == 20
    for kind, seen in SEEN.items():
        for one, other in combinations(looks, 2):
            if one.symbol == other.symbol:
                far = np.linalg.norm(lab(seen @ linear(one.colour)) - lab(seen @ linear(other.colour)))
                assert far >= 18, (kind, one, other)
    assert look_of(20) == OTHERS


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_stands_out_from_the_page(scheme: str) -> None:
    """At least 3:1, as WCAG 2.2 asks of what has to be seen."""
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
    for colour in (*COLOURS, OTHERS.colour):
        assert contrast(colour, theme[scheme]["backgroundColor"]) >= 3, colour


def test_of_many_classes_the_largest_and_the_chosen_have_looks() -> None:
    """Of thirty classes ten are grey, the smallest; one that is chosen takes the place of the twentieth."""
    labels = np.repeat(np.arange(30), np.arange(31, 1, -1))
    many = samples(labels, [f"c{code}" for code in range(30)], "classification")
    grey = [name for name, look in looks_of(many).items() if look == OTHERS]
    assert grey == [f"c{code}" for code in range(20, 30)]
    chosen = looks_of(many, ["c29"])
    assert chosen["c29"] != OTHERS
    assert chosen["c19"] == OTHERS
    few = samples(np.arange(4) % 2, ["c0", "c1"], "classification")
    assert looks_of(few, ["c1"]) == looks_of(few)


def unpacked(text: str, kind: str) -> Any:
    """An array as the browser reads it."""
    return np.frombuffer(base64.b64decode(text), dtype=kind)


def test_points_fill_the_square_and_keep_their_samples() -> None:
    """Both axes from 0 to 1 in steps that no screen shows; what does not vary lies in the middle."""
    points = RNG.normal(size=(50, 2)).astype(np.float32) * [100, 0.1]
    part = points_part(Panel("m", np.arange(50) * 3, points.astype(np.float32), "x", "y"))
    places = unpacked(part["places"], "<u2").reshape(-1, 2) / 65535
    low, high = points.min(axis=0), points.max(axis=0)
    np.testing.assert_allclose(places, (points - low) / (high - low), atol=1e-4)
    assert unpacked(part["rows"], "<u4").tolist() == [3 * row for row in range(50)]
    flat = points_part(Panel("m", np.arange(2), np.array([[1, 5], [2, 5]], dtype=np.float32), "x", "y"))
    assert (unpacked(flat["places"], "<u2").reshape(-1, 2)[:, 1] / 65535).round(3).tolist() == [0.5, 0.5]


def test_classes_are_numbers_and_names() -> None:
    """Every sample has the place of its class; several labels count as the first."""
    three = samples(np.arange(6) % 3, ["a", "b", "c"], "classification")
    part = classes_part(three)
    assert unpacked(part["codes"], "<u2").tolist() == [0, 1, 2, 0, 1, 2]
    assert part["names"] == ["a", "b", "c"]
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in part["colours"])
    several = samples(np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]), ["a", "b"], "multilabel")
    part = classes_part(several)
    assert unpacked(part["codes"], "<u2").tolist() == [1, 0, 2]
    assert part["names"] == ["a", "b", "no label"]


def test_numbers_have_a_scale_with_two_ends() -> None:
    """From the smallest to the largest in 256 steps; where all are the same, the lowest."""
    part = numbers_part(samples(np.array([2.0, 3.0, 4.0]), ["price"], "regression"))
    assert (part["title"], part["ends"]) == ("price", ["2", "4"])
    assert unpacked(part["shares"], "u1").tolist() == [0, 128, 255]
    same = numbers_part(samples(np.array([2.0, 2.0]), ["price"], "regression"))
    assert unpacked(same["shares"], "u1").tolist() == [0, 0]


def test_shapes_stand_where_their_classes_are() -> None:
    """Each name lies in its own cluster; lines belong to a class, to all, or are not there."""
    two = samples(np.arange(80) % 2, ["a", "b"], "classification")
    points = RNG.normal(size=(80, 2)) + np.array([[0, 0], [30, 30]])[np.arange(80) % 2]
    panel = Panel("m", np.arange(80), points.astype(np.float32), "x", "y")
    shapes = shapes_part(panel, two, "classes")
    (first, *low), (second, *high) = shapes["names"]
    assert (first, second) == (0, 1)
    assert max(low) < 0.4
    assert min(high) > 0.6
    for line in shapes["lines"]:
        middle = np.mean(np.reshape(line["places"], (-1, 2)))
        assert (middle > 0.5) == (line["code"] == 1)
    assert {line["code"] for line in shapes_part(panel, two, "all")["lines"]} == {-1}
    assert shapes_part(panel, two, "none")["lines"] == []


def test_a_tone_is_a_line_at_its_height() -> None:
    """A quarter of the highest frequency is bright a quarter up; a short silence is no fault."""
    rate = 8000
    times = np.arange(rate) / rate
    tone = spectrogram(
        Waveform(np.sin(2 * np.pi * 1000 * times).astype(np.float32), rate), width=60, height=80
    )
    brightness = np.asarray(tone, dtype=float).sum(axis=(1, 2))
    assert tone.size == (60, 80)
    assert abs((79 - int(brightness.argmax())) / 80 - 0.25) < 0.03
    silence = spectrogram(Waveform(np.zeros(3, dtype=np.float32), rate), width=10, height=10)
    assert len({tuple(pixel) for pixel in np.asarray(silence).reshape(-1, 3).tolist()}) == 1
