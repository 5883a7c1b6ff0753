"""What was left out, counted by reason."""

from __future__ import annotations

import pytest

from ptmrank_core.data.deduplication import count_reasons
from ptmrank_core.records import LeftOut


@pytest.mark.parametrize(
    ("reasons", "counted"),
    [
        (
            ["not an image"] * 2 + ["unreadable image: broken at byte 7"],
            "2 x not an image, 1 x unreadable image",
        ),
        (
            ["a recording (.m4a) in a format that is not read: convert it to WAV, FLAC or OGG"] * 2
            + ["a recording (.aac) in a format that is not read: convert it to WAV, FLAC or OGG"],
            "3 x a recording: convert it to WAV, FLAC or OGG",
        ),
        (
            ["Git LFS pointer: run git lfs pull", "Git LFS pointer: run git lfs pull"],
            "2 x Git LFS pointer: run git lfs pull",
        ),
        (
            ["a spreadsheet (.numbers): save it as .csv in UTF-8. It holds 3 sheets."],
            "1 x a spreadsheet: save it as .csv in UTF-8. It holds 3 sheets",
        ),
    ],
)
def test_details_are_left_out_and_what_to_do_stays(reasons: list[str], counted: str) -> None:
    """The most frequent reason comes first; however long a remedy is, it is there to its end."""
    assert count_reasons([LeftOut(str(i), reason) for i, reason in enumerate(reasons)]) == counted
