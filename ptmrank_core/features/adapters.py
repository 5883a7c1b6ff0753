"""Models that an adapter was merged into, as they lie on the disk. Imports no torch."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

from ptmrank_core.records import ModelSpec

__all__ = ["FACTS", "find_merged", "merged_folder"]

FACTS = "merged_facts.json"
FACT_NAMES = ("architecture", "n_parameters", "n_source_classes", "size_bytes")
# Raise where the same adapter and base would be merged to other weights.
VERSION = 1


def merged_folder(spec: ModelSpec, root: Path) -> Path:
    """Return the folder of an adapter that is merged, under the folder of all of them.

    It follows from the revisions of the two alone, and from the id of an adapter of the Hub.
    """
    base = spec.base.revision if spec.base is not None else ""
    named = [VERSION, spec.source, spec.id if spec.source == "hub" else "", spec.revision, base]
    return root / hashlib.sha256(json.dumps(named).encode()).hexdigest()[:32]


def find_merged(spec: ModelSpec, folder: Path) -> ModelSpec | None:
    """Return an adapter as the model in a folder, if it was merged before; ``None`` otherwise."""
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        known = {name: facts[name] for name in FACT_NAMES}
    except (OSError, ValueError, KeyError, TypeError):
        return None
    base = None if spec.base is None else replace(spec.base, path=None)
    return replace(spec, path=str(folder), base=base, **known)
