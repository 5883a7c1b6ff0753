"""Reading a guide: the files that its steps name, and the code that goes into each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["apply_guide", "steps_of"]

STEP = re.compile(r"^\d+\. ", re.MULTILINE)
FILE = re.compile(r"`([\w/]+\.py)`")
BLOCK = re.compile(r"^ *```python\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)


def steps_of(guide: str) -> Iterator[tuple[str, list[str]]]:
    """Read the numbered steps of a guide: the file that each names first, and its blocks of code."""
    for step in STEP.split(guide)[1:]:
        named = FILE.search(step)
        assert named is not None, step
        yield named[1], [_without_list_indent(block) for block in BLOCK.findall(step)]


def _without_list_indent(block: str) -> str:
    """Take the three blanks of a numbered list away, and no more: a row of a table keeps its indent."""
    lines = (line.removeprefix("   ") for line in block.splitlines())
    return "\n".join(lines) + "\n"


def apply_guide(guide: str, root: Path) -> list[Path]:
    """Do the steps of a guide in a copy of the repository; return the files that they changed.

    A new file is the code of its step. In a file that is there already, a block that begins with ``from``
    joins the imports, and any other one is a row at the end of its table.
    """
    changed = []
    for name, blocks in steps_of(guide):
        path = root / name
        if not path.exists():
            [code] = blocks
            path.parent.mkdir(exist_ok=True)
            path.write_text(code, encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
            for block in blocks:
                text = _insert(text, block)
            path.write_text(text, encoding="utf-8")
        changed.append(path)
    return changed


def _insert(text: str, block: str) -> str:
    """Put a block where it belongs in a module."""
    if block.startswith("from "):
        first = re.search(r"^from dashboard\.", text, re.MULTILINE)
        assert first is not None
        return text[: first.start()] + block + text[first.start() :]
    head, end, rest = text.rpartition("\n}\n")
    assert end, "the module has no table"
    return f"{head}\n{block}}}\n{rest}"
