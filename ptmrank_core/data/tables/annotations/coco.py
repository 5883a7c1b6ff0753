"""COCO: pictures, categories, and annotations of regions, read as labels of whole pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ptmrank_core.data.tables.annotations.rows import Annotated
from ptmrank_core.errors import SamplesError

__all__ = ["is_coco", "read_coco"]


def is_coco(value: Mapping[str, Any]) -> bool:
    """Whether an object holds pictures and their annotations as COCO has them."""
    return isinstance(value.get("images"), list) and isinstance(value.get("annotations"), list)


def read_coco(value: Mapping[str, Any], name: str) -> Annotated:
    """Read the categories of each picture: its class where no picture has two, else a list of labels.

    Parameters
    ----------
    value
        The whole file.
    name
        Its name, for messages.

    Raises
    ------
    SamplesError
        If the annotations name no categories, as those of captions do.
    """
    categories = {
        one["id"]: str(one.get("name", one["id"]))
        for one in _objects(value.get("categories"))
        if _is_id(one.get("id"))
    }
    found: dict[Any, dict[str, None]] = {}
    for one in _objects(value["annotations"]):
        category = one.get("category_id")
        if _is_id(category) and _is_id(one.get("image_id")):
            found.setdefault(one["image_id"], {})[categories.get(category, str(category))] = None
    if not found:
        raise SamplesError(
            f"{name!r} is laid out as COCO, and its annotations name no category; expected category_id and "
            "image_id in each.",
            hint="Captions and key points are not labels: give a table with a file and a label column.",
        )
    is_single = all(len(labels) == 1 for labels in found.values())
    annotated = Annotated("COCO")
    how = "category, which is its class" if is_single else "categories, which are its labels"
    annotated.notes.append(f"Each picture of {name} has the {how}, whatever the place in the picture.")
    for line, image in enumerate(_objects(value["images"]), start=1):
        labels = list(found.get(image["id"], {})) if _is_id(image.get("id")) else []
        if "file_name" not in image:
            annotated.leave_out(line, "a picture without a file_name")
        elif is_single and not labels:
            annotated.leave_out(line, f"no annotation of {image['file_name']!r}")
        else:
            label = labels[0] if is_single else labels
            annotated.rows.append((line, {"file_name": str(image["file_name"]), "label": label}))
    return annotated


def _is_id(value: Any) -> bool:
    """Whether this is what COCO names pictures and categories by: a number or a text."""
    return isinstance(value, int | float | str)


def _objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; whatever else it holds is nothing that COCO has."""
    return [one for one in value or () if isinstance(one, dict)]
