"""Families that hear."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import Family

__all__ = ["SOUND_FAMILIES"]

SOUND_FAMILIES: Mapping[str, Family] = MappingProxyType({"wav2vec2": Family("mean")})
