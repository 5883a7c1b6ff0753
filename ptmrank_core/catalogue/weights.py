"""The safetensors files of a checkpoint, read without loading the weights."""

from __future__ import annotations

import math
import os
import re
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.formats import (
    damaged_weights,
    no_weights,
    refuse_pointer,
    refuse_quantised_weights,
)
from ptmrank_core.catalogue.regular_files import load_json
from ptmrank_core.errors import WeightsFormatError
from ptmrank_core.records.foreign import open_regular, parse_json, unreadable_json

__all__ = [
    "INDEX",
    "WEIGHTS",
    "count_parameters",
    "has_weights",
    "read_headers",
    "weight_files",
    "weight_names",
]

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
# Any plain name: releases call their parts model-1-of-2, model.safetensors-1-of-2, layers-0 and so on.
SHARD = re.compile(r"[^/\\:\x00]+\.safetensors")
# The format allows 100 MB. One of 16 MB names 100,000 tensors; it is read in the dashboard's process.
MAX_HEADER_BYTES = MOST_INDEX_BYTES = 16 * 2**20
MOST_NAMES = 5
SAVE_BOTH = "Save it with model.save_pretrained(folder), which writes the index with its files."
_TYPES = {
    8: "BOOL I8 U8 F8_E4M3 F8_E5M2 F8_E8M0 F8_E4M3FNUZ F8_E5M2FNUZ",
    16: "I16 U16 F16 BF16",
    32: "I32 U32 F32",
    64: "I64 U64 F64 C64",
}
_BITS = {name: n_bits for n_bits, names in _TYPES.items() for name in names.split()}
# Statistics that are stored beside the parameters but are none.
BUFFERS = ("running_mean", "running_var", "num_batches_tracked")


def weight_names(folder: Path) -> list[str]:
    """Return the names of the files with a checkpoint's weights, as transformers would choose them.

    Raises
    ------
    WeightsFormatError
        If the index of several files cannot be read, or names anything but safetensors of this folder.
    """
    if (folder / WEIGHTS).is_file() or not (folder / INDEX).is_file():
        return [WEIGHTS]
    names = _shards(folder)
    strange = [name for name in names if not SHARD.fullmatch(name)]  # a path could lead out of the folder
    if strange or not names:
        raise WeightsFormatError(
            f"{INDEX} names {strange[:3] or 'nothing'}; expected safetensors files of the same folder, such "
            "as model-00001-of-00002.safetensors.",
            hint=SAVE_BOTH,
        )
    return names


def _shards(folder: Path) -> list[str]:
    """Read the names of the files that an index has, whatever they are."""
    try:
        refuse_pointer(folder / INDEX, folder.name)
        content = load_json(folder / INDEX, most_bytes=MOST_INDEX_BYTES)
    except (OSError, ValueError) as error:
        reason = unreadable_json(error)
        raise WeightsFormatError(f"{INDEX} could not be read: {reason}.", hint=SAVE_BOTH) from error
    shards = content.get("weight_map") if isinstance(content, dict) else None
    if not isinstance(shards, dict):
        raise WeightsFormatError(
            f"{INDEX} has no weight_map, which tells the file of each weight.",
            hint=SAVE_BOTH,
        )
    return sorted({str(shard) for shard in shards.values()})


def has_weights(folder: Path) -> bool:
    """Whether all files with a checkpoint's weights exist."""
    return all((folder / name).is_file() for name in weight_names(folder))


def weight_files(folder: Path, name: str) -> list[Path]:
    """Find the files with a checkpoint's weights.

    Parameters
    ----------
    folder
        The checkpoint.
    name
        Its name in messages.

    Raises
    ------
    WeightsFormatError
        If there are none, or one of several is missing.
    """
    files = [folder / file for file in weight_names(folder)]
    missing = [path.name for path in files if not path.is_file()]
    _refuse_broken_links(folder, name, missing)
    if missing == [WEIGHTS]:
        present = (path.relative_to(folder).as_posix() for path in (*folder.glob("*"), *folder.glob("*/*")))
        raise no_weights(name, present, lacking=WEIGHTS, folder=folder)
    if missing:
        raise WeightsFormatError(
            f"{name} lacks {len(missing)} of its {len(files)} weight files: {', '.join(missing[:MOST_NAMES])}"
            f"{', ...' if len(missing) > MOST_NAMES else ''}.",
            hint="Copy or download it again.",
        )
    for path in files:
        refuse_pointer(path, name)
    return files


