"""Pooling as data: which vector of a model's output stands for a sample.

One row for each family (``model_type`` of its ``config.json``) and modality; a family that is not listed
gets the default row, and the run says so. The rule's name is part of the cache key, so changing a row never
serves an old vector.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from ptmrank_core.features.pooling.families import DEFAULT_FAMILY, Family
from ptmrank_core.features.pooling.language import DEFAULT_DECODER, DEFAULT_ENCODER, LANGUAGE_FAMILIES
from ptmrank_core.features.pooling.rules import POOLER_RULES, RULES, pool, pool_hidden
from ptmrank_core.features.pooling.sound import DEFAULT_SOUND_FAMILY, SOUND_FAMILIES
from ptmrank_core.features.pooling.vision import IMAGE_FAMILIES, VIDEO_FAMILIES
from ptmrank_core.records import Modality, ModelSpec

__all__ = ["FAMILIES", "POOLER_RULES", "RULES", "Family", "family_of", "pool", "pool_hidden", "row_note"]

# A family with two towers has a row for each modality that it reads.
FAMILIES: Mapping[Modality, Mapping[str, Family]] = MappingProxyType(
    {
        "image": IMAGE_FAMILIES,
        "text": LANGUAGE_FAMILIES,
        "audio": SOUND_FAMILIES,
        "video": VIDEO_FAMILIES,
    }
)
DECODER_SUFFIXES = ("ForCausalLM", "LMHeadModel")


def family_of(spec: ModelSpec) -> Family:
    """Row of a model's family, with the rule that holds for this checkpoint; else the default row."""
    family = FAMILIES.get(spec.modality, {}).get(spec.model_type or "")
    if family is None:
        return _default(spec)
    if spec.n_source_classes is not None and family.head_rule is not None:
        return replace(family, rule=family.head_rule)
    return family


def _default(spec: ModelSpec) -> Family:
    if spec.modality == "text":
        return DEFAULT_DECODER if (spec.architecture or "").endswith(DECODER_SUFFIXES) else DEFAULT_ENCODER
    return DEFAULT_SOUND_FAMILY if spec.modality == "audio" else DEFAULT_FAMILY


def row_note(spec: ModelSpec) -> tuple[str, ...]:
    """Tell where a family is not in the table and what was done; empty where it is."""
    if spec.source == "function" or (spec.model_type or "") in FAMILIES.get(spec.modality, {}):
        return ()
    default_pooling = {
        "auto": "its pooler's output is taken where there is one, else the mean over all positions",
        "last": "the last token of each text is taken",
        "mean": "the mean over all positions is taken",
    }[family_of(spec).rule]
    return (f"The family {spec.model_type!r} of {spec.id!r} is not in the pooling table: {default_pooling}.",)
