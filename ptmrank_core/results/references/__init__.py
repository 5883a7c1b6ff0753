"""References: what candidates should beat, beside the ranking and never in it."""

from ptmrank_core.results.references.references import (
    Reference,
    left_out_sentences,
    references_of,
    say_references,
    wants_references,
)

__all__ = ["Reference", "left_out_sentences", "references_of", "say_references", "wants_references"]
