"""The pictures of the first page, drawn from the demos' own samples and from the run that comes along.

Each is an SVG of a few kilobytes with a ground of its own, so that it is legible wherever it is shown, and
with the colours of the dashboard in light and in dark.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data import load_samples
from ptmrank_core.records import ProbeResult, RunResult, Samples
from ptmrank_core.results import rank_result

WIDTH, HEIGHT = 380, 108
STYLE = (
    "text{font-family:ui-monospace,Menlo,Consolas,monospace;fill:#1F2933}"
    ".ground{fill:#F3F1EC}.ink{fill:#1F2933}text.soft{fill:#4A5560}.mark{fill:#2F5D8A}.line{stroke:#2F5D8A}"
    "@media(prefers-color-scheme:dark){text{fill:#E6E8EA}"
    ".ground{fill:#1D232A}.ink{fill:#E6E8EA}text.soft{fill:#B7BEC6}.mark{fill:#8FB8E2}.line{stroke:#8FB8E2}}"
)
PIXEL, DIGITS, LEVELS = 9, (3, 8, 0, 5), 5
N_BARS, BAR = 72, 3.2
LETTERS, LINES = 44, 4
SHOWN, ROW, PLACES = 5, 25, (190, 318)
SOFT = ' class="soft"'


def draw_all(result: RunResult, folder: Path) -> None:
    """Write every picture.

    Parameters
    ----------
    result
        The run that comes along.
    folder
        Where they are written.
    """
    folder.mkdir(exist_ok=True)
    (folder / "finished.svg").write_text(draw_ranking(result), encoding="utf-8")
    for source, draw in DRAWN.items():
        path = folder / f"{source.removeprefix('demo:')}.svg"
        path.write_text(draw(load_samples(source)), encoding="utf-8")


def _picture(parts: Sequence[str], height: int = HEIGHT) -> str:
    """Write an SVG with the ground that all of them have."""
    ground = f'<rect class="ground" width="{WIDTH}" height="{height}" rx="4"/>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"><style>{STYLE}</style>'
    return "\n".join([head, ground, *parts, "</svg>", ""])


def draw_digits(samples: Samples) -> str:
    """Draw one picture of some classes, pixel by pixel."""
    side = 8 * PIXEL
    gap = (WIDTH - len(DIGITS) * side) / (len(DIGITS) + 1)
    parts = []
    for place, digit in enumerate(DIGITS):
        pixels = np.asarray(
            samples.items[int(np.flatnonzero(samples.labels == digit)[0])].decode().convert("L")
        )
        x, y = gap + place * (side + gap), (HEIGHT - side) / 2
        parts.append(f'<g transform="translate({x:g} {y:g})">{_pixels(pixels)}</g>')
    return _picture(parts)


def _pixels(pixels: NDArray[np.uint8]) -> str:
    """Draw the pixels of one picture, those of a shade together."""
    shades = np.ceil(pixels / 255 * LEVELS).astype(int)
    paths = []
    for shade in range(1, LEVELS + 1):
        places = np.argwhere(shades == shade)
        drawn = "".join(f"M{x * PIXEL} {y * PIXEL}h{PIXEL}v{PIXEL}h-{PIXEL}z" for y, x in places.tolist())
        if drawn:
            paths.append(f'<path class="ink" opacity="{shade / LEVELS:g}" d="{drawn}"/>')
    return "".join(paths)


def draw_waveform(samples: Samples) -> str:
    """Draw the loudness of one recording over time."""
    heard = np.abs(samples.items[0].decode().samples)
    loud = np.array([part.max() for part in np.array_split(heard, N_BARS)])
    lengths = np.maximum(2, loud / loud.max() * (HEIGHT - 32))
    step = (WIDTH - 32) / N_BARS
    bars = "".join(
        f'<rect x="{16 + place * step:.1f}" y="{(HEIGHT - length) / 2:.1f}" width="{BAR}" '
        f'height="{length:.1f}" rx="1.5"/>'
        for place, length in enumerate(lengths)
    )
    return _picture([f'<g class="mark">{bars}</g>'])


def draw_words(samples: Samples) -> str:
    """Write the beginning of one text, as a page has it."""
    lines = _wrap(" ".join(str(samples.items[0].decode()).split()))
    return _picture([_words(16, 27 + 22 * number, line, 13) for number, line in enumerate(lines)])


def _words(x: float, y: float, words: str, size: int, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}"{more}>{escape(words)}</text>'


def _wrap(text: str) -> list[str]:
    """Break a text into the lines that fit."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LETTERS:
            lines[-1] = longer
        else:
            lines.append(word[:LETTERS])
    return lines[:LINES]


def draw_ranking(result: RunResult) -> str:
    """Draw the first places of a ranking: names, the places that each may have, and what a probe reaches."""
    ranking = rank_result(result)
    probes = {name: own.value for name, own in result.contents(ProbeResult).items() if own.value is not None}
    shown, n_models = ranking.order[:SHOWN], len(ranking.order)
    left, right = PLACES
    spans = ranking.intervals.intervals if ranking.intervals else {}
    parts = [
        _words(34, 21, "model", 12, SOFT),
        _words(left - 6, 21, "places", 12, SOFT),
        _words(WIDTH - 14, 21, "probe", 12, f'{SOFT} text-anchor="end"'),
    ]
    for place, model in enumerate(shown, start=1):
        y = 19 + place * ROW
        low, high = (
            left + (own - 1) * (right - left) / (n_models - 1) for own in spans.get(model, (place, place))
        )
        at = left + (place - 1) * (right - left) / (n_models - 1)
        parts += [
            _words(14, y + 5, str(place), 14, ' font-weight="600"'),
            _words(34, y + 5, model.removeprefix("demo:"), 14),
            f'<path class="line" stroke-width="3" stroke-linecap="round" d="M{low:.1f} {y}H{high:.1f}"/>',
            f'<circle class="mark" cx="{at:.1f}" cy="{y}" r="6"/>',
        ]
        if model in probes:
            parts.append(_words(WIDTH - 14, y + 5, f"{probes[model]:.0%}", 14, ' text-anchor="end"'))
    return _picture(parts, height=SHOWN * ROW + 38)


DRAWN: dict[str, Callable[[Samples], str]] = {
    "demo:digits": draw_digits,
    "demo:docstrings": draw_words,
    "demo:spoken-digits": draw_waveform,
}
