"""The source tasks of the demo zoo: labelled pictures, generated from a seed."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from dataclasses import dataclass
from string import ascii_uppercase, digits

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from assets.demo.scripts.typefaces import glyph, usable_typefaces

SIDE = 32
OVERSAMPLING = 4
ANGLE_STEP = 15
HUES = {
    "red": 0,
    "orange": 30,
    "yellow": 55,
    "green": 115,
    "cyan": 180,
    "blue": 225,
    "violet": 270,
    "magenta": 315,
}
REGULAR_POLYGONS = {"triangle": 3, "square": 4, "pentagon": 5}

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Pictures:
    """Labelled pictures of one source task.

    Attributes
    ----------
    pixels : array of shape (n_pictures, height, width) or (n_pictures, height, width, 3)
        Grey or RGB values, 0 to 255.
    labels : array of shape (n_pictures,)
        Class number of each picture.
    """

    pixels: Pixels
    labels: NDArray[np.int64]

    def images(self) -> list[Image.Image]:
        """Return the pictures as images, in order."""
        return [Image.fromarray(pixels) for pixels in self.pixels]


@dataclass(frozen=True)
class SourceTask:
    """What a model of the zoo was trained to tell apart.

    Attributes
    ----------
    class_names : tuple of str
        Names of the classes, by class number.
    description : str
        What the pictures show, for the model card.
    draw : callable
        ``draw(class_name, rng)`` returns the pixels of one picture.
    shuffled : bool
        Whether the labels are dealt out again at random, so that nothing can be learned.
    """

    class_names: tuple[str, ...]
    description: str
    draw: Callable[[str, np.random.Generator], Pixels]
    shuffled: bool = False


def make_pictures(task: SourceTask, n_pictures: int, *, seed: int, held_out: bool) -> Pictures:
    """Generate labelled pictures of a source task.

    Parameters
    ----------
    task : SourceTask
        The source task.
    n_pictures : int
        How many pictures; the classes differ by at most one picture.
    seed : int
        Seed of the pictures.
    held_out : bool
        Whether to draw the stream for testing instead of the one for training.

    Returns
    -------
    Pictures
        The pictures, in random order.
    """
    rng = np.random.default_rng((seed, int(held_out)))
    labels = rng.permutation(np.arange(n_pictures) % len(task.class_names))
    pixels = np.stack([task.draw(task.class_names[label], rng) for label in labels])
    if task.shuffled:
        labels = rng.permutation(labels)
    return Pictures(pixels=pixels, labels=labels)


def _draw_digit(name: str, rng: np.random.Generator) -> Pixels:
    return _draw_character(name, digits, rng)


def _draw_letter(name: str, rng: np.random.Generator) -> Pixels:
    return _draw_character(name, ascii_uppercase, rng)


def _draw_character(character: str, alphabet: str, rng: np.random.Generator) -> Pixels:
    """Draw a character as the target's digits were scanned: the ink in 8 x 8 blocks of 4 x 4."""
    typefaces = usable_typefaces(alphabet)
    mask = glyph(typefaces[rng.integers(len(typefaces))], character)
    placed = np.asarray(_placed(mask, rng))
    ink = placed > rng.uniform(48, 160)
    blocks = ink.reshape(SIDE // 4, 4, SIDE // 4, 4).mean(axis=(1, 3))
    return _as_bytes(blocks)


def _placed(mask: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Scale, slant and turn a glyph at random about the middle of a square picture."""
    height = rng.uniform(26, SIDE)
    width = min(height * mask.width / mask.height * rng.uniform(0.8, 1.3), SIDE)
    angle = np.deg2rad(rng.uniform(-12, 12))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    slant = np.array([[1, rng.uniform(-0.3, 0.3)], [0, 1]])
    forward = turn @ slant @ np.diag([width / mask.width, height / mask.height])
    back = np.linalg.inv(forward)
    centre = np.array([mask.width / 2, mask.height / 2])
    offset = centre - back @ (SIDE / 2 + rng.uniform(-1.5, 1.5, size=2))
    affine = (*back[0], offset[0], *back[1], offset[1])
    return mask.transform((SIDE, SIDE), Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)


def _draw_shape(name: str, rng: np.random.Generator) -> Pixels:
    """Draw one light shape of random size, place and turn on a dark, noisy ground."""
    canvas = Image.new("L", (SIDE * OVERSAMPLING, SIDE * OVERSAMPLING))
    pen = ImageDraw.Draw(canvas)
    radius = rng.uniform(8, 14) * OVERSAMPLING
    centre = SIDE * OVERSAMPLING / 2 + rng.uniform(-2, 2, size=2) * OVERSAMPLING
    turn = rng.uniform(0, 2 * np.pi)
    box = [*(centre - radius), *(centre + radius)]
    if name == "disc":
        pen.ellipse(box, fill=255)
    elif name == "ring":
        pen.ellipse(box, outline=255, width=int(radius * rng.uniform(0.2, 0.4)))
    elif name == "half disc":
        pen.pieslice(box, np.rad2deg(turn), np.rad2deg(turn) + 180, fill=255)
    else:
        outline = centre + radius * _turned(_outline(name), turn)
        pen.polygon([(x, y) for x, y in outline], fill=255)
    shape = np.asarray(canvas.reduce(OVERSAMPLING), dtype=np.float64) / 255
    return _with_noise(shape * rng.uniform(0.6, 1), 0.04, rng)


def _outline(name: str) -> NDArray[np.float64]:
    """Return the corners of a shape that fits the unit circle."""
    if name in REGULAR_POLYGONS:
        return _on_circle(REGULAR_POLYGONS[name])
    if name == "star":
        spokes: NDArray[np.float64] = np.tile([1.0, 0.4], 5)
        return _on_circle(10) * spokes[:, None]
    if name == "bar":
        return np.array([[-1, -0.25], [1, -0.25], [1, 0.25], [-1, 0.25]])
    arm, inner = 0.95, 0.3
    corner = np.array([[inner, inner], [inner, arm], [-inner, arm]])
    return np.concatenate([_turned(corner, quarter * np.pi / 2) for quarter in range(4)])


def _on_circle(n_points: int) -> NDArray[np.float64]:
    angles = np.arange(n_points) * 2 * np.pi / n_points
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _turned(points: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray(points @ turn, dtype=np.float64)


def _draw_grating(name: str, rng: np.random.Generator) -> Pixels:
    """Draw a sine grating of one orientation, with random frequency, phase and contrast."""
    angle = np.deg2rad(int(name.removesuffix(" degrees")) + rng.uniform(-4, 4))
    rows, columns = np.mgrid[:SIDE, :SIDE] / SIDE
    along = columns * np.cos(angle) + rows * np.sin(angle)
    wave = np.sin(2 * np.pi * (rng.uniform(2, 7) * along + rng.uniform()))
    return _with_noise(0.5 + rng.uniform(0.2, 0.5) * wave, 0.08, rng)


def _draw_colour(name: str, rng: np.random.Generator) -> Pixels:
    """Draw a cloud in one hue, with random saturation and random light and shade."""
    hue = (HUES[name] + rng.uniform(-8, 8)) % 360 / 360
    colour = np.array(colorsys.hsv_to_rgb(hue, rng.uniform(0.35, 1), rng.uniform(0.6, 1)))
    coarse = Image.fromarray(rng.integers(60, 256, size=(5, 5), dtype=np.uint8))
    light = np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC)) / 255
    return _with_noise(light[:, :, None] * colour, 0.04, rng)


def _with_noise(values: NDArray[np.float64], scale: float, rng: np.random.Generator) -> Pixels:
    """Add pixel noise to values in 0..1 and turn them into bytes."""
    return _as_bytes(np.clip(values + rng.normal(scale=scale, size=values.shape), 0, 1))


def _as_bytes(values: NDArray[np.float64]) -> Pixels:
    """Turn values in 0..1 into bytes, halves upwards."""
    return np.floor(values * 255 + 0.5).astype(np.uint8)


SOURCE_TASKS: dict[str, SourceTask] = {
    "digits": SourceTask(
        tuple(digits), "the digits 0 to 9 in many typefaces, as 8 x 8 grey pictures", _draw_digit
    ),
    "letters": SourceTask(
        tuple(ascii_uppercase),
        "the capital letters A to Z in many typefaces, as 8 x 8 grey pictures",
        _draw_letter,
    ),
    "shapes": SourceTask(
        ("disc", "ring", "half disc", *REGULAR_POLYGONS, "star", "bar", "cross"),
        "geometric shapes of random size and turn, as 32 x 32 grey pictures",
        _draw_shape,
    ),
    "gratings": SourceTask(
        tuple(f"{angle} degrees" for angle in range(0, 180, ANGLE_STEP)),
        "sine gratings of twelve orientations, as 32 x 32 grey pictures",
        _draw_grating,
    ),
    "colours": SourceTask(
        tuple(HUES),
        "clouds in eight hues, as 32 x 32 colour pictures",
        _draw_colour,
    ),
    "shuffled": SourceTask(
        tuple(digits),
        "the pictures of the digits task with their labels shuffled, so that nothing but the "
        "pictures themselves can be learned by heart",
        _draw_digit,
        shuffled=True,
    ),
}
