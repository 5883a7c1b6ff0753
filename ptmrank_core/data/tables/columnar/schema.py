"""What the ``datasets`` library writes into a schema: names of classes, which columns are pictures."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from ptmrank_core.records import Modality

__all__ = ["Feature", "class_names", "inner_feature", "media_modality", "schema_features"]

Feature: TypeAlias = "Mapping[str, Any] | Sequence[Any]"
KEY = b"huggingface"
MEDIA: dict[object, Modality] = {"Image": "image", "Audio": "audio", "Video": "video"}


def schema_features(schema: Any) -> dict[str, Feature]:
    """Return the description of each column of a schema; empty where there is none that can be read.

    Parameters
    ----------
    schema
        An Arrow schema.
    """
    try:
        features = json.loads((schema.metadata or {})[KEY])["info"]["features"]
    except (KeyError, TypeError, ValueError, RecursionError):
        return {}
    if not isinstance(features, dict):
        return {}
    return {name: feature for name, feature in features.items() if isinstance(feature, dict | list)}


def class_names(feature: Feature | None) -> tuple[str, ...] | None:
    """Return the names of the classes that a column numbers; ``None`` where it does not number classes."""
    described = feature if isinstance(feature, dict) else {}
    names = described.get("names") if described.get("_type", "ClassLabel") == "ClassLabel" else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    return tuple(names)


def inner_feature(feature: Feature | None, field: str = "") -> Feature | None:
    """Return the description of the elements of a list, or of one field of an object."""
    if isinstance(feature, list):  # how earlier versions wrote lists
        return feature[0] if feature and not field else None
    if not isinstance(feature, dict):
        return None
    inner = feature.get(field) if field else feature.get("feature")
    if field and inner is None and isinstance(feature.get("feature"), dict):
        inner = feature["feature"].get(field)  # a list of objects is kept as an object of lists
    return inner if isinstance(inner, dict | list) else None


def media_modality(feature: Feature | None) -> Modality | None:
    """Return what the cells of a column are that hold pictures, recordings or videos."""
    return MEDIA.get(feature.get("_type")) if isinstance(feature, dict) else None
