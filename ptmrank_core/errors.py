"""The errors of the core: one tree.

    PTMRankError
    ├── InputError               the user's input cannot be used; nothing was computed
    │   ├── UnknownNameError     a name that is not in a table, with the nearest ones
    │   ├── ArchiveError         an archive that is unsafe or damaged
    │   ├── SamplesError         samples that cannot be ranked on
    │   └── MetricInputError     arrays that do not fit a metric
    │       └── NotApplicableError  they fit, but the metric cannot be had for them here
    ├── ModelError               a model cannot be used here
    │   ├── ModelNotFoundError   no such model, folder or revision
    │   ├── GatedModelError      the model asks for an account or a licence
    │   ├── DownloadError        its files cannot be brought to this machine: network, permission, room
    │   ├── WeightsFormatError   no weights in a format that is safe to read
    │   ├── UnsupportedModelError  loads, but its family or input is not known here
    │   └── OutOfMemoryError     a single sample does not fit on the device
    ├── MetricError              a metric has no finite value for these arrays
    ├── RunError                 a stored run cannot be used
    │   ├── RunNotFoundError     no run with this id
    │   ├── RunBusyError         another worker holds the run
    │   └── SamplesChangedError  the samples are not those the run was planned with
    └── CancelledError           the user stopped the run

Every message says what is wrong with which value and what was expected; ``hint`` says what to do.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ArchiveError",
    "CancelledError",
    "DownloadError",
    "GatedModelError",
    "InputError",
    "MetricError",
    "MetricInputError",
    "ModelError",
    "ModelNotFoundError",
    "NotApplicableError",
    "OutOfMemoryError",
    "PTMRankError",
    "RunBusyError",
    "RunError",
    "RunNotFoundError",
    "SamplesChangedError",
    "SamplesError",
    "UnknownNameError",
    "UnsupportedModelError",
    "WeightsFormatError",
]


class PTMRankError(Exception):
    """Everything that the core raises on purpose.

    Parameters
    ----------
    message
        What is wrong with which value, and what was expected.
    hint
        What the reader can do about it; empty where the message says it all.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(PTMRankError):
    """The user's input cannot be used; nothing was computed."""


class UnknownNameError(InputError):
    """A name that is not in a table.

    Parameters
    ----------
    kind
        What the name should have been: ``"metric"``, ``"task category"``.
    name
        The name that came.
    known
        The names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
        guess = f"Did you mean {' or '.join(repr(c) for c in close)}?" if close else ""
        listed = f"Known: {', '.join(names)}."
        super().__init__(f"Unknown {kind} {name!r}.", hint=f"{guess} {listed}".strip())


class ArchiveError(InputError):
    """An archive that is unsafe or damaged; the message names the entry."""


class SamplesError(InputError):
    """Samples that cannot be ranked on: none left, one class left, no labels."""


class MetricInputError(InputError):
    """Arrays that do not fit a metric: wrong shape, not finite, one class only."""


class NotApplicableError(MetricInputError):
    """A metric cannot be had for these arrays here: it is skipped, with what to do about it."""


class ModelError(PTMRankError):
    """A model cannot be used here; the other models of the run go on."""


class ModelNotFoundError(ModelError):
    """No such model, folder or revision."""


class GatedModelError(ModelError):
    """The model asks for an account or a signed licence."""


class DownloadError(ModelError):
    """The model's files cannot be brought to this machine: no network, no permission, no room."""


class WeightsFormatError(ModelError):
    """The model has no weights in a format that is safe to read."""


class UnsupportedModelError(ModelError):
    """The model loads, but its family, its input or its output is not known here."""


class OutOfMemoryError(ModelError):
    """A single sample does not fit on the device."""


class MetricError(PTMRankError):
    """A metric has no finite value for these arrays."""


class RunError(PTMRankError):
    """A stored run cannot be used."""


class RunNotFoundError(RunError):
    """No run with this id is stored here."""


class RunBusyError(RunError):
    """Another worker holds the run."""


class NotOwnerError(RunError):
    """Somebody else's run: it can be looked at, and nothing can be done about it."""


class SamplesChangedError(RunError):
    """The samples are not those that the run was planned with."""


class CancelledError(PTMRankError):
    """The user stopped the run."""
