"""Families that read text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import Family

__all__ = ["LANGUAGE_FAMILIES"]

# Poolers of BERT-like models are a dense layer that most checkpoints do not hold: it is never used.
LANGUAGE_FAMILIES: Mapping[str, Family] = MappingProxyType({"bert": Family("mean")})
