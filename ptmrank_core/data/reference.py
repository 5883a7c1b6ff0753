"""A general reference set: pictures of anything, against which a metric (PED) sees what is special in a task.

The built-in set is generated, not downloaded: "dead leaves", discs of random size, place and shade that
cover one another, whose statistics are near those of natural pictures (Lee, Mumford, Huang: Occlusion
Models for Natural Images, IJCV 2001, doi:10.1023/A:1011109015675).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.images import ImageItem
from ptmrank_core.data.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.loading import read_pictures
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import BUILT_IN_REFERENCE, BytesBlob, LeftOut, Samples

__all__ = ["load_reference"]

N_PICTURES = 128
SIDE = 64
SEED = 2001
SMALLEST_RADIUS, LARGEST_RADIUS = 4.0, 32.0
# A point lies under 7.8 leaves on average, so the ground shows at 4 points in 10,000.
N_LEAVES = 600
LABEL = "reference"


def load_reference(source: str, *, limits: Limits = DEFAULT_LIMITS) -> Samples:
    """Load a reference set.

    Parameters
    ----------
    source
        ``"builtin:dead-leaves"``, or a zip or folder of pictures; where they lie in it means nothing.
    limits
        Bounds on what the source may hold.

    Returns
    -------
    Samples
        Of a single class, at least two pictures, copies left out.

    Raises
    ------
    ArchiveError, SamplesError
        If the source cannot be read or holds fewer than two pictures.
    """
    if source == BUILT_IN_REFERENCE:
        items = [ImageItem(BytesBlob(data), hashlib.sha256(data).hexdigest()) for data in _dead_leaves()]
        return _samples(source, [(f"leaves-{i:03d}.ppm", item) for i, item in enumerate(items)], ())
    source = str(Path(source).expanduser().absolute())
    pictures, left_out = read_pictures(source, limits)
    unique = {picture.digest: picture for picture in reversed(pictures)}
    kept = [picture for picture in pictures if unique[picture.digest] is picture]
    if len(kept) < 2:
        raise SamplesError(
            f"The reference set {source!r} has {len(kept)} pictures that can be read; expected at least 2.",
            hint="Use a zip or a folder of pictures of anything.",
        )
    named = [(picture.name, picture.item) for picture in kept]
    return _samples(source, named, left_out)


def _samples(source: str, named: Sequence[tuple[str, ImageItem]], left_out: Sequence[LeftOut]) -> Samples:
    """Make the record: one class, which means nothing."""
    return Samples(
        modality="image",
        names=tuple(name for name, _ in named),
        items=tuple(item for _, item in named),
        labels=np.zeros(len(named), dtype=np.int64),
        class_names=(LABEL,),
        digests=tuple(item.digest for _, item in named),
        skipped=tuple(left_out),
        source=source,
    )


@lru_cache(maxsize=1)
def _dead_leaves() -> tuple[bytes, ...]:
    """Picture bytes (binary PPM, 64x64) of the built-in set."""
    rng = np.random.default_rng(SEED)
    return tuple(b"P6\n%d %d\n255\n" % (SIDE, SIDE) + _picture(rng).tobytes() for _ in range(N_PICTURES))


def _picture(rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one picture of shape (64, 64, 3): the leaf that fell last lies on top."""
    # The density of radii falls with their third power, which makes the picture look alike at any scale.
    low, high = SMALLEST_RADIUS**-2, LARGEST_RADIUS**-2
    radii = (low + rng.random(N_LEAVES) * (high - low)) ** -0.5
    centres = rng.uniform(-LARGEST_RADIUS, SIDE + LARGEST_RADIUS, (N_LEAVES, 2))
    shades = rng.integers(0, 256, (N_LEAVES, 3), dtype=np.uint8)
    corners = [
        np.clip(centres + offset, 0, SIDE).astype(int) for offset in (-radii[:, None], radii[:, None] + 1)
    ]
    pixels = np.full((SIDE, SIDE, 3), 128, dtype=np.uint8)
    axis = np.arange(SIDE)
    for i in np.flatnonzero((corners[0] < corners[1]).all(axis=1)):
        # Only the leaf's own square is looked at: most leaves are small, and some lie outside.
        (top, left), (bottom, right) = corners[0][i], corners[1][i]
        down, across = axis[top:bottom] - centres[i, 0], axis[left:right] - centres[i, 1]
        pixels[top:bottom, left:right][down[:, None] ** 2 + across**2 < radii[i] ** 2] = shades[i]
    return pixels
