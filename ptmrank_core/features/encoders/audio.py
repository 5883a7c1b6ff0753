"""Audio models of transformers."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.signal import resample_poly
from transformers import AutoFeatureExtractor, AutoModel, AutoModelForAudioClassification

from ptmrank_core.errors import UnsupportedModelError
from ptmrank_core.features.encoders.base import TransformerEncoder
from ptmrank_core.features.encoders.checkpoint import ODD_CONFIG
from ptmrank_core.features.encoders.own_code import refuse_own_code
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.records import ExtractionOptions, ModelSpec, Waveform
from ptmrank_core.records.names import reason_of

__all__ = ["AudioEncoder", "AudioPreparer", "cut_windows", "padding_mixes"]

# Models of waveforms take any length; attention over more than this costs more than it gains.
WINDOW_SECONDS = 30
MOST_RATE = 768_000
# Shorter recordings are padded with silence: a feature encoder needs several frames to produce one.
SHORTEST_SECONDS = 0.1
SPECTROGRAM_FRAMES_PER_SECOND = 100
# Settings with which padding changes the frames of sound despite the mask: a group norm over time includes
# the padding in its statistics, the convolutions of an adapter read beyond the last frame, and a batch norm
# before HuBERT's positions turns silence into other values.
MIXING = (("feat_extract_norm", "group"), ("add_adapter", True), ("conv_pos_batch_norm", True))


def cut_windows(samples: NDArray[np.float32], size: int) -> list[NDArray[np.float32]]:
    """Cut a recording into the fewest windows of one size that cover it.

    Windows start at equal distances; the first starts and the last ends with the recording, so that nothing
    is left out or padded.

    Parameters
    ----------
    samples
        Of shape (n_frames,).
    size
        Frames in a window.

    Returns
    -------
    list of ndarray
        The recording itself if it fits into one window.
    """
    n_windows = math.ceil(len(samples) / size)
    if n_windows <= 1:
        return [samples]
    starts = np.linspace(0, len(samples) - size, n_windows).round().astype(int)
    return [samples[start : start + size] for start in starts]


def _rate(spec: ModelSpec, extractor: Any) -> int:
    """Return the sampling rate that a model reads.

    Raises
    ------
    UnsupportedModelError
        If its feature extractor has none, which is so for one of pictures.
    """
    rate = getattr(extractor, "sampling_rate", None)
    if not isinstance(rate, int) or not 1 <= rate <= MOST_RATE:
        raise UnsupportedModelError(
            f"The feature extractor of {spec.id!r} ({type(extractor).__name__}) has the sampling rate "
            f"{rate!r}; expected a number such as 16000.",
            hint="Copy config.json and the preprocessing from one and the same model.",
        )
    return rate


class AudioPreparer:
    """Applies the feature extractor of a model to each window of a recording.

    Parameters
    ----------
    spec
        A model whose files are on disk.
    first_window
        Whether only the first window of a recording is read, as by a plain call of transformers.

    Raises
    ------
    UnsupportedModelError
        If its feature extractor cannot be read.
    """

    def __init__(self, spec: ModelSpec, *, first_window: bool = False) -> None:
        try:
            self.extractor: Any = AutoFeatureExtractor.from_pretrained(
                spec.path, trust_remote_code=False, local_files_only=True
            )
        except (OSError, ImportError, *ODD_CONFIG) as error:
            refuse_own_code(spec, error, "feature extractor")
            # All extractors that there are would follow.
            reason = reason_of(error).partition(" Should have a ")[0].rstrip(".")
            raise UnsupportedModelError(
                f"The feature extractor of {spec.id!r} could not be read: {reason}.",
                hint="Expected preprocessor_config.json: feature_extractor.save_pretrained(folder).",
            ) from error
        self.rate = _rate(spec, self.extractor)
        own_size = _input_size(self.extractor)
        self.has_own_size = own_size is not None
        self._window = own_size or WINDOW_SECONDS * self.rate
        self._first_window = first_window

    @property
    def window_seconds(self) -> float:
        """Length of a window in seconds."""
        return self._window / self.rate

    def __call__(self, items: Sequence[Waveform]) -> list[Prepared]:
        """Prepare recordings."""
        return [self._prepare(item) for item in items]

    def _prepare(self, item: Waveform) -> Prepared:
        samples = self._resample(item)
        first = [samples[: self._first_size()]]
        windows = first if self._first_window else cut_windows(samples, self._window)
        rows = tuple(self._row(window) for window in windows)
        main = rows[0][self.extractor.model_input_names[0]]
        cut = "end" if self._first_window and len(samples) > self._window else ""
        return Prepared(rows, length=0 if self.has_own_size else len(main), cut=cut)

    def _first_size(self) -> int:
        """Frames of the first window; an extractor that cuts by itself is given more than it reads."""
        return self._window + self.rate if self.has_own_size else self._window

    def _resample(self, item: Waveform) -> NDArray[np.float32]:
        """Resample a recording to the model's rate and pad it to the shortest length."""
        samples = item.samples
        if item.rate != self.rate:
            common = math.gcd(item.rate, self.rate)
            samples = resample_poly(samples, self.rate // common, item.rate // common).astype(np.float32)
        lacking = math.ceil(SHORTEST_SECONDS * self.rate) - len(samples)
        return np.pad(samples, (0, lacking)) if lacking > 0 else samples

    def _row(self, window: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Run the feature extractor on a single window, so that it is not padded to another one."""
        extracted = self.extractor(
            window, sampling_rate=self.rate, return_attention_mask=True, return_tensors="np"
        )
        row = {name: np.ascontiguousarray(array[0]) for name, array in extracted.items()}
        if "is_longer" in row:
            # If no recording is longer, CLAP's extractor marks a random one of the batch as longer.
            row["is_longer"] = np.zeros_like(row["is_longer"])
        return row


def _input_size(extractor: Any) -> int | None:
    """Frames of sound in a model's input (Whisper, CLAP, AST); ``None`` if it takes any number."""
    for name in ("n_samples", "nb_max_samples"):
        if getattr(extractor, name, None):
            return int(getattr(extractor, name))
    n_frames = getattr(extractor, "max_length", None)
    if n_frames and getattr(extractor, "num_mel_bins", None):
        return int(n_frames * extractor.sampling_rate // SPECTROGRAM_FRAMES_PER_SECOND)
    return None


def padding_mixes(config: Any) -> bool:
    """Whether padding changes the frames of sound of a model despite the mask."""
    return any(getattr(config, name, None) == value for name, value in MIXING)


class AudioEncoder(TransformerEncoder):
    """An audio model on a device; of an encoder-decoder only the encoder."""

    encoder_only = True

    def __init__(self, spec: ModelSpec, options: ExtractionOptions) -> None:
        self.preparer = AudioPreparer(spec)
        super().__init__(spec, options, headless=AutoModel, with_head=AutoModelForAudioClassification)
        self.padding_invariant = self._family.padding_invariant and not padding_mixes(self._model.config)
        self._takes = frozenset(inspect.signature(self._model.forward).parameters)
        if not self.padding_invariant:
            self._takes -= {"attention_mask"}

    def run(self, inputs: Mapping[str, torch.Tensor]) -> tuple[Any, torch.Tensor | None]:
        """Call the model; of CLAP only the audio tower."""
        if self._family.call == "audio_features":
            return self._model.get_audio_features(**inputs), None
        with warnings.catch_warnings():
            # WavLM gives torch a float mask beside a boolean one; torch accepts both.
            warnings.filterwarnings("ignore", message="Support for mismatched key_padding_mask")
            return super().run({name: tensor for name, tensor in inputs.items() if name in self._takes})

    def mask(self, inputs: Mapping[str, torch.Tensor], output: Any) -> torch.Tensor | None:
        """Mask of the hidden states that come from sound."""
        sound = inputs.get("attention_mask")
        if sound is None or not self.padding_invariant:
            return None
        n_positions = output.last_hidden_state.shape[1]
        to_frames = getattr(self._model, "_get_feature_vector_attention_mask", None)
        if to_frames is not None:
            frames: torch.Tensor = to_frames(n_positions, sound)
            return frames
        # Whisper's second convolution halves the number of frames.
        return sound[:, :: sound.shape[1] // n_positions]
