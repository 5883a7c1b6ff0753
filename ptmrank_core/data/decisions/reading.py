"""A table of decisions, or their text on a command line -> decisions and corrections."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from ptmrank_core.errors import InputError
from ptmrank_core.records import DECISIONS, Correction, Decision, Decisions
from ptmrank_core.records.foreign import open_regular, parse_json, unreadable_json

__all__ = ["MAX_DECISIONS", "load_corrections", "read_decisions"]

MAX_BYTES, MAX_DECISIONS, MAX_CHARS = 16 * 2**20, 20_000, 1_000
DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
NEEDED = ("sample", "decision", "new_label")
FILE = "file"
# What the table's writer puts before a text that a spreadsheet would run: see reports.tables.writers.
QUOTED = re.compile(r"'(?=[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20])")
HINT = (
    "Expected the table of decisions as a run exports it: the columns sample, file, label, decision, "
    "new_label, reason."
)


def load_corrections(text: str) -> tuple[Correction, ...]:
    """Read corrections from a file, or from their text in place.

    Parameters
    ----------
    text
        Path of a table of decisions (CSV), or a JSON object: SHA-256 of a sample -> its label, or null.

    Raises
    ------
    InputError
        If it is neither; the message says what was expected.
    """
    if text.lstrip().startswith("{"):
        return tuple(_in_place(text))
    path = Path(text).expanduser()
    try:
        with open_regular(path) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"The decisions at {str(path)!r} cannot be read: {error.strerror or error}.", hint=HINT
        ) from error
    return Decisions(read_decisions(path.name, data)).corrections()


def _in_place(text: str) -> Iterator[Correction]:
    """Read corrections from a JSON object."""
    try:
        fields = parse_json(text, unique=True).value
    except ValueError as error:
        raise InputError(
            f"The decisions in the place of a file: {unreadable_json(error)}.", hint=HINT
        ) from error
    if not isinstance(fields, dict):
        raise InputError("The decisions in place are no JSON object.", hint=HINT)
    if len(fields) > MAX_DECISIONS:
        raise _too_many("The text", len(fields))
    for sample, label in fields.items():
        if not DIGEST.fullmatch(sample) or not (label is None or isinstance(label, str)):
            raise InputError(
                f"The decision {_short(sample)!r}: {_short(str(label))!r} cannot be read; expected the "
                "SHA-256 of a sample, and its label as a text or null.",
                hint=HINT,
            )
        yield Correction(sample, label)


def read_decisions(name: str, data: bytes) -> tuple[Decision, ...]:
    """Read a table of decisions.

    Parameters
    ----------
    name
        Name of the file, for messages.
    data
        Its bytes: CSV in UTF-8 with the columns ``sample``, ``decision`` and ``new_label``, and possibly
        ``file``, ``label`` and ``reason``; other columns are passed over.

    Returns
    -------
    tuple of Decision
        One for each row.

    Raises
    ------
    InputError
        If it is no such table, is too large, or names a sample twice; the message names the line.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"{name!r} is larger than {MAX_BYTES // 2**20} MiB.", hint=HINT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name!r} is not UTF-8: byte {error.start} is not.", hint=HINT) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, Decision] = {}
    try:
        missing = [column for column in NEEDED if column not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"{name!r} has no column {', '.join(map(repr, missing))}.", hint=HINT)
        for row in reader:
            decision = _decision(row, f"{name}:{reader.line_num}")
            if decision.sample in found:
                raise InputError(f"{name}:{reader.line_num} decides on a sample a second time.", hint=HINT)
            found[decision.sample] = decision
            if len(found) > MAX_DECISIONS:
                raise _too_many(repr(name), len(found))
    except csv.Error as error:
        raise InputError(f"{name!r} cannot be read at line {reader.line_num}: {error}.", hint=HINT) from error
    return tuple(found.values())


def _decision(row: Mapping[str | None, str | list[str] | None], place: str) -> Decision:
    """Read one row; what is too long or missing is an error that names the line."""
    cells = {key: cell for key, cell in row.items() if isinstance(key, str) and isinstance(cell, str)}
    sample, kind, new = (QUOTED.sub("", cells.get(key, "").strip(), count=1) for key in NEEDED)
    if any(len(cell) > MAX_CHARS for cell in cells.values()):
        raise InputError(f"{place} holds a text of more than {MAX_CHARS:,} letters.", hint=HINT)
    if not DIGEST.fullmatch(sample):
        raise InputError(f"{place} names the sample {_short(sample)!r}; expected its SHA-256.", hint=HINT)
    if kind not in DECISIONS:
        raise InputError(
            f"{place} decides {_short(kind)!r}; expected {', '.join(DECISIONS[:-1])} or {DECISIONS[-1]}.",
            hint=HINT,
        )
    if (kind == "relabel") != bool(new):
        wrong = "relabels to nothing" if kind == "relabel" else f"has a new label, but decides {kind!r}"
        raise InputError(
            f"{place} {wrong}.", hint="A new label goes with the decision relabel, and only with it."
        )
    more = {key: QUOTED.sub("", cells.get(key, ""), count=1) for key in (FILE, "label", "reason")}
    return Decision(sample, decision=kind, new_label=new, **more)


def _too_many(what: str, number: int) -> InputError:
    return InputError(
        f"{what} holds {number:,} decisions or more; at most {MAX_DECISIONS:,} are read.",
        hint="So many labels are better changed in the source.",
    )


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
