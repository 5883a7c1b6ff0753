"""Pooling as data: which vector of a model's output stands for a sample.

One row for each family (``model_type`` of its ``config.json``); a family that is not listed gets the
default row, and the run says so. The rule's name is part of the cache key, so changing a row never serves
an old vector.
"""

from collections.abc import Mapping
from types import MappingProxyType

from ptmrank_core.features.pooling.families import DEFAULT_FAMILY, Family
from ptmrank_core.features.pooling.language import LANGUAGE_FAMILIES
from ptmrank_core.features.pooling.rules import RULES, pool
from ptmrank_core.features.pooling.sound import SOUND_FAMILIES
from ptmrank_core.features.pooling.vision import VISION_FAMILIES

__all__ = ["DEFAULT_FAMILY", "FAMILIES", "RULES", "Family", "family_of", "pool"]

FAMILIES: Mapping[str, Family] = MappingProxyType({**VISION_FAMILIES, **LANGUAGE_FAMILIES, **SOUND_FAMILIES})


def family_of(model_type: str | None) -> Family:
    """Row of a family; the default row for one that is not listed."""
    return FAMILIES.get(model_type or "", DEFAULT_FAMILY)
