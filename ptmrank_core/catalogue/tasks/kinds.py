"""Records of task categories: those whose models can be ranked on labelled samples, and the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ptmrank_core.records import Modality, TargetKind

__all__ = ["AnyCategory", "TaskCategory", "UnrankableCategory"]

ANY_TARGET: tuple[TargetKind, ...] = ("classification", "regression", "multilabel")


@dataclass(frozen=True, slots=True)
class TaskCategory:
    """A task category whose models labelled samples can rank.

    Parameters
    ----------
    name
        The PeaTMOSS name, or the Hub's where the category came later: ``"image-classification"``.
    domain
        The PeaTMOSS domain it belongs to.
    modality
        Modality of its models' input.
    idea
        One sentence: the purpose of its models, and which part of them is ranked.
    target_kinds
        Kinds of labels that its models can be ranked on.
    unit
        What one label belongs to: ``"picture"``, ``"word"``.
    aliases
        Other names for it.
    hub_name
        Its current name on the Hub; ``None`` if that is the same.
    is_later
        Whether the Hub added it after PeaTMOSS.
    """

    name: str
    domain: str
    modality: Modality
    idea: str
    target_kinds: tuple[TargetKind, ...] = ANY_TARGET
    unit: str = ""
    aliases: tuple[str, ...] = ()
    hub_name: str | None = None
    is_later: bool = False

    @property
    def target_kind(self) -> TargetKind | None:
        """Kind of the labels if the category has only one; ``None`` if it depends on the labels."""
        return self.target_kinds[0] if len(self.target_kinds) == 1 else None


@dataclass(frozen=True, slots=True)
class UnrankableCategory:
    """A task category whose models labelled samples cannot rank.

    Parameters
    ----------
    name, domain, aliases, hub_name, is_later
        As of :class:`TaskCategory`.
    reason
        The reason, in one or two complete sentences.
    instead
        What to do instead; empty if there is nothing.
    """

    name: str
    domain: str
    reason: str
    instead: str = ""
    aliases: tuple[str, ...] = ()
    hub_name: str | None = None
    is_later: bool = False


AnyCategory: TypeAlias = TaskCategory | UnrankableCategory
