"""The demo samples: handwritten digits, short documents, spoken digits.

``demo:docstrings`` and ``demo:spoken-digits`` are described in the modules that read them. ``demo:digits``,
scikit-learn's handwritten digits as the installed package holds them, is a fixed stratified subset of 600 of
the 1,797 digits: of each class the 60 whose picture bytes have the smallest SHA-256. The rule needs no random
numbers, so no library version can change the subset. The other 1,197 are never shown to a metric: the
recorded fine-tuning results are measured on them.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.config import ASSETS
from ptmrank_core.data.builtin.docstrings import demo_documents
from ptmrank_core.data.builtin.spoken_digits import SPOKEN_DIGITS, spoken_clips
from ptmrank_core.data.labels.multilabel import sort_classes
from ptmrank_core.data.media.audio import AudioItem, check_audio
from ptmrank_core.data.media.images import ImageItem
from ptmrank_core.data.media.text import TextItem, digest_text
from ptmrank_core.errors import SamplesError, UnknownNameError
from ptmrank_core.records import AS_RECOGNISED, BytesBlob, Modality, Reading, Samples

__all__ = [
    "DEMO_PREFIX",
    "DEMO_SAMPLES",
    "DemoSamples",
    "digit_picture",
    "digits_split",
    "load_demo_samples",
]

DEMO_PREFIX = "demo:"
DIGITS_PER_CLASS = 60


@lru_cache(maxsize=1)
def _digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Pixels (1797, 64) in 0..255 and labels (1797,) of scikit-learn's digits.

    The table is read from the package's folder: importing scikit-learn takes 1.5 s, the file 10 ms.
    """
    package = importlib.util.find_spec("sklearn")
    folder = Path((package.submodule_search_locations or [""])[0]) if package else Path()
    path = folder / "datasets" / "data" / "digits.csv.gz"
    if not path.is_file():
        raise SamplesError("scikit-learn's digits are not installed.", hint="Install requirements.txt.")
    table = np.loadtxt(io.BytesIO(gzip.decompress(path.read_bytes())), delimiter=",", dtype=np.int64)
    pixels = np.floor(table[:, :-1] * (255 / 16) + 0.5).astype(np.uint8)
    return pixels, table[:, -1]


def digit_picture(index: int) -> bytes:
    """Picture bytes (binary PGM, 8x8, 0..255) of one digit of ``load_digits``."""
    pixels: bytes = _digits()[0][index].tobytes()
    return b"P5\n8 8\n255\n" + pixels


@lru_cache(maxsize=1)
def digits_split() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split the digits into the demo subset and the rest.

    Returns
    -------
    demo, others
        Indices into ``load_digits``, ascending, of shape (600,) and (1197,).
    """
    labels = _digits()[1]
    digests = np.array([hashlib.sha256(digit_picture(i)).hexdigest() for i in range(len(labels))])
    chosen = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        chosen.append(members[np.argsort(digests[members])[:DIGITS_PER_CLASS]])
    demo = np.sort(np.concatenate(chosen))
    others = np.setdiff1d(np.arange(len(labels)), demo)
    return demo, others


def _load_digits(name: str) -> Samples:
    """Load 600 images in ten classes."""
    demo, _ = digits_split()
    pictures = [digit_picture(int(i)) for i in demo]
    digests = tuple(hashlib.sha256(picture).hexdigest() for picture in pictures)
    return Samples(
        modality="image",
        names=tuple(f"digit-{i:04d}.pgm" for i in demo),
        items=tuple(
            ImageItem(BytesBlob(picture), digest) for picture, digest in zip(pictures, digests, strict=True)
        ),
        labels=_digits()[1][demo],
        class_names=tuple(str(label) for label in range(10)),
        digests=digests,
        left_out=(),
        source=name,
    )


def _load_documents(name: str) -> Samples:
    """Load short texts on ten subjects; the group of a text is its module."""
    documents = demo_documents()
    classes = sort_classes(document.label for document in documents)
    return Samples(
        modality="text",
        names=tuple(document.name for document in documents),
        items=tuple(TextItem(document.text) for document in documents),
        labels=np.array([classes.index(document.label) for document in documents], dtype=np.int64),
        class_names=classes,
        digests=tuple(digest_text(document.text) for document in documents),
        left_out=(),
        source=name,
        groups=tuple(document.group for document in documents),
    )


def _load_clips(name: str) -> Samples:
    """Load recordings of ten words; the group of a recording is its speaker."""
    clips = spoken_clips(ASSETS / "demo" / "spoken-digits" / "clips")
    digests = tuple(hashlib.sha256(clip.data).hexdigest() for clip in clips)
    return Samples(
        modality="audio",
        names=tuple(clip.name for clip in clips),
        items=tuple(
            AudioItem(BytesBlob(clip.data), digest, check_audio(clip.name, clip.data).n_frames)
            for clip, digest in zip(clips, digests, strict=True)
        ),
        labels=np.array([SPOKEN_DIGITS.index(clip.label) for clip in clips], dtype=np.int64),
        class_names=SPOKEN_DIGITS,
        digests=digests,
        left_out=(),
        source=name,
        groups=tuple(clip.group for clip in clips),
    )


@dataclass(frozen=True, slots=True)
class DemoSamples:
    """A description of demo samples, shown before they are loaded.

    Parameters
    ----------
    title
        A title of two or three words.
    modality
        What the items are.
    n_samples
        Number of samples.
    idea
        One sentence: what the samples and the classes are.
    load
        Loads them by name.
    """

    title: str
    modality: Modality
    n_samples: int
    idea: str
    load: Callable[[str], Samples]


DEMO_SAMPLES: dict[str, DemoSamples] = {
    "demo:digits": DemoSamples(
        "Handwritten digits",
        "image",
        600,
        "Pictures of 8 × 8 pixels from scikit-learn: which digit is it?",
        _load_digits,
    ),
    "demo:docstrings": DemoSamples(
        "Short documents",
        "text",
        600,
        "Openings of the documentation of the packages installed here: which of ten subjects is it about?",
        _load_documents,
    ),
    "demo:spoken-digits": DemoSamples(
        "Spoken digits",
        "audio",
        400,
        "Single words of ten synthesised voices: which digit is said?",
        _load_clips,
    ),
}


def load_demo_samples(name: str, reading: Reading = AS_RECOGNISED) -> Samples:
    """Load demo samples by name.

    Parameters
    ----------
    name
        One of ``DEMO_SAMPLES``.
    reading
        What the samples should be, which must be what they are.

    Returns
    -------
    Samples
        Labelled with classes.

    Raises
    ------
    UnknownNameError
        If there are no demo samples of this name.
    SamplesError
        If they have another modality or target kind.
    """
    if name not in DEMO_SAMPLES:
        raise UnknownNameError("demo samples", name, DEMO_SAMPLES)
    samples = DEMO_SAMPLES[name].load(name)
    wanted = (reading.modality or samples.modality, reading.target_kind or samples.target_kind)
    if wanted != (samples.modality, samples.target_kind):
        raise SamplesError(
            f"{name} is for {samples.modality} {samples.target_kind}; it cannot be read as "
            f"{' '.join(wanted)}.",
            hint="Choose other samples, or leave modality and target to be recognised.",
        )
    return samples