def _refuse_broken_links(folder: Path, name: str, missing: Iterable[str]) -> None:
    """Refuse weights whose names stand there without a file: links that lead nowhere, and folders."""
    for file in missing:
        path = folder / file
        if path.is_symlink() or path.exists():
            what = (
                "a folder, no file" if path.is_dir() else f"a link to {path.readlink()}, which is not there"
            )
            raise WeightsFormatError(
                f"{file} of {name} is {what}.", hint="Copy the file itself, or download the model again."
            )


def _header(path: Path) -> dict[str, Any]:
    """Read the header of a safetensors file: dtype, shape and offsets of each tensor by name.

    Raises
    ------
    WeightsFormatError
        If it is not such a file, or shorter than its header says.
    """
    raw, size, size_bytes = _read_header(path)
    if size > MAX_HEADER_BYTES and size <= size_bytes:
        raise WeightsFormatError(
            f"The header of {path.name} has {size / 2**20:,.0f} MB; at most 16 are read.",
            hint="Save the model again in several files: model.save_pretrained(folder).",
        )
    try:
        header = parse_json(raw, marks=False).value
        tensors = {name: tensor for name, tensor in header.items() if name != "__metadata__"}
        end = 8 + size + max((_end_of(facts) for facts in tensors.values()), default=0)
    except (ValueError, AttributeError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise damaged_weights(path) from error
    if size_bytes < end:
        raise WeightsFormatError(
            f"{path.name} is cut short: {size_bytes:,} of {end:,} bytes.",
            hint="Copy or download it again.",
        )
    return tensors


def _read_header(path: Path) -> tuple[bytes, int, int]:
    """Read a header as far as it may be: its bytes, the size that it says it has, and that of the file.

    Raises
    ------
    WeightsFormatError
        If the file cannot be read.
    """
    try:
        with open_regular(path) as file:
            prefix = file.read(8)
            size = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else 0
            size_bytes = os.fstat(file.fileno()).st_size
            raw = file.read(size) if size <= min(MAX_HEADER_BYTES, size_bytes) else b""
    except OSError as error:
        raise WeightsFormatError(
            f"{path.name} cannot be read: {error.strerror or error}.", hint="Copy or download it again."
        ) from error
    return raw, size, size_bytes


def _end_of(facts: Mapping[str, Any]) -> int:
    """Return where a tensor ends; refuse facts that no tensor can have.

    Raises
    ------
    ValueError, KeyError, TypeError
        If a fact is missing, or is not of its type.
    """
    start, end = facts["data_offsets"]
    numbers = [start, end, *facts["shape"]]
    if not isinstance(facts["dtype"], str) or any(type(one) is not int or one < 0 for one in numbers):
        raise TypeError
    n_bits = _BITS.get(facts["dtype"])  # of a type that is not known here, safetensors itself says so
    if end < start or (n_bits is not None and (end - start) * 8 != n_bits * math.prod(facts["shape"])):
        raise ValueError
    return int(end)


def read_headers(files: Iterable[Path], name: str) -> dict[str, Any]:
    """Read dtype, shape and offsets of every tensor of a checkpoint by name.

    Parameters
    ----------
    files
        The files with its weights.
    name
        Its name in messages.

    Raises
    ------
    WeightsFormatError
        If a file is damaged.
    UnsupportedModelError
        If the weights are quantised.
    """
    tensors: dict[str, Any] = {}
    for path in files:
        tensors |= _header(path)
    refuse_quantised_weights(name, tensors)
    return tensors


def count_parameters(tensors: Mapping[str, Any]) -> int:
    """Count the parameters of a checkpoint by the headers of its files, including those of the head."""
    return sum(math.prod(facts["shape"]) for tensor, facts in tensors.items() if not tensor.endswith(BUFFERS))
