"""Labelled files -> Samples, if enough of them are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.deduplication import (
    LabelledFile,
    count_reasons,
    describe_changes,
    describe_flaws,
    drop_single,
)
from ptmrank_core.data.files.labels import Labelling
from ptmrank_core.data.labels.multilabel import sort_classes
from ptmrank_core.data.media.kinds import MediaKind
from ptmrank_core.data.naming import name_source
from ptmrank_core.data.tables.assemble import settle_labels
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut, Samples

__all__ = ["build_samples"]


def _layout_hint(kind: MediaKind) -> str:
    """Describe what a source of this kind should look like."""
    return (
        f"Expected a .zip file or a folder with one folder of {kind.plural} for each class, or with a "
        f"table of files and labels (.csv, .tsv, .jsonl, .parquet) beside the {kind.plural}."
    )


def _refuse(source: str, problem: str, left_out: Sequence[LeftOut], kind: MediaKind) -> SamplesError:
    """Make the error of samples that are too few, or of too few classes."""
    why = f" Left out: {count_reasons(left_out)}." if left_out else ""
    name = name_source(source)
    return SamplesError(f"{name[0].upper()}{name[1:]} has {problem}.{why}", hint=_layout_hint(kind))


def _require_classes(
    source: str, candidates: Sequence[LabelledFile], left_out: Sequence[LeftOut], kind: MediaKind
) -> None:
    """Refuse samples of fewer than two classes."""
    sizes = Counter(candidate.label for candidate in candidates)
    if len(sizes) > 1:
        return
    left = "".join(f": {name!r} ({size} samples)" for name, size in sizes.items())
    needed = "at least two classes of two samples each are needed"
    raise _refuse(source, f"{'only one' if sizes else 'no'} class left{left}; {needed}", left_out, kind)


def _number_classes(
    source: str, candidates: Sequence[LabelledFile], left_out: Sequence[LeftOut], kind: MediaKind
) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Return the labels as numbers, and the names of the classes in their order."""
    _require_classes(source, candidates, left_out, kind)
    names = sort_classes(candidate.label for candidate in candidates)
    index = {name: i for i, name in enumerate(names)}
    return np.array([index[candidate.label] for candidate in candidates], dtype=np.int64), names


def build_samples(
    source: str,
    kind: MediaKind,
    labelling: Labelling,
    candidates: Sequence[LabelledFile],
    left_out: Sequence[LeftOut],
) -> Samples:
    """Make the samples.

    Parameters
    ----------
    source
        Where the samples come from.
    kind
        What they are.
    labelling
        What their labels are.
    candidates
        In the order of their names, without duplicates.
    left_out
        What was left out so far.

    Raises
    ------
    SamplesError
        If too little is left: two classes of two samples, three different numbers, or one label that two
        samples have and two do not are needed.
    """
    targets = labelling.targets
    target_notes: tuple[str, ...] = ()
    if targets is None or targets.kind == "classification":
        candidates, single = drop_single(candidates)
        left_out = sorted([*left_out, *single], key=lambda item: item.name)
        labels, names = _number_classes(source, candidates, left_out, kind)
    else:
        rows = [labelling.rows[candidate.name] for candidate in candidates]
        labels, names, target_notes = settle_labels(source, targets, targets.labels[rows], left_out)
    return Samples(
        modality=kind.modality,
        names=tuple(candidate.name for candidate in candidates),
        items=tuple(candidate.item for candidate in candidates),
        labels=labels,
        class_names=names,
        digests=tuple(candidate.digest for candidate in candidates),
        left_out=tuple(sorted(left_out, key=lambda item: item.name)),
        source=source,
        notes=labelling.notes + target_notes + describe_changes(candidates),
        target_kind="classification" if targets is None else targets.kind,
        warnings=describe_flaws(kind.plural, ((one.name, one.flaw) for one in candidates)),
        groups=tuple(labelling.groups[candidate.name] for candidate in candidates if labelling.groups),
        parts=labelling.parts,
        columns=labelling.columns,
        offers=(*labelling.offers, *(() if targets is None else targets.offers)),
    )
