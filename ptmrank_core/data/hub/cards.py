"""The card of a dataset repository: the files of each part of each configuration, and names of classes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ptmrank_core.data.hub.groups import MAX_DESCRIPTION_BYTES, folder_of
from ptmrank_core.data.sources.entries import Entry

__all__ = ["CARD", "Configuration", "expand", "read_card"]

CARD = "README.md"
BLOCK = re.compile(r"\A﻿?---\s*\r?\n(.*?)\r?\n---\s*(?:\r?\n|\Z)", re.DOTALL)
WILDCARD = re.compile(r"(\*\*/?|\*|\?|\[[^\]]+\])")
WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Configuration:
    """One configuration (subset) of a dataset, as the card of its repository has it.

    Parameters
    ----------
    name
        Its name.
    patterns
        Patterns of the files of each part, relative to the card; empty where the usual names tell.
    folder
        The folder that its files are in; empty for the whole repository.
    is_default
        Whether it is the one that is read where none is named.
    classes
        Names of classes by column.
    """

    name: str
    patterns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folder: str = ""
    is_default: bool = False
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_card(entries: Sequence[Entry]) -> tuple[str, list[Configuration]] | None:
    """Read the card of a repository.

    Parameters
    ----------
    entries
        The files of a source.

    Returns
    -------
    folder, configurations
        The folder that the card is in, with a slash at its end, and what it says of configurations; ``None``
        where there is no card or it says nothing of them.
    """
    cards = [entry for entry in entries if posixpath.basename(entry.name) == CARD]
    if not cards:
        return None
    card = min(cards, key=lambda entry: entry.name.count("/"))
    metadata = _metadata(card)
    infos = _infos(metadata.get("dataset_info"))
    listed = metadata.get("configs")
    configs = [_configuration(each, infos) for each in listed if isinstance(each, dict)] if listed else []
    if not configs and infos:
        configs = [Configuration(name, classes=classes) for name, classes in infos.items()]
    return (folder_of(card.name), configs) if configs else None


def _metadata(card: Entry) -> dict[str, Any]:
    """Read the block of YAML at the top; empty where there is none that can be read."""
    if card.size_bytes > MAX_DESCRIPTION_BYTES:
        return {}
    block = BLOCK.match(card.blob.read().decode("utf-8", "replace"))
    if block is None:
        return {}
    # Slow to import, and few folders have a card.
    from huggingface_hub import RepoCard  # noqa: PLC0415
    from yaml import YAMLError  # noqa: PLC0415

    try:
        data: Any = RepoCard(block[0], ignore_metadata_errors=True).data
        read = data.to_dict()
    except (YAMLError, ValueError, TypeError, AttributeError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _configuration(listed: Mapping[str, Any], infos: Mapping[str, Any]) -> Configuration:
    name = str(listed.get("config_name", DEFAULT))
    folder = str(listed.get("data_dir") or "").strip("./")
    return Configuration(
        name,
        {part: tuple(found) for part, found in _patterns(listed.get("data_files"))},
        f"{folder}/" if folder else "",
        is_default=bool(listed.get("default")) or name == DEFAULT,
        classes=infos.get(name, {}),
    )


def _patterns(files: Any) -> Iterator[tuple[str, list[str]]]:
    """Yield the patterns of each part: ``data_files`` is a pattern, a list of them, or paths by split."""
    if isinstance(files, str):
        yield "train", [files]
    elif isinstance(files, dict):
        for split, path in files.items():
            yield str(split), _listed(path)
    elif isinstance(files, list) and all(isinstance(each, str) for each in files):
        yield "train", files
    elif isinstance(files, list):
        for each in files:
            if isinstance(each, dict):
                yield str(each.get("split", "train")), _listed(each.get("path"))


def _listed(path: Any) -> list[str]:
    return [str(one) for one in path] if isinstance(path, list) else [str(path)]


def _infos(described: Any) -> dict[str, dict[str, tuple[str, ...]]]:
    """Read the names of classes by configuration."""
    infos: dict[str, dict[str, tuple[str, ...]]] = {}
    for info in described if isinstance(described, list) else [described]:
        if not isinstance(info, dict) or not isinstance(info.get("features"), list):
            continue
        names = {
            str(feature.get("name")): found
            for feature in info["features"]
            if isinstance(feature, dict) and (found := _names(feature.get("dtype")))
        }
        infos[str(info.get("config_name", DEFAULT))] = names
    return infos


def _names(dtype: Any) -> tuple[str, ...]:
    """Read ``class_label: {names: {'0': neg, '1': pos}}``; empty for another type."""
    label = dtype.get("class_label") if isinstance(dtype, dict) else None
    names = label.get("names") if isinstance(label, dict) else None
    if isinstance(names, dict) and all(str(key).isdecimal() for key in names):
        return tuple(str(names[key]) for key in sorted(names, key=int))
    return tuple(map(str, names)) if isinstance(names, list) else ()


def expand(patterns: Sequence[str], names: Sequence[str]) -> list[str]:
    """Find the files that match any of some patterns, in the order of the patterns.

    Parameters
    ----------
    patterns
        ``"data/train-*.parquet"``, ``"en/**"``; ``*`` stays within a folder, ``**`` does not.
    names
        Names of the files.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        clean = posixpath.normpath(pattern)
        spelled = "".join(WILD.get(part) or _spell(part) for part in WILDCARD.split(clean))
        matches = re.compile(spelled, re.DOTALL)
        found |= dict.fromkeys(name for name in names if name == clean or matches.fullmatch(name))
    return list(found)


def _spell(part: str) -> str:
    """Write a part of a pattern that is no wildcard: letters as they are, or one of several in brackets."""
    is_choice = part.startswith("[") and part.endswith("]") and len(part) > 2
    if not is_choice:
        return re.escape(part)
    inner = part[1:-1].replace("\\", r"\\").replace("[", r"\[").replace("^", r"\^")
    return f"[^{inner[1:]}]" if inner.startswith("!") and len(inner) > 1 else f"[{inner}]"
