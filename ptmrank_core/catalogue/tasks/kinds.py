"""What is to be known of a task category: one whose models labelled samples can rank, or why they cannot."""

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
        What its models read.
    idea
        One sentence: what its models were made for, and what of them is ranked.
    target_kinds
        What labels its models can be ranked on.
    unit
        What has a label: ``"picture"``, ``"word"``.
    aliases
        Other names for it.
    hub_name
        What the Hub calls it today; ``None`` where that is its name.
    is_later
        Whether the Hub has made it since PeaTMOSS.
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
        """What the labels are where the category says so; ``None`` where that is told from the labels."""
        return self.target_kinds[0] if len(self.target_kinds) == 1 else None


@dataclass(frozen=True, slots=True)
class UnrankableCategory:
    """A task category whose models labelled samples cannot rank.

    Parameters
    ----------
    name, domain, aliases, hub_name, is_later
        As of :class:`TaskCategory`.
    reason
        Why, in a sentence or two that stand on their own.
    instead
        What to do instead; empty where there is nothing.
    """

    name: str
    domain: str
    reason: str
    instead: str = ""
    aliases: tuple[str, ...] = ()
    hub_name: str | None = None
    is_later: bool = False


AnyCategory: TypeAlias = TaskCategory | UnrankableCategory
