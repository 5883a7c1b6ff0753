"""Adapters of PEFT: what they change, and the base model that they belong to. Reads small files alone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.checkpoint_files import CONFIG, is_needed, may_be_read
from ptmrank_core.catalogue.regular_files import digest_of, load_json, refuse_odd_files
from ptmrank_core.catalogue.weights import INDEX, WEIGHTS
from ptmrank_core.config import PEFT_HINT, has_peft
from ptmrank_core.errors import UnsupportedModelError, WeightsFormatError
from ptmrank_core.records.foreign import unreadable_json

__all__ = [
    "ADAPTER_CONFIG",
    "ADAPTER_WEIGHTS",
    "Adapter",
    "adapter_revision",
    "has_adapter",
    "is_adapter",
    "lists_adapter",
    "read_adapter",
    "refuse_without_weights",
]

ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
PICKLED_WEIGHTS = "adapter_model.bin"
# Full weights beside an adapter, in whichever format: the folder is a checkpoint then.
FULL_WEIGHTS = (WEIGHTS, INDEX, "pytorch_model.bin", "pytorch_model.bin.index.json")
HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
RANK_BASE = "rank its base model as it is"


@dataclass(frozen=True, slots=True)
class Adapter:
    """An adapter as its ``adapter_config.json`` tells it.

    Parameters
    ----------
    kind
        Its method, as in ``peft_type``: ``"LORA"``.
    base
        What it is an adapter of: an id of the Hub, or a folder on the machine that trained it.
    revision
        Revision of that on the Hub; ``None`` where it is not told.
    folder
        Folder of the base on this machine; ``None`` if ``base`` is an id of the Hub.
    """

    kind: str
    base: str
    revision: str | None
    folder: Path | None

    @property
    def words(self) -> str:
        """What it is, for messages."""
        return _words(self.kind, self.base)


def lists_adapter(names: Container[str]) -> bool:
    """Whether files of a repository are an adapter without full weights."""
    return ADAPTER_CONFIG in names and not any(name in names for name in FULL_WEIGHTS)


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter and no full weights."""
    return has_adapter(folder) and not any((folder / name).is_file() for name in FULL_WEIGHTS)


def has_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter, alone or beside full weights."""
    return (folder / ADAPTER_CONFIG).is_file()


def read_adapter(folder: Path, name: str, *, is_local: bool = True) -> Adapter:
    """Read what an adapter is, and refuse one that cannot be merged here.

    Parameters
    ----------
    folder
        Folder with ``adapter_config.json``.
    name
        The adapter in messages.
    is_local
        Whether its base may be a folder of this machine; never for an adapter of the Hub.

    Raises
    ------
    UnsupportedModelError
        If peft is not installed, or the adapter names no base that can be had here.
    """
    try:
        config = load_json(folder / ADAPTER_CONFIG)
        _refuse_other_adapter(config, name)
        kind, base = str(config["peft_type"]), str(config["base_model_name_or_path"] or "")
        revision = str(config["revision"]) if config.get("revision") else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnsupportedModelError(
            f"{ADAPTER_CONFIG} of {name} could not be read: {unreadable_json(error)}.",
            hint="Expected a JSON object with peft_type and base_model_name_or_path, as peft writes it.",
        ) from error
    words = _words(kind, base)
    if not has_peft():
        raise UnsupportedModelError(
            f"{name} is {words} without full weights, and merging the two needs the package peft.",
            hint=f"{PEFT_HINT} Or {RANK_BASE}.",
        )
    place = _find_folder(folder, base) if is_local else None
    if place is None and HUB_ID.fullmatch(base) is None:
        raise UnsupportedModelError(
            f"{name} is {words}, which is not on this machine.",
            hint=f"Name the folder of its base, or an id of the Hub, as base_model_name_or_path in "
            f"{ADAPTER_CONFIG}; or {RANK_BASE}.",
        )
    if place is not None and is_adapter(place):
        raise UnsupportedModelError(
            f"{name} is {words}, which is an adapter itself.",
            hint="Merge that one into its base first: model.merge_and_unload().save_pretrained(folder).",
        )
    return Adapter(kind, base, revision, place)


def _refuse_other_adapter(config: Mapping[str, Any], name: str) -> None:
    """Refuse an adapter of the library adapters (AdapterHub), whose config is of another kind."""
    if "peft_type" not in config and "config" in config:
        raise UnsupportedModelError(
            f"{name} is an adapter of the library adapters (AdapterHub), which is not read here.",
            hint=f"Merge it there and save the whole model with save_pretrained(folder), or {RANK_BASE}.",
        )


def _words(kind: str, base: str) -> str:
    of = f"of {base!r}" if base else "that does not name its base model"
    kinds = {"LORA": "LoRA", "ADALORA": "AdaLoRA", "LOHA": "LoHa", "LOKR": "LoKr"}
    return f"a PEFT ({kinds.get(kind.upper(), kind)}) adapter {of}"


def _find_folder(folder: Path, base: str) -> Path | None:
    """Find the folder of a base: beside the adapter, absolute, or in the working folder."""
    if not base:
        return None
    try:
        for place in (folder / base, Path(base).expanduser()):
            if (place / CONFIG).is_file() or (place.is_dir() and is_adapter(place)):
                return place.resolve()
    except (OSError, RuntimeError):  # too long for a path, a closed folder, the home of nobody
        return None
    return None


def refuse_without_weights(name: str, files: Container[str]) -> None:
    """Refuse an adapter whose weights are not among its files.

    Raises
    ------
    WeightsFormatError
        If they are missing, or pickled.
    """
    if ADAPTER_WEIGHTS in files:
        return
    found = f"{PICKLED_WEIGHTS}, which is pickled" if PICKLED_WEIGHTS in files else "no weights"
    raise WeightsFormatError(
        f"The adapter {name} has no {ADAPTER_WEIGHTS} (found: {found}).",
        hint="Save it with model.save_pretrained(folder), which writes safetensors.",
    )


def adapter_revision(folder: Path, name: str) -> str:
    """Return the SHA-256 (hex) of the files of an adapter that merging reads.

    Raises
    ------
    WeightsFormatError
        If its weights are missing, or pickled.
    """
    refuse_odd_files(folder, name)
    refuse_without_weights(name, [path.name for path in folder.glob("*")])
    digest = hashlib.sha256()
    paths = {path.relative_to(folder).as_posix(): path for path in (*folder.glob("*"), *folder.glob("*/*"))}
    for file in sorted(paths):
        if paths[file].is_file() and (is_needed(file) or may_be_read(file)):
            digest.update(f"{file}={digest_of(paths[file], f'{file} of {name}')};".encode())
    return digest.hexdigest()
