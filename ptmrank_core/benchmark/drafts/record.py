"""What has been chosen for a run that is not planned yet, and its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ptmrank_core.records import AS_RECOGNISED, Reading, decode
from ptmrank_core.records.foreign import parse_json
from ptmrank_core.records.names import printable

__all__ = ["RunDraft", "draft_from_json", "draft_to_json"]

PLACE = "draft"


@dataclass(frozen=True, slots=True)
class RunDraft:
    """What has been chosen for the next run.

    Parameters
    ----------
    samples_source
        The source that samples are loaded from; ``None`` before any were chosen.
    ready_made
        Folder of uploaded features, which replace samples and models.
    reading
        How the samples are read.
    task
        Name of the task category; ``None`` before one was chosen.
    ticks
        Model on this machine -> whether it was ticked or unticked; others are as they are offered.
    hub_ids
        Ids of models as typed.
    selected_models
        Models chosen out of lists: task category -> id -> what the list said of it, in plain JSON types.
    preselected
        Task category -> the preset whose models are among the selected ones, and those of them that were not
        selected before; an empty name where none is wanted.
    metrics
        Names of metrics; ``None`` before any were chosen.
    dtype, layers, device
        Precision of the models, whether their hidden layers are scored too, and where they run.
    references, controls
        Whether references are probed beside the candidates, and controls scored under every metric.
    label_encoder
        Id of the text model that embeds the class names; ``None`` for one-hot classes, empty before anything
        was chosen.
    """

    samples_source: str | None = None
    ready_made: str | None = None
    reading: Reading = AS_RECOGNISED
    task: str | None = None
    ticks: Mapping[str, bool] = field(default_factory=dict)
    hub_ids: str = ""
    selected_models: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    preselected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    metrics: tuple[str, ...] | None = None
    dtype: str = "auto"
    layers: bool = False
    device: str = "auto"
    references: bool = True
    controls: bool = False
    label_encoder: str | None = ""

    @property
    def source(self) -> str | None:
        """What the samples, or the features in their place, are read from; ``None`` for nothing yet."""
        return self.samples_source or self.ready_made


def draft_to_json(draft: RunDraft) -> str:
    """Encode a draft."""
    return json.dumps(asdict(draft), allow_nan=False)


def draft_from_json(content: bytes) -> RunDraft:
    """Decode a draft; its texts become printable, whatever was written there.

    Raises
    ------
    ValueError
        If it is no JSON within bounds.
    InputError
        If it is no draft, or one of a later version.
    """
    value = parse_json(content, finite=True, unique=True).value
    return decode(RunDraft, _printable(value), PLACE)


def _printable(value: Any) -> Any:
    """Make every text in a value of JSON printable; the parser has bounded how deep it is."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [_printable(part) for part in value]
    if isinstance(value, dict):
        return {printable(name): _printable(part) for name, part in value.items()}
    return value
