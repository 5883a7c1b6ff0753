"""What can be read off samples without any model: the features that a model has to beat."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import CancelToken, never_cancels, raise_if_cancelled
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.records import FloatArray, Samples, Waveform, WordInContext

__all__ = ["BaselineFeatures", "baseline_features"]

SIDE = 16
N_TOPICS = 128
# Sound: bands of equal ratio between these frequencies, over windows of 25 ms every 10 ms.
N_BANDS, LOWEST_HZ, HIGHEST_HZ = 32, 50.0, 8_000.0
WINDOW_SECONDS, HOP_SECONDS = 0.025, 0.010
SILENCE = 1e-10  # power; keeps the logarithm of digital silence finite
CHUNK = 64
Spectra = NDArray[np.floating[Any]]
WORD = r"(?u)\w+"


@dataclass(frozen=True, eq=False, slots=True)
class BaselineFeatures:
    """Features that no model made.

    Parameters
    ----------
    title
        What they are, for people.
    embeddings
        float32 array of shape (n, d).
    """

    title: str
    embeddings: FloatArray


def baseline_features(
    samples: Samples, *, seed: int = 0, cancel: CancelToken = never_cancels
) -> BaselineFeatures:
    """Read plain features off samples.

    Parameters
    ----------
    samples
        n images, texts, recordings or videos.
    seed
        Seed of the reduction of a text's words.
    cancel
        Asked now and then.

    Returns
    -------
    BaselineFeatures
        Of images (and the middle frame of a video) a grey thumbnail of 16 x 16 pixels; of texts the TF-IDF of
        their words, reduced by a truncated SVD to at most 128 numbers; of recordings the mean and the
        standard deviation over time of the log power in 32 bands.

    Raises
    ------
    UnsupportedModelError
        If nothing plain is known for this modality, or the texts hold no words.
    """
    readers: dict[str, tuple[str, Callable[[Any], FloatArray]]] = {
        "image": (f"Raw pixels ({SIDE} × {SIDE}, grey)", _thumbnail),
        "video": (
            f"Raw pixels of the middle frame ({SIDE} × {SIDE}, grey)",
            lambda c: _thumbnail(*c.sample(1)),
        ),
        "audio": (f"Spectral statistics ({N_BANDS} bands)", _spectrum),
    }
    if samples.modality == "text":
        embeddings = _topics([_words(item) for item in _decoded(samples, cancel)], seed)
        return BaselineFeatures(f"TF-IDF of words (SVD, width {embeddings.shape[1]})", embeddings)
    if samples.modality not in readers:
        raise UnsupportedModelError(f"There are no plain features of {samples.modality} samples.")
    title, read = readers[samples.modality]
    return BaselineFeatures(title, np.stack([read(item) for item in _decoded(samples, cancel)]))


def _decoded(samples: Samples, cancel: CancelToken) -> Iterator[Any]:
    """Decode the samples one after the other: only a few are in memory at a time."""
    for start in range(0, samples.n_samples, CHUNK):
        raise_if_cancelled(cancel)
        chunk = slice(start, start + CHUNK)
        yield from decode_items(samples.items[chunk], samples.names[chunk])


def _thumbnail(picture: Any) -> FloatArray:
    """Grey values in 0..1 of a picture that is squeezed to a small square."""
    small = picture.convert("L").resize((SIDE, SIDE), 2)  # 2: bilinear, over the whole area when shrinking
    return np.asarray(small, dtype=np.float32).reshape(-1) / np.float32(255)


def _words(item: str | tuple[str, str] | WordInContext) -> str:
    """Take what is read of a text: of a pair both, of a word in its sentence the word and its neighbours."""
    if isinstance(item, str):
        return item
    if isinstance(item, tuple):
        return " ".join(item)
    around = item.words[max(0, item.index - 1) : item.index + 2]
    return " ".join(around)


def _topics(texts: list[str], seed: int) -> FloatArray:
    """TF-IDF of the texts' words, reduced by a truncated SVD."""
    from sklearn.decomposition import TruncatedSVD  # noqa: PLC0415 - takes a second
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    try:
        table = TfidfVectorizer(sublinear_tf=True, token_pattern=WORD).fit_transform(texts)
    except ValueError as error:
        raise UnsupportedModelError("These texts hold no words that could be counted.") from error
    width = min(N_TOPICS, table.shape[0] - 1, table.shape[1])
    if width == table.shape[1]:  # few words: there is nothing to reduce
        return np.asarray(table.toarray(), dtype=np.float32)
    reduced = TruncatedSVD(width, random_state=seed).fit_transform(table)
    return np.asarray(reduced, dtype=np.float32)


def _spectrum(sound: Waveform) -> FloatArray:
    """Mean and standard deviation over time of the log power in bands of equal ratio."""
    size, hop = (max(2, round(seconds * sound.rate)) for seconds in (WINDOW_SECONDS, HOP_SECONDS))
    padded = np.pad(sound.samples, (0, max(0, size - len(sound.samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2 / size
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, N_BANDS + 1)
    bands = _band_power(power, np.fft.rfftfreq(size, 1 / sound.rate), edges)
    levels = np.log(bands + SILENCE)
    return np.concatenate([levels.mean(axis=0), levels.std(axis=0)]).astype(np.float32)


def _band_power(power: Spectra, frequencies: Spectra, edges: Spectra) -> Spectra:
    """Mean power between edges; a band narrower than the resolution takes the nearest frequency.

    Bands beyond what the recording's rate can hold are silent.
    """
    columns: list[Spectra] = []
    for low, high in itertools.pairwise(edges.tolist()):
        inside = (frequencies >= low) & (frequencies < high)
        if low > frequencies[-1]:
            columns.append(np.zeros(len(power)))
        elif inside.any():
            columns.append(power[:, inside].mean(axis=1))
        else:
            columns.append(power[:, np.abs(frequencies - np.sqrt(low * high)).argmin()])
    return np.stack(columns, axis=1)
