"""Labelled files -> the record, if enough of them are left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.data.label_sets import sort_classes
from ptmrank_core.data.manifest import Labelling
from ptmrank_core.data.media import MediaKind
from ptmrank_core.data.selection import Candidate, count_reasons, drop_single
from ptmrank_core.errors import SamplesError
from ptmrank_core.records import LeftOut, Samples

__all__ = ["build_samples"]


def _layout_hint(kind: MediaKind) -> str:
    """What a source of this kind should look like."""
    return (
        f"Expected a .zip file or a folder with one folder of {kind.plural} for each class, or with a .csv or "
        f".tsv table of files and labels beside the {kind.plural}."
    )


def _refuse(source: str, problem: str, left_out: Sequence[LeftOut], kind: MediaKind) -> SamplesError:
    """Make the error of samples that are too few or too much alike."""
    why = f" Left out: {count_reasons(left_out)}." if left_out else ""
    return SamplesError(f"{source!r} has {problem}.{why}", hint=_layout_hint(kind))


def _require_classes(
    source: str, candidates: Sequence[Candidate], left_out: Sequence[LeftOut], kind: MediaKind
) -> None:
    """Refuse samples that no metric can tell apart."""
    sizes = Counter(candidate.label for candidate in candidates)
    if len(sizes) > 1:
        return
    left = "".join(f": {name!r} ({size} samples)" for name, size in sizes.items())
    problem = (
        f"{'only one' if sizes else 'no'} class left{left}; at least two classes of two samples each are needed"
    )
    raise _refuse(source, problem, left_out, kind)


def _drop_constant(
    labels: NDArray[np.float64], names: tuple[str, ...]
) -> tuple[NDArray[np.float64], tuple[str, ...], tuple[str, ...]]:
    """Leave out the columns in which all samples are alike; a note names them."""
    varies = (labels != labels[:1]).any(axis=0)
    constant = [name for name, keep in zip(names, varies, strict=True) if not keep]
    kept = tuple(name for name, keep in zip(names, varies, strict=True) if keep)
    note = f"Left out as all samples are alike in it: {', '.join(map(repr, constant))}."
    return labels[:, varies], kept, (note,) if constant else ()


def _describe_changes(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """One sentence for each way in which samples were changed."""
    counts = Counter(change for candidate in candidates for change in candidate.changes)
    return tuple(change.sentence(counts[change]) for change in sorted(counts, key=lambda c: c.name))


def build_samples(
    source: str,
    kind: MediaKind,
    labelling: Labelling,
    candidates: Sequence[Candidate],
    left_out: Sequence[LeftOut],
) -> Samples:
    """Make the record.

    Parameters
    ----------
    source
        Where the samples come from.
    kind
        What they are.
    labelling
        What their labels are.
    candidates
        In the order of names, without copies.
    left_out
        What was left out so far.

    Raises
    ------
    SamplesError
        If fewer than two classes of two samples are left, or fewer than two different targets.
    """
    notes = labelling.notes
    names: tuple[str, ...]
    labels: NDArray[Any]
    if labelling.target_kind == "classification":
        candidates, single = drop_single(candidates)
        left_out = [*left_out, *single]
        _require_classes(source, candidates, left_out, kind)
        names = sort_classes(str(candidate.label) for candidate in candidates)
        index = {name: i for i, name in enumerate(names)}
        labels = np.array([index[str(candidate.label)] for candidate in candidates], dtype=np.int64)
    else:
        if len({candidate.label for candidate in candidates}) < 2:
            raise _refuse(source, "fewer than two samples of different targets left", left_out, kind)
        table = np.array([candidate.label for candidate in candidates], dtype=np.float64)
        labels, names, constant = _drop_constant(table, labelling.target_names)
        notes += constant
        if labelling.target_kind == "regression" and len(labelling.target_names) == 1:
            labels = labels[:, 0]
    return Samples(
        modality=kind.modality,
        names=tuple(candidate.name for candidate in candidates),
        items=tuple(candidate.item for candidate in candidates),
        labels=labels,
        class_names=names,
        digests=tuple(candidate.digest for candidate in candidates),
        skipped=tuple(sorted(left_out, key=lambda item: item.name)),
        source=source,
        notes=notes + _describe_changes(candidates),
        target_kind=labelling.target_kind,
        groups=tuple(candidate.group for candidate in candidates) if labelling.groups else (),
    )
