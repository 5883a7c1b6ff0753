"""Chosen samples as a short text."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ptmrank_core.errors import InputError
from ptmrank_core.projection import MAX_SELECTION_CHARS, decode_selection, encode_selection

ADDRESS = re.compile(r"[A-Za-z0-9._~-]*")


def test_samples_that_stand_together_are_ranges() -> None:
    """Numbers count from 1, as the page counts samples; the order and repetitions are lost."""
    assert encode_selection([], 50) == ""
    assert encode_selection([499, 8, 0, 1, 2, 3, 4, 4], 500) == "r1-5.9.500"
    assert encode_selection(range(0, 100, 2), 500) == "bqqqqqqqqqqqqqqqqoA"
    assert decode_selection("r1-5.9", 500).tolist() == [0, 1, 2, 3, 4, 8]
    assert decode_selection("r9.1-5.2", 500).tolist() == [0, 1, 2, 3, 4, 8]


@pytest.mark.parametrize("n_samples", [1, 7, 8, 9, 200, 23_000])
@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
def test_whatever_is_chosen_comes_back(n_samples: int, share: float) -> None:
    """Any choice among 23,000 samples fits an address and needs no escaping in it."""
    rng = np.random.default_rng(n_samples)
    rows = np.flatnonzero(rng.random(n_samples) < share)
    text = encode_selection(rows, n_samples)
    assert ADDRESS.fullmatch(text)
    assert len(text) <= MAX_SELECTION_CHARS
    np.testing.assert_array_equal(decode_selection(text, n_samples), rows)


@pytest.mark.parametrize(
    "text",
    [
        "1-5",
        "r",
        "r0",
        "r5-3",
        "r1..2",
        "r1-",
        "r01",
        "r\uff11",
        "b",
        "b!",
        "bA",
        "bAAAA",
        "x1",
        "r1,2",
        "r-1",
    ],
)
def test_what_somebody_made_up_is_refused(text: str) -> None:
    """Each says what a selection looks like."""
    with pytest.raises(InputError, match=r"^Expected a selection such as 'r1-5\.9', got "):
        decode_selection(text, 10)


@pytest.mark.parametrize(("text", "number"), [("r3-11", 11), ("r999999999", 999_999_999), ("bAAE", 16)])
def test_a_sample_that_there_is_not_is_named(text: str, number: int) -> None:
    """A long range is not written out before it is refused."""
    sentence = f"The selection has sample number {number:,}, and there are 10 samples."
    with pytest.raises(InputError, match=re.escape(sentence)):
        decode_selection(text, 10)


def test_a_text_has_a_bound() -> None:
    """4,000 characters, unless the caller allows more."""
    text = "r" + ".".join(["1"] * 2001)
    with pytest.raises(InputError, match="Expected a selection of at most 4,000 characters, got 4,002"):
        decode_selection(text, 10)
    assert decode_selection(text, 10, max_chars=5000).tolist() == [0]


@pytest.mark.parametrize("rows", [[-1], [10]])
def test_only_samples_are_written(rows: list[int]) -> None:
    """An index that is none is a fault of the caller."""
    with pytest.raises(InputError, match="Expected indices of 10 samples"):
        encode_selection(rows, 10)
