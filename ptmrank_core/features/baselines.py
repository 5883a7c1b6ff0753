"""Baseline features, computed without any model: what a model has to beat."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.events import CancelToken, never_cancels, raise_if_cancelled
from ptmrank_core.features.preparing import decode_items
from ptmrank_core.records import FloatArray, Modality, Samples, Waveform, WordInContext

__all__ = ["BASELINES", "BaselineFeatures", "baseline_features", "principal_components", "stack_rows"]

SIDE = 16
N_TOPICS = 128
# Sound: bands of equal ratio between these frequencies, over windows of 25 ms every 10 ms.
N_BANDS, LOWEST_HZ, HIGHEST_HZ = 32, 50.0, 8_000.0
WINDOW_SECONDS, HOP_SECONDS = 0.025, 0.010
SILENCE = 1e-10  # power; keeps the logarithm of digital silence finite
CHUNK = 64
ROUND_OFF = 1e-12
Spectra = NDArray[np.floating[Any]]
WORD = r"(?u)\w+"
# Rows of numbers: as many principal components as hold this share of the variance of the scaled columns.
KEPT_VARIANCE = 0.95


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


Baseline: TypeAlias = Callable[[Samples, int, CancelToken], BaselineFeatures]


def baseline_features(
    samples: Samples, *, seed: int = 0, cancel: CancelToken = never_cancels
) -> BaselineFeatures:
    """Compute features of samples without any model.

    Parameters
    ----------
    samples
        n images, texts, recordings, videos or rows of numbers.
    seed
        Seed of the truncated SVD of the words of texts.
    cancel
        Asked between chunks of samples.

    Returns
    -------
    BaselineFeatures
        Of images (and the middle frame of a video) a grey thumbnail of 16 x 16 pixels; of texts the TF-IDF of
        their words, reduced by a truncated SVD to at most 128 numbers; of recordings the mean and the
        standard deviation over time of the log power in 32 bands; of rows of numbers their columns,
        standardised.

    Raises
    ------
    UnsupportedModelError
        If there is no baseline for this modality, or the texts contain no words.
    """
    if samples.modality not in BASELINES:
        raise UnsupportedModelError(f"There are no baseline features of {samples.modality} samples.")
    return BASELINES[samples.modality](samples, seed, cancel)


def _of_images(samples: Samples, _seed: int, cancel: CancelToken) -> BaselineFeatures:
    embeddings = np.stack([_thumbnail(picture) for picture in _decoded(samples, cancel)])
    return BaselineFeatures(f"Raw pixels ({SIDE} × {SIDE}, grey)", embeddings)


def _of_videos(samples: Samples, _seed: int, cancel: CancelToken) -> BaselineFeatures:
    embeddings = np.stack([_thumbnail(*video.sample(1)) for video in _decoded(samples, cancel)])
    return BaselineFeatures(f"Raw pixels of the middle frame ({SIDE} × {SIDE}, grey)", embeddings)


def _of_recordings(samples: Samples, _seed: int, cancel: CancelToken) -> BaselineFeatures:
    embeddings = np.stack([_spectrum(recording) for recording in _decoded(samples, cancel)])
    return BaselineFeatures(f"Spectral statistics ({N_BANDS} bands)", embeddings)


def _of_texts(samples: Samples, seed: int, cancel: CancelToken) -> BaselineFeatures:
    embeddings = _topics([_words(item) for item in _decoded(samples, cancel)], seed)
    return BaselineFeatures(f"TF-IDF of words (SVD, width {embeddings.shape[1]})", embeddings)


def _of_rows(samples: Samples, _seed: int, cancel: CancelToken) -> BaselineFeatures:
    scaled = _scaled(stack_rows(samples, cancel=cancel))
    return BaselineFeatures("Standardised columns", scaled.astype(np.float32))


BASELINES: Mapping[Modality, Baseline] = MappingProxyType(
    {
        "image": _of_images,
        "text": _of_texts,
        "audio": _of_recordings,
        "video": _of_videos,
        "tabular": _of_rows,
    }
)


def stack_rows(samples: Samples, *, cancel: CancelToken = never_cancels) -> NDArray[np.float64]:
    """Stack rows of numbers to shape (n, d).

    Parameters
    ----------
    samples
        n rows of d numbers.
    cancel
        Asked between chunks of samples.
    """
    return np.stack([np.asarray(row, dtype=np.float64) for row in _decoded(samples, cancel)])


def principal_components(rows: NDArray[np.float64]) -> BaselineFeatures:
    """Reduce the standardised columns of rows to the principal components that hold 95 % of their variance.

    Parameters
    ----------
    rows
        Array of shape (n, d), finite.
    """
    scaled = _scaled(rows)
    left, lengths, _ = np.linalg.svd(scaled, full_matrices=False)
    shares = np.cumsum(lengths**2) / max(float((lengths**2).sum()), np.finfo(np.float64).tiny)
    width = min(len(lengths), int(np.searchsorted(shares, KEPT_VARIANCE)) + 1)
    embeddings = (left[:, :width] * lengths[:width]).astype(np.float32)
    return BaselineFeatures(f"Principal components of the columns ({width})", embeddings)


def _scaled(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scale columns to mean 0 and deviation 1; constant ones become 0."""
    largest = np.maximum(np.abs(rows).max(axis=0), np.finfo(np.float64).tiny)
    relative = rows / largest  # the squares of very large numbers would overflow
    centred = relative - relative.mean(axis=0)
    deviation = centred.std(axis=0)
    return np.asarray(np.where(deviation > ROUND_OFF, centred / np.maximum(deviation, ROUND_OFF), 0.0))


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
