"""Values and their labels -> Samples: what every kind of object ends in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ptmrank_core.data.decisions import apply_corrections
from ptmrank_core.data.deduplication import describe_changes, describe_flaws
from ptmrank_core.data.media.grey import with_one_white
from ptmrank_core.data.media.kinds import MEDIA, Checked
from ptmrank_core.data.objects.options import ObjectReading
from ptmrank_core.data.objects.targets import settle_reading
from ptmrank_core.data.objects.values import ValueReader, is_missing_value, modality_of
from ptmrank_core.data.quality import with_warnings
from ptmrank_core.data.sources.limits import Limits
from ptmrank_core.data.subsampling import subsample
from ptmrank_core.data.tables.assemble import assemble
from ptmrank_core.data.tables.items import TableItems
from ptmrank_core.errors import InputField, SamplesError, UnclearReadingError
from ptmrank_core.records import OBJECTS_PREFIXES, LeftOut, Modality, Samples

__all__ = [
    "OBJECTS_PREFIXES",
    "LabelledValues",
    "finish",
    "recognise_modality",
    "samples_of_made",
    "samples_of_values",
]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledValues:
    """Values that are to become samples, with the cells of their labels.

    Parameters
    ----------
    name
        What they are entries of, for messages: ``"the list"``.
    values
        n values, perhaps read one by one.
    labels
        n cells of each label column.
    groups
        n groups; ``None`` if none are known.
    notes
        How they were found, one sentence each.
    hint
        What was expected, for messages.
    left_out
        What was left out before, and why.
    source
        What messages call the whole; by default the name.
    """

    name: str
    values: Iterable[Any]
    labels: Mapping[str, Sequence[str]]
    groups: Sequence[str] | None = None
    notes: tuple[str, ...] = ()
    hint: str = ""
    left_out: tuple[LeftOut, ...] = ()
    source: str = ""


def recognise_modality(
    values: Iterable[Any], wanted: ObjectReading, limits: Limits, name: str
) -> ObjectReading:
    """Find out what some values are, if the user did not say so.

    Parameters
    ----------
    values
        Of one kind.
    wanted
        Its modality counts, where it has one.
    limits
        Bounds on files.
    name
        What they are entries of.

    Raises
    ------
    SamplesError
        If they may be several things.
    """
    if wanted.modality is not None:
        return wanted
    there = (value for value in values if not is_missing_value(value))
    found = {modality_of(value, wanted.sampling_rate, limits) for value in there}
    modality: Modality | None = found.pop() if len(found) == 1 else None
    if modality is None:
        raise SamplesError(
            f"It is not clear what the entries of {name} are: pictures, recordings, texts or numbers.",
            fields=[InputField.MODALITY],
        )
    return wanted.of(modality)


def samples_of_values(gathered: LabelledValues, wanted: ObjectReading, limits: Limits) -> Samples:
    """Make samples of values and their labels.

    Parameters
    ----------
    gathered
        The values.
    wanted
        Its modality is known.
    limits
        Bounds on what is read.

    Returns
    -------
    Samples
        In their order. What cannot be read, duplicates and classes with one sample are in ``left_out``.

    Raises
    ------
    SamplesError
        If a value is no sample of this modality, the labels are ambiguous, or too few samples are left.
    """
    reader = ValueReader(wanted, limits, gathered.name)
    made = [reader.read(value, number) for number, value in enumerate(gathered.values, start=1)]
    return samples_of_made(gathered, made, wanted)


def samples_of_made(
    gathered: LabelledValues, made: Sequence[tuple[str, Checked | LeftOut]], wanted: ObjectReading
) -> Samples:
    """Make samples of what a reader has made of values; parameters as those of :func:`samples_of_values`."""
    items = TableItems(labels={column: [] for column in gathered.labels}, left_out=[*gathered.left_out])
    items.left_out += [one for _, one in made if isinstance(one, LeftOut)]
    cells = list(zip(*gathered.labels.values(), strict=True))
    kept = [(row, name, one) for row, (name, one) in enumerate(made) if isinstance(one, Checked)]
    read = with_one_white([one for _, _, one in kept])
    for (row, name, _), one in zip(kept, read, strict=True):
        group = None if gathered.groups is None else gathered.groups[row]
        items.add(name, one.item, one.digest, cells[row], group)
    samples = _assemble(gathered, items, describe_changes(read), wanted)
    flaws = dict(zip(items.names, (one.flaw for one in read), strict=True))
    kind = MEDIA[samples.modality].plural if samples.modality in MEDIA else ""
    warnings = describe_flaws(kind, ((name, flaws[name]) for name in samples.names))
    return finish(replace(samples, warnings=(*samples.warnings, *warnings)), wanted)


def _assemble(
    gathered: LabelledValues, items: TableItems, notes: tuple[str, ...], wanted: ObjectReading
) -> Samples:
    """Join items and labels; what is wrong with them is said in words that fit where they come from."""
    reading = settle_reading(wanted, items.labels)
    name, modality = gathered.source or gathered.name, wanted.modality or "image"
    try:
        return assemble(name, modality, items, reading, (*gathered.notes, *notes))
    except SamplesError as error:
        if not gathered.hint or isinstance(error, UnclearReadingError):
            raise
        fields = [field for field in error.fields if field is not InputField.LABEL_COLUMNS]
        raise SamplesError(error.message, hint=gathered.hint, fields=fields) from error


def finish(samples: Samples, wanted: ObjectReading) -> Samples:
    """Draw as many samples as are wanted, correct labels, look for warnings, and name the source."""
    drawn = subsample(samples, wanted.reading.max_samples)
    drawn = with_warnings(apply_corrections(drawn, wanted.reading.corrections))
    return replace(drawn, source=f"{OBJECTS_PREFIXES[0]}{drawn.fingerprint[:16]}")
