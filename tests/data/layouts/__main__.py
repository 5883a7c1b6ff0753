"""Prints what comes of every layout, as a table in Markdown; ``--fronts OUT`` writes what each front says."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.data.layouts import LAYOUTS
from tests.data.layouts.fronts import Said, ask_all, differ
from tests.data.layouts.layout import make, outcome, say


def main() -> None:
    """Read every layout and write a row for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fronts", type=Path, metavar="OUT", help="write what each front says to this file")
    out = parser.parse_args().fronts
    if out is None:
        sys.stdout.write("| layout | outcome |\n|---|---|\n")
        for layout in LAYOUTS:
            with tempfile.TemporaryDirectory() as folder:
                source = make(layout, Path(folder) / "source")
                said = _cell(say(outcome(source, layout.reading), str(source)))
                sys.stdout.write(f"| {layout.title} | {said} |\n")
        return
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as home:
        os.environ["PTMRANK_HOME"] = home
        with out.open("w", encoding="utf-8", buffering=1) as table:
            table.writelines(f"{row}\n" for row in _rows())


def _rows() -> Iterator[str]:
    """Write a row for each layout: what the command line says, and the others where they say the same."""
    counts: Counter[str] = Counter()
    fronts: list[str] = []
    for layout in LAYOUTS:
        with tempfile.TemporaryDirectory() as folder:
            said = ask_all(layout, make(layout, Path(folder) / "source"))
        if not fronts:
            fronts = list(said)
            yield f"| layout | {' | '.join(fronts)} |"
            yield f"|---{'|---' * len(fronts)}|"
        first, *others = said.values()
        cells = [first.in_words(), *(_beside(first, other) for other in others)]
        yield f"| {layout.title} | {' | '.join(map(_cell, cells))} |"
        counts[first.outcome] += 1
        counts["layouts"] += 1
        counts["layouts of which the fronts say different things"] += differ(said)
    yield ""
    yield "; ".join(f"{count} {name}" for name, count in counts.items())


def _beside(first: Said, other: Said | None) -> str:
    """Write what another front says, where it is not the same."""
    if other is None:
        return ""
    return other.outcome if not differ({"first": first, "other": other}) else other.in_words()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


main()
