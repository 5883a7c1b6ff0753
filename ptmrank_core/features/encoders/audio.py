"""Models of transformers that hear."""

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
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.records import ExtractionOptions, ModelSpec, Waveform

__all__ = ["AudioEncoder", "AudioPreparer", "cut_windows"]

# Waveform models take any length; attention over more than this costs more than it tells.
WINDOW_SECONDS = 30
# Shorter recordings are followed by silence: a feature encoder needs a few frames to make one of its own.
SHORTEST_SECONDS = 0.1
SPECTROGRAM_FRAMES_PER_SECOND = 100
# What in a configuration lets padding into the frames of sound, mask or not: a group norm over time takes
# its statistics over the padding as well, the convolutions of an adapter read on beyond the last frame, and a
# batch norm before HuBERT's positions makes silence something else than nothing.
MIXING = (("feat_extract_norm", "group"), ("add_adapter", True), ("conv_pos_batch_norm", True))


def cut_windows(samples: NDArray[np.float32], size: int) -> list[NDArray[np.float32]]:
    """Cut a recording into as few windows of one size as cover it.

    The windows begin at even distances, the first at the beginning and the last so that it ends with the
    recording; so all are equally long, and nothing is left out or filled up.

    Parameters
    ----------
    samples
        Of shape (n_frames,).
    size
        Frames in a window.

    Returns
    -------
    list of ndarray
        The recording itself where it fits into one window.
    """
    n_windows = math.ceil(len(samples) / size)
    if n_windows <= 1:
        return [samples]
    starts = np.linspace(0, len(samples) - size, n_windows).round().astype(int)
    return [samples[start : start + size] for start in starts]


class AudioPreparer:
    """Turns recordings into what a model's feature extractor makes of each window of them.

    Parameters
    ----------
    spec
        A model whose files are on disk.

    Raises
    ------
    UnsupportedModelError
        If its feature extractor is not there.
    """

    def __init__(self, spec: ModelSpec) -> None:
        try:
            self._extractor: Any = AutoFeatureExtractor.from_pretrained(
                spec.path, trust_remote_code=False, local_files_only=True
            )
        except (OSError, ValueError, ImportError) as error:
            raise UnsupportedModelError(
                f"The feature extractor of {spec.id!r} could not be read: {error}",
                hint="Expected preprocessor_config.json: feature_extractor.save_pretrained(folder).",
            ) from error
        self.rate = int(self._extractor.sampling_rate)
        own_size = _input_size(self._extractor)
        self._has_own_size = own_size is not None
        self._window = own_size or WINDOW_SECONDS * self.rate

    def __call__(self, items: Sequence[Waveform]) -> list[Prepared]:
        """Prepare recordings."""
        return [self._prepare(item) for item in items]

    def _prepare(self, item: Waveform) -> Prepared:
        windows = cut_windows(self._resample(item), self._window)
        rows = tuple(self._row(window) for window in windows)
        main = rows[0][self._extractor.model_input_names[0]]
        return Prepared(rows, length=0 if self._has_own_size else len(main))

    def _resample(self, item: Waveform) -> NDArray[np.float32]:
        """Bring a recording to the model's rate and at least to the shortest length."""
        samples = item.samples
        if item.rate != self.rate:
            common = math.gcd(item.rate, self.rate)
            samples = resample_poly(samples, self.rate // common, item.rate // common).astype(np.float32)
        lacking = math.ceil(SHORTEST_SECONDS * self.rate) - len(samples)
        return np.pad(samples, (0, lacking)) if lacking > 0 else samples

    def _row(self, window: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
        """Run the feature extractor on one window, alone, so that nothing is padded to a neighbour."""
        extracted = self._extractor(
            window, sampling_rate=self.rate, return_attention_mask=True, return_tensors="np"
        )
        row = {name: np.ascontiguousarray(array[0]) for name, array in extracted.items()}
        if "is_longer" in row:
            # CLAP's extractor calls one recording of a batch longer, drawn at random, where none is.
            row["is_longer"] = np.zeros_like(row["is_longer"])
        return row


def _input_size(extractor: Any) -> int | None:
    """Frames of sound that a model's input holds (Whisper, CLAP, AST); ``None`` where it takes any number."""
    for name in ("n_samples", "nb_max_samples"):
        if getattr(extractor, name, None):
            return int(getattr(extractor, name))
    n_frames = getattr(extractor, "max_length", None)
    if n_frames and getattr(extractor, "num_mel_bins", None):
        return int(n_frames * extractor.sampling_rate // SPECTROGRAM_FRAMES_PER_SECOND)
    return None


class AudioEncoder(TransformerEncoder):
    """An audio model on a device; of an encoder-decoder the encoder alone."""

    encoder_only = True

    def __init__(self, spec: ModelSpec, options: ExtractionOptions) -> None:
        self.preparer = AudioPreparer(spec)
        super().__init__(spec, options, headless=AutoModel, with_head=AutoModelForAudioClassification)
        config = self._model.config
        mixes = any(getattr(config, name, None) == value for name, value in MIXING)
        self.padding_invariant = self._family.padding_invariant and not mixes
        self._takes = frozenset(inspect.signature(self._model.forward).parameters)
        if not self.padding_invariant:
            self._takes -= {"attention_mask"}

    def run(self, inputs: Mapping[str, torch.Tensor]) -> tuple[Any, torch.Tensor | None]:
        """Call the model; CLAP's half that hears."""
        if self._family.call == "audio_features":
            return self._model.get_audio_features(**inputs), None
        with warnings.catch_warnings():
            # WavLM hands torch a mask of numbers beside one of truth values; both are understood.
            warnings.filterwarnings("ignore", message="Support for mismatched key_padding_mask")
            return super().run({name: tensor for name, tensor in inputs.items() if name in self._takes})

    def mask(self, inputs: Mapping[str, torch.Tensor], output: Any) -> torch.Tensor | None:
        """Which frames of the hidden states were made of sound."""
        sound = inputs.get("attention_mask")
        if sound is None or not self.padding_invariant:
            return None
        n_positions = output.last_hidden_state.shape[1]
        to_frames = getattr(self._model, "_get_feature_vector_attention_mask", None)
        if to_frames is not None:
            frames: torch.Tensor = to_frames(n_positions, sound)
            return frames
        # Whisper's second convolution makes one frame of two.
        return sound[:, :: sound.shape[1] // n_positions]
