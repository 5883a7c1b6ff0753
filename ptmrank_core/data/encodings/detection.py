"""Which encoding some bytes are in: the one in which they are likeliest."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import charset_normalizer

from ptmrank_core.data.encodings.candidates import ALPHABETS, CANDIDATES, Candidate, foreign_candidate
from ptmrank_core.data.encodings.languages import EAST_ASIAN
from ptmrank_core.data.encodings.scoring import cost_of_text, costs_of_ascii
from ptmrank_core.data.encodings.units import CUT_FROM, Evidence, gather

__all__ = ["Ranked", "detect", "is_clear"]

CLEAR = 8.0
"""Nats by which a reading has to be likelier than any other that gives another text."""
UNDECODABLE = 20.0
LOST = "\ufffd"
FIRST_UNITS = 40
FAR_BEHIND = 200.0
MAX_ASCII_COST = 20.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """An encoding, and how unlikely the bytes are in it.

    Parameters
    ----------
    codec
        The encoding.
    cost
        In nats.
    cost_per_byte
        The same for each byte that was looked at; languages cost 2 to 5.
    is_whole
        Whether all of the bytes that were looked at are characters.
    """

    codec: str
    cost: float
    cost_per_byte: float
    is_whole: bool


def _decode(unit: bytes, codec: str) -> str | None:
    """Decode a piece; ``None`` where it is not in this encoding. A long one may end within a character."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(unit, final=len(unit) < CUT_FROM)
    except UnicodeDecodeError:
        return None


def _cost(
    candidate: Candidate, units: Sequence[bytes], base: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """Return the cost of some pieces in an encoding, and their text."""
    texts = [_decode(unit, candidate.codec) for unit in units]
    lost = sum(len(unit) for unit, text in zip(units, texts, strict=True) if text is None)
    read = tuple(text for text in texts if text is not None)
    cost = candidate.cost + UNDECODABLE * lost + cost_of_text(read, candidate.languages, base)
    return cost, tuple(text if text is not None else LOST for text in texts)


def _proposals(evidence: Evidence) -> list[Candidate]:
    """Return the encodings that charset-normalizer holds possible and that are no candidates yet."""
    found = charset_normalizer.from_bytes(b"\n".join(evidence.units)[:4096], preemptive_behaviour=False)
    return [candidate for match in found if (candidate := foreign_candidate(match.encoding))]


def detect(texts: Iterable[bytes]) -> list[Ranked]:
    """Rank the encodings that some bytes may be in.

    Parameters
    ----------
    texts
        Files in one encoding, which is not UTF-8.

    Returns
    -------
    list of Ranked
        The likeliest first; of several that give the same text only the first.
    """
    evidence = gather(texts)
    candidates = [*CANDIDATES, *_proposals(evidence)]
    base = costs_of_ascii(evidence.words, (*ALPHABETS, *EAST_ASIAN), MAX_ASCII_COST)
    for units in (evidence.units[:FIRST_UNITS], evidence.units):
        scored = [(*_cost(candidate, units, base), candidate) for candidate in candidates]
        least = min(cost for cost, _, _ in scored)
        candidates = [candidate for cost, _, candidate in scored if cost < least + FAR_BEHIND]
    n_bytes = max(1, sum(map(len, evidence.units)))
    ranked: dict[tuple[str, ...], Ranked] = {}
    for cost, text, candidate in scored:
        codec, least = candidate.codec, cost
        if text in ranked:
            codec, least = ranked[text].codec, min(cost, ranked[text].cost)
        ranked[text] = Ranked(codec, least, least / n_bytes, LOST not in text)
    return sorted(ranked.values(), key=lambda item: item.cost)


def is_clear(ranked: Sequence[Ranked]) -> bool:
    """Whether the first of some encodings is the one, beyond reasonable doubt."""
    return len(ranked) == 1 or ranked[1].cost - ranked[0].cost >= CLEAR
