"""Prints what comes of every layout, as a table in Markdown."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.data.layouts import LAYOUTS
from tests.data.layouts.layout import make, outcome, say


def main() -> None:
    """Read every layout and write a row for it."""
    sys.stdout.write("| layout | outcome |\n|---|---|\n")
    for layout in LAYOUTS:
        with tempfile.TemporaryDirectory() as folder:
            source = make(layout, Path(folder) / "source")
            said = say(outcome(source, layout.reading), str(source)).replace("|", "\\|")
            sys.stdout.write(f"| {layout.title} | {said} |\n")


main()
