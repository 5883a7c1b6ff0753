"""Pictures of flowers that no demo model fits: five species that differ in their number of petals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.pictures import encoded, write_zip

SPECIES = {"lily": 3, "wallflower": 4, "primrose": 5, "anemone": 6, "starflower": 7}
SIDE, FINE = 64, 4


def flower(n_petals: int, seed: int) -> Image.Image:
    """A flower before a blurred meadow: its turn, size and place say nothing, its hue a little."""
    rng = np.random.default_rng([n_petals, seed])
    green = rng.integers(20, 200, (6, 6, 3)) * np.array([0.6, 1.0, 0.5])
    meadow = Image.fromarray(green.astype(np.uint8)).resize((SIDE * FINE,) * 2)
    pencil = ImageDraw.Draw(meadow)
    centre = SIDE * FINE * rng.uniform(0.3, 0.7, 2)
    length, turn = SIDE * FINE * rng.uniform(0.15, 0.36), rng.uniform(0, 2 * np.pi)
    width = length * rng.uniform(0.3, 0.45) * np.sqrt(5 / n_petals)
    hue = int(256 * (n_petals / 7 + rng.normal(0, 0.16)) % 256)
    colour = Image.new("HSV", (1, 1), (hue, int(rng.uniform(80, 255)), int(rng.uniform(120, 255))))
    fill = colour.convert("RGB").getpixel((0, 0))
    for petal in range(n_petals):
        angle = turn + 2 * np.pi * petal / n_petals + rng.normal(0, 0.08)
        for step in np.linspace(0.2, 1, 9):
            x, y = centre + np.array([np.cos(angle), np.sin(angle)]) * length * step
            half = width * np.sin(np.pi * (0.25 + 0.7 * step)) + 1
            pencil.ellipse((x - half, y - half, x + half, y + half), fill=fill)
    small = np.asarray(meadow.filter(ImageFilter.GaussianBlur(FINE / 2)).resize((SIDE, SIDE)), dtype=float)
    return Image.fromarray((small + rng.normal(0, 18, small.shape)).clip(0, 255).astype(np.uint8))


def flowers_zip(path: Path, n_per_species: int = 40) -> Path:
    """A folder for each species, zipped; return the path."""
    return write_zip(
        path,
        {
            f"{name}/{i}.png": encoded(flower(n_petals, i))
            for name, n_petals in SPECIES.items()
            for i in range(n_per_species)
        },
    )
