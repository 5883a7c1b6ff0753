"""What one check found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.config import Settings
from ptmrank_core.faults import move_aside

__all__ = ["CheckUpload", "Diagnosis", "Patient", "ill", "put_away", "say_bytes"]

CheckUpload = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at.

    Parameters
    ----------
    settings
        Where everything is kept.
    check_upload
        Says what is wrong with the folder of an upload; empty if nothing is.
    """

    settings: Settings
    check_upload: CheckUpload


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is kept somewhere, and what is wrong with it.

    Parameters
    ----------
    subject
        What was looked at: ``"run store"``.
    said
        What was found, in a sentence.
    is_well
        Whether it is as it should be.
    advice
        What to do about it; empty where it is well.
    remedy
        Mends it without losing anything, and says what it did; ``None`` where that is for people to do.
    """

    subject: str
    said: str
    is_well: bool = True
    advice: str = ""
    remedy: Callable[[], str] | None = None

    @property
    def can_be_mended(self) -> bool:
        """Whether there is a remedy."""
        return self.remedy is not None


def ill(subject: str, said: str, advice: str, remedy: Callable[[], str] | None = None) -> Diagnosis:
    """Say what is wrong with something, and what to do about it."""
    return Diagnosis(subject, said, is_well=False, advice=advice, remedy=remedy)


def put_away(path: Path) -> str:
    """Move what is in the way aside; return what was done."""
    return f"Moved to {move_aside(path)}."


def say_bytes(size_bytes: int) -> str:
    """Write a size: ``1.2 MB``, ``3.4 GB``."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:,.1f} GB"
