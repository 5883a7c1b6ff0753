"""Folders that the ``datasets`` library writes: ``save_to_disk``, and its cache."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ptmrank_core.data.hub.groups import DESCRIBES, Dataset, PartTables, folder_of, read_object
from ptmrank_core.data.parts import are_parts
from ptmrank_core.data.sources.entries import Entry
from ptmrank_core.data.tables.columnar.schema import class_names
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut

__all__ = ["find_cached", "find_saved"]

DICT, STATE, INFO = "dataset_dict.json", "state.json", "dataset_info.json"
TRANSFORMED = "a cached result of a transformation"
SHARD = re.compile(r"-\d{5}-of-\d{5}$")


def find_saved(entries: Sequence[Entry]) -> Dataset | None:
    """Find what ``Dataset.save_to_disk`` or ``DatasetDict.save_to_disk`` wrote.

    Parameters
    ----------
    entries
        The files of a source.

    Returns
    -------
    Dataset or None
        ``None`` where there is no such folder.

    Raises
    ------
    SamplesError
        If there are several data sets, files are missing, or it was saved in a way that is no longer used.
    """
    by_name = {entry.name: entry for entry in entries}
    states = {folder_of(e.name): read_object(e) for e in entries if posixpath.basename(e.name) == STATE}
    saved = {folder: state for folder, state in states.items() if "_data_files" in state}
    if not saved:
        return None
    dicts = [e for e in entries if posixpath.basename(e.name) == DICT]
    root = folder_of(min(saved, key=len).rstrip("/"))
    if dicts:
        root = folder_of(min((e.name for e in dicts), key=len))
        splits = read_object(by_name[f"{root}{DICT}"]).get("splits")
        if not isinstance(splits, list) or not splits:
            raise _odd(f"{root}{DICT}", "a list of splits")
        parts = {str(split): f"{root}{split}/" for split in splits}
        missing = [folder for folder in parts.values() if folder not in saved]
        if missing or len(dicts) > 1:
            raise _several([folder_of(e.name) for e in dicts]) if len(dicts) > 1 else _missing(missing[0])
    elif len(saved) == 1:
        [(folder, state)] = saved.items()
        parts = {str(state.get("_split") or ""): folder}
    else:
        parts = {posixpath.basename(folder.rstrip("/")): folder for folder in saved}
        beside = {folder_of(folder.rstrip("/")) for folder in saved} == {root}
        if len(parts) < len(saved) or not beside or not are_parts(parts):
            raise _several([*saved])
    tables = [PartTables(part, _shards(by_name, folder, saved[folder])) for part, folder in parts.items()]
    infos = [by_name[f"{folder}{INFO}"] for folder in parts.values() if f"{folder}{INFO}" in by_name]
    note = "Read as a data set that was saved with save_to_disk."
    return _finish(entries, tables, infos, note)


def _shards(by_name: Mapping[str, Entry], folder: str, state: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the files of one saved table, in their order."""
    if state.get("_indices_data_files") or state.get("_indices_files"):
        raise SamplesError(
            f"{folder}{STATE} chooses rows by a table of indices, as very old versions did.",
            hint="Load the data set with a current version of the library, and save it again.",
        )
    files = state["_data_files"]
    if not isinstance(files, list) or not all(isinstance(file, dict) for file in files):
        raise _odd(f"{folder}{STATE}", "a list of files, each an object with its filename")
    names = [f"{folder}{file.get('filename', '')}" for file in files]
    missing = [name for name in names if name not in by_name]
    if missing or not names:
        raise _missing(missing[0] if missing else f"{folder}data-00000-of-00001.arrow")
    return tuple(by_name[name] for name in names)


def _odd(name: str, expected: str) -> SamplesError:
    return SamplesError(
        f"{name} is not what save_to_disk writes; expected {expected}.",
        hint="Save the data set again, or give its tables without this file.",
    )


def _missing(name: str) -> SamplesError:
    return SamplesError(
        f"The data set is not complete: {name} is missing.", hint="Copy the folder again, with all its files."
    )


def _several(folders: Sequence[str]) -> SamplesError:
    listed = ", ".join(repr(folder.rstrip("/")) for folder in sorted(folders)[:6])
    more = f" and {len(folders) - 6:,} more" if len(folders) > 6 else ""
    return SamplesError(
        f"There are {len(folders):,} data sets here: in {listed}{more}; expected one.",
        hint="Name the folder of one of them.",
    )


def _finish(
    entries: Sequence[Entry], tables: Sequence[PartTables], infos: Sequence[Entry], note: str
) -> Dataset:
    """Leave out all other files, and read the names of classes."""
    used = {entry.name for part in tables for entry in part.entries}
    left_out = tuple(LeftOut(e.name, _reason(e.name)) for e in entries if e.name not in used)
    classes: dict[str, tuple[str, ...]] = {}
    for info in infos:
        features = read_object(info).get("features")
        for column, feature in (features if isinstance(features, dict) else {}).items():
            names = class_names(feature)
            if names:
                classes[column] = names
    return Dataset(tuple(tables), left_out, (note,), classes)


def _reason(name: str) -> str:
    base = posixpath.basename(name)
    if base.endswith(".arrow"):
        return TRANSFORMED
    return DESCRIBES if base in {DICT, STATE, INFO} or base == "README.md" else "beside the data set"


def find_cached(entries: Sequence[Entry]) -> Dataset | None:
    """Find a folder of the library's cache: ``NAME-SPLIT.arrow`` beside ``dataset_info.json``.

    Parameters
    ----------
    entries
        The files of a source.

    Returns
    -------
    Dataset or None
        ``None`` where there is no such folder.

    Raises
    ------
    SamplesError
        If there are several data sets or configurations, or files are missing.
    """
    found = dict(_cached(entries))
    if len(found) > 1:
        raise _several([*found])
    if not found:
        return None
    [(folder, splits)] = found.items()
    note = f"Read as a data set in the cache of the library datasets{_config_of(folder)}."
    tables = [PartTables(split, shards) for split, shards in splits.items()]
    return _finish(entries, tables, [e for e in entries if e.name == f"{folder}{INFO}"], note)


def _config_of(folder: str) -> str:
    names = folder.rstrip("/").split("/")
    return f" (configuration {names[-3]!r})" if len(names) > 2 else ""


def _cached(entries: Sequence[Entry]) -> Iterator[tuple[str, dict[str, tuple[Entry, ...]]]]:
    """Yield each folder of a cache with its tables by split."""
    for info in entries:
        folder = folder_of(info.name)
        beside = [e for e in entries if folder_of(e.name) == folder and e.name.endswith(".arrow")]
        if posixpath.basename(info.name) != INFO or not beside:
            continue
        facts = read_object(info)
        splits = facts.get("splits")
        name = facts.get("dataset_name") or facts.get("builder_name")
        stems = {e.name: SHARD.sub("", posixpath.basename(e.name).removesuffix(".arrow")) for e in beside}
        found = {
            str(split): tuple(e for e in beside if stems[e.name] == f"{name}-{split}")
            for split in (splits if isinstance(splits, dict) else ())
        }
        found = {split: shards for split, shards in found.items() if shards}
        if found:
            yield folder, found
