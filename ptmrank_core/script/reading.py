"""How samples were read, said before anything is computed on them."""

from __future__ import annotations

import sys

from ptmrank_core import reports
from ptmrank_core.records import Samples

__all__ = ["say_reading"]


def say_reading(samples: Samples) -> None:
    """Print to standard error what was read, with what else it might be in the words of a script."""
    offers = [f"{offer.keywords()}: {offer.text}" for offer in samples.offers]
    lines = [reports.reading_text(samples.summary()), *(["You may prefer:", *offers] if offers else [])]
    sys.stderr.write("\n".join([*lines, ""]))
