"""Families that read audio: the mean over the frames of a recording, without padded silence.

Whether padding changes a vector depends on the checkpoint as well: a feature encoder with a group norm over
time (``feat_extract_norm`` in its configuration) includes the padding in its statistics, and an adapter reads
beyond the last frame. The encoder checks that when it loads.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import Family

__all__ = ["DEFAULT_SOUND_FAMILY", "SOUND_FAMILIES"]

_MEAN = Family("mean")
# Convolutions after the feature encoder ignore the mask, so that padding leaks into the last frames.
_ONE_LENGTH = Family("mean", padding_invariant=False)

SOUND_FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        # Mean of its CLS and distillation tokens, as its authors' head reads it; its input has one length.
        "audio-spectrogram-transformer": Family("pooler"),
        # The sound's embedding in the space that it shares with texts, of length 1.
        "clap": Family("pooler", call="audio_features", unused=("text_model", "text_projection")),
        "data2vec-audio": _ONE_LENGTH,
        "hubert": _MEAN,
        "sew": _ONE_LENGTH,
        "sew-d": _ONE_LENGTH,
        "unispeech": _MEAN,
        "unispeech-sat": _MEAN,
        "wav2vec2": _MEAN,
        "wav2vec2-bert": _MEAN,
        "wav2vec2-conformer": _ONE_LENGTH,
        "wavlm": _MEAN,
        # Its encoder always reads 30 seconds; frames after the end of the recording are not averaged.
        "whisper": _MEAN,
    }
)
# Not in the table: batches of one length, because it was not tested whether padding changes a vector.
DEFAULT_SOUND_FAMILY = Family("mean", padding_invariant=False)
