"""The arrays of a file -> vectors for a cache, verified: nothing that the file says is trusted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.errors import InputError
from ptmrank_core.features.cache.keys import feature_key, versions
from ptmrank_core.features.cache.vectors import LayerVectors, SampleVectors
from ptmrank_core.features.exchange.layout import (
    CUTS,
    EMBEDDINGS,
    FORMAT,
    HEADER,
    array_name,
    checksum,
    layers_of,
    logits_of,
)
from ptmrank_core.records import AdaptedBase, ExtractionOptions, ModelSpec
from ptmrank_core.records.foreign import parse_json
from ptmrank_core.records.names import printable

__all__ = ["Exchanged", "read_exchanged"]

DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, eq=False, slots=True)
class Exchanged:
    """The vectors of one file, verified.

    Parameters
    ----------
    key, spec, dtype
        Key of the vectors, the model, and the number format that it ran in.
    asked_dtype, failure
        The format that was asked for, and why the model failed in it; both empty where it ran in that one.
    notes
        What the encoder said of how the vectors are made.
    asked
        What the extraction was asked for, in plain JSON types.
    sets
        The digests of the samples, and of each auxiliary set, by its name.
    arrays
        All arrays of the file.
    """

    key: str
    spec: ModelSpec
    dtype: str
    asked_dtype: str
    failure: str
    notes: tuple[str, ...]
    asked: Mapping[str, Any]
    sets: Mapping[str, tuple[str, ...]]
    arrays: Mapping[str, NDArray[Any]]

    def entries(self) -> Iterator[tuple[str, SampleVectors, LayerVectors | None]]:
        """Yield digest, vectors and hidden layers of every sample."""
        for name, digests in self.sets.items():
            vectors = self.arrays[EMBEDDINGS[name]]
            logits = logits_of(self.arrays, name)
            cuts = self.arrays[array_name(name, "cut")].tolist()
            layers = layers_of(self.arrays, name)
            for row, digest in enumerate(digests):
                own = None if logits is None else logits[row]
                hidden = LayerVectors(tuple(layer[row] for layer in layers)) if layers else None
                yield digest, SampleVectors(vectors[row], own, cut=CUTS[cuts[row]]), hidden


def read_exchanged(arrays: Mapping[str, NDArray[Any]], file: str) -> Exchanged:
    """Verify the arrays of a file.

    Parameters
    ----------
    arrays
        All arrays of the file, by name.
    file
        Its name, for messages.

    Raises
    ------
    InputError
        If it was not written for a cache, or by another version, is damaged, or its key is not the one that a
        run here would use.
    """
    if HEADER not in arrays:
        raise InputError(
            f"{file} holds features, and not what a cache needs to know of them.",
            hint="Take files that were extracted for it; ready-made features are ranked as they are.",
        )
    header = _read_header(arrays[HEADER], file)
    found = checksum({name: values for name, values in arrays.items() if name != HEADER})
    if header.get("sha256") != found:
        raise damaged(file, "its arrays are not those that were written")
    try:
        read = _exchanged(header, arrays)
        key = feature_key(read.spec, ExtractionOptions(dtype=read.dtype))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise damaged(file, f"what it says of its model cannot be read ({type(error).__name__})") from error
    if key != read.key:
        raise InputError(
            f"{file} was extracted with {printable(_spell(header.get('versions')))}; a run here has "
            f"{_spell(versions())}, and would not use it.",
            hint="Extract it again with the versions that are installed here.",
        )
    _check_shapes(read, file)
    return read


def _read_header(values: NDArray[Any], file: str) -> dict[str, Any]:
    """Parse what a file says of its arrays."""
    try:
        header = parse_json(np.asarray(values, dtype=np.uint8).tobytes()).value
    except (ValueError, TypeError) as error:
        raise damaged(file, f"its header {error}") from error
    if not isinstance(header, dict):
        raise damaged(file, "its header is no object")
    if header.get("format") != FORMAT:
        raise InputError(
            f"{file} is of format {printable(str(header.get('format')))}; expected {FORMAT}.",
            hint="Extract it again with the version that is installed here.",
        )
    return header


def _exchanged(header: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Exchanged:
    facts = dict(header["spec"])
    base = facts.pop("base")
    facts["tasks"] = tuple(map(str, facts["tasks"]))
    spec = ModelSpec(**facts, base=AdaptedBase(**base) if base else None)
    sets = {str(name): _digests(arrays[array_name(name, "digests")]) for name in header["sets"]}
    return Exchanged(
        key=str(header["key"]),
        spec=spec,
        dtype=str(header["dtype"]),
        asked_dtype=str(header["asked_dtype"]),
        failure=printable(str(header["failure"])),
        notes=tuple(printable(str(note)) for note in header["notes"]),
        asked=dict(header["asked"]),
        sets=sets,
        arrays=arrays,
    )


def _digests(values: NDArray[Any]) -> tuple[str, ...]:
    digests = tuple(value.decode("ascii") for value in values.tolist())
    if not all(map(DIGEST.fullmatch, digests)):
        raise ValueError("no digests")
    return digests


def _check_shapes(read: Exchanged, file: str) -> None:
    """Refuse arrays that are not one row of numbers for each digest, all of one width.

    Raises
    ------
    InputError
        With the name of the first of them.
    """
    for name, digests in read.sets.items():
        logits = logits_of(read.arrays, name)
        cut = read.arrays.get(array_name(name, "cut"))
        if cut is None or cut.shape != (len(digests),) or (cut.size and cut.max() >= len(CUTS)):
            raise damaged(file, f"{array_name(name, 'cut')!r} does not fit its digests")
        tables = [(EMBEDDINGS.get(name, name), read.arrays.get(EMBEDDINGS.get(name, name)))]
        tables += [] if logits is None else [(array_name(name, "logits"), logits)]
        tables += [(array_name(name, "layer"), layer) for layer in layers_of(read.arrays, name)]
        for what, table in tables:
            if table is None or table.dtype != np.float32 or table.shape[:1] != (len(digests),):
                raise damaged(file, f"{what!r} is no float32 array with a row for each digest")
            if table.ndim != 2 or (what in EMBEDDINGS.values() and not np.isfinite(table).all()):
                raise damaged(file, f"{what!r} holds NaN or infinity, or is no table")
    widths = {read.arrays[EMBEDDINGS[name]].shape[1] for name in read.sets}
    if len(widths) != 1:
        raise damaged(file, f"its embeddings have several widths, {sorted(widths)}")


def _spell(named: object) -> str:
    """Write versions by name."""
    return ", ".join(f"{k} {v}" for k, v in named.items()) if isinstance(named, dict) else "other versions"


def damaged(file: str, problem: str) -> InputError:
    return InputError(f"{file} is damaged: {problem}.", hint="Copy it again, or extract it again.")
