"""The class names of a source head."""

from __future__ import annotations

from pathlib import Path

from ptmrank_core.records import ModelSpec
from ptmrank_core.records.foreign import read_json_file

__all__ = ["source_class_names"]


def source_class_names(spec: ModelSpec) -> tuple[str, ...]:
    """Read the class names of a model's head from its ``config.json``.

    Parameters
    ----------
    spec
        A model; its files may have been removed.

    Returns
    -------
    tuple of str
        In the order of the logits; empty if they are not named.
    """
    try:
        config = read_json_file(Path(spec.path or "") / "config.json", marks=False).value
        by_number = {int(number): str(name) for number, name in config["id2label"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()
    return tuple(by_number[number] for number in sorted(by_number))
