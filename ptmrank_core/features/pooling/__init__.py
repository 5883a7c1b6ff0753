"""The pooling table: which vector of a model's output represents a sample.

It has a row for each family (``model_type`` in ``config.json``) and modality. A family that is not listed
gets the default row, and a note in the run says so. Rule and settings of a row are part of the cache key, so
that a row that was changed never serves an old vector.
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

# A family with two towers has a row under each of its modalities.
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
    """Return the row of a model's family, with the rule for this checkpoint; else the default row."""
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
    """Return a note on the default pooling of a family that is not in the table, else nothing."""
    if spec.source == "function" or (spec.model_type or "") in FAMILIES.get(spec.modality, {}):
        return ()
    default_pooling = {
        "auto": "its pooler's output is taken where there is one, else the mean over all positions",
        "last": "the last token of each text is taken",
        "mean": "the mean over all positions is taken",
    }[family_of(spec).rule]
    return (f"The family {spec.model_type!r} of {spec.id!r} is not in the pooling table: {default_pooling}.",)
