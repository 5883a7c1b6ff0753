"""The safetensors files of a checkpoint, read without loading the weights."""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ptmrank_core.catalogue.formats import no_weights, refuse_pointer
from ptmrank_core.errors import WeightsFormatError

__all__ = ["INDEX", "WEIGHTS", "count_parameters", "has_weights", "weight_files", "weight_names"]

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
# Any plain name: releases call their parts model-1-of-2, model.safetensors-1-of-2, layers-0 and so on.
SHARD = re.compile(r"[^/\\:\x00]+\.safetensors")
MAX_HEADER_BYTES = 100_000_000  # the format's own limit
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
    try:
        shards = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"].values()
        names = sorted(set(shards))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsFormatError(f"{folder / INDEX} could not be read: {error}") from error
    strange = [name for name in names if not SHARD.fullmatch(name)]  # a path could lead out of the folder
    if strange or not names:
        raise WeightsFormatError(
            f"{INDEX} names {strange or 'nothing'}; expected safetensors files of the same folder, such as "
            "model-00001-of-00002.safetensors.",
            hint="Save it with model.save_pretrained(folder), which writes both.",
        )
    return names


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
    if missing == [WEIGHTS]:
        present = (path.relative_to(folder).as_posix() for path in (*folder.glob("*"), *folder.glob("*/*")))
        raise no_weights(name, present, lacking=WEIGHTS)
    if missing:
        raise WeightsFormatError(
            f"{name} lacks {len(missing)} of its {len(files)} weight files: {', '.join(missing)}.",
            hint="Copy or download it again.",
        )
    for path in files:
        refuse_pointer(path, name)
    return files


def _header(path: Path) -> dict[str, Any]:
    """Read the header of a safetensors file: dtype, shape and offsets of each tensor by name.

    Raises
    ------
    WeightsFormatError
        If it is not such a file, or shorter than its header says.
    """
    with path.open("rb") as file:
        prefix = file.read(8)
        size = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else MAX_HEADER_BYTES + 1
        raw = file.read(size) if size <= MAX_HEADER_BYTES else b""
    try:
        header = json.loads(raw)
        tensors = {name: tensor for name, tensor in header.items() if name != "__metadata__"}
        end = 8 + size + max((int(tensor["data_offsets"][1]) for tensor in tensors.values()), default=0)
    except (ValueError, AttributeError, KeyError, TypeError, IndexError) as error:
        raise WeightsFormatError(
            f"{path.name} is not an intact safetensors file.", hint="Copy or download it again."
        ) from error
    if path.stat().st_size < end:
        raise WeightsFormatError(
            f"{path.name} is cut short: {path.stat().st_size:,} of {end:,} bytes.",
            hint="Copy or download it again.",
        )
    return tensors


def count_parameters(files: Iterable[Path]) -> int:
    """Count the parameters, including those of the head.

    Raises
    ------
    WeightsFormatError
        If a file is damaged.
    """
    tensors = [item for path in files for item in _header(path).items()]
    return sum(math.prod(tensor["shape"]) for name, tensor in tensors if not name.endswith(BUFFERS))
