"""Families that hear: the mean over the frames of a recording, silence that was added left out.

Whether padding leaves a vector as it is depends on the checkpoint as well: a feature encoder with a group
norm over time (``feat_extract_norm`` of its configuration) takes its statistics over the padding too, and an
adapter reads on beyond the last frame. The encoder looks at that when it loads.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import Family

__all__ = ["DEFAULT_SOUND_FAMILY", "SOUND_FAMILIES"]

_MEAN = Family("mean")
# Convolutions behind the feature encoder that do not ask the mask: padding leaks into the last frames.
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
        # Its encoder always hears 30 seconds; frames behind the recording's end are left out of the mean.
        "whisper": _MEAN,
    }
)
# Not in the table: one length to a batch, since nobody has tried whether padding moves its vectors.
DEFAULT_SOUND_FAMILY = Family("mean", padding_invariant=False)
