"""The clips of ``demo:spoken-digits``: short synthesised recordings in the repository.

The name of a file describes the clip: ``three/en-gb-f2-04.flac`` is the fourth take of the word
"three" by the speaker ``en-gb-f2``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ptmrank_core.errors import SamplesError

__all__ = ["SPOKEN_DIGITS", "Clip", "spoken_clips"]

SPOKEN_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
FILE_NAME = re.compile(r"(?P<speaker>.+)-\d\d\.flac")


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording.

    Attributes
    ----------
    name
        Path below the folder of the clips, with forward slashes.
    data
        The file's bytes.
    label
        The word, one of `SPOKEN_DIGITS`.
    group
        The speaker. Clips of one group must not be on both sides of a split: a model would be rewarded for
        recognising the voice.
    """

    name: str
    data: bytes
    label: str
    group: str


def spoken_clips(folder: Path) -> tuple[Clip, ...]:
    """Read the clips.

    Parameters
    ----------
    folder
        ``assets/demo/spoken-digits/clips`` of the repository.

    Returns
    -------
    tuple of Clip
        Sorted by name.

    Raises
    ------
    SamplesError
        If a digit has no clips, or the name of a file does not name the speaker.
    """
    return tuple(
        sorted((clip for digit in SPOKEN_DIGITS for clip in _clips_of(folder, digit)), key=lambda c: c.name)
    )


def _clips_of(folder: Path, digit: str) -> list[Clip]:
    """Read all clips of one digit."""
    clips = []
    for path in (folder / digit).glob("*.flac"):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise SamplesError(
                f"{path.name} in {path.parent} is not named SPEAKER-TAKE.flac, such as en-gb-f2-04.flac.",
                hint="Restore the folder from the repository.",
            )
        clips.append(Clip(f"{digit}/{path.name}", path.read_bytes(), digit, match["speaker"]))
    if not clips:
        raise SamplesError(
            f"No clips of the digit {digit!r} are in {folder}.", hint="Run from a clone of the repository."
        )
    return clips
