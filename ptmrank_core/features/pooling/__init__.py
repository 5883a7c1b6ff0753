"""Pooling as data: which vector of a model's output stands for a sample.

One row for each family (``model_type`` of its ``config.json``) and modality; a family that is not listed
gets the default row, and the run says so. The rule's name is part of the cache key, so changing a row never
serves an old vector.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ptmrank_core.features.pooling.families import DEFAULT_FAMILY, Family
from ptmrank_core.features.pooling.language import LANGUAGE_FAMILIES
from ptmrank_core.features.pooling.rules import RULES, pool
from ptmrank_core.features.pooling.sound import SOUND_FAMILIES
from ptmrank_core.features.pooling.vision import IMAGE_FAMILIES, VIDEO_FAMILIES
from ptmrank_core.records import Modality, ModelSpec

__all__ = ["DEFAULT_FAMILY", "FAMILIES", "RULES", "Family", "family_of", "pool"]

# A family with two towers has a row for each modality that it reads.
FAMILIES: Mapping[Modality, Mapping[str, Family]] = MappingProxyType(
    {
        "image": IMAGE_FAMILIES,
        "text": LANGUAGE_FAMILIES,
        "audio": SOUND_FAMILIES,
        "video": VIDEO_FAMILIES,
    }
)


def family_of(spec: ModelSpec) -> Family:
    """Row of a model's family, with the rule that holds for this checkpoint; else the default row."""
    family = FAMILIES.get(spec.modality, {}).get(spec.model_type or "", DEFAULT_FAMILY)
    if spec.n_source_classes is not None and family.head_rule is not None:
        return replace(family, rule=family.head_rule)
    return family
