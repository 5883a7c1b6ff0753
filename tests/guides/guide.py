"""A guide as data: its code blocks and the files they belong to; and a copy of the project to follow it in.

A block belongs to the file that the paragraph before it names last, in backticks and with its whole path; so
do the blocks that follow without a paragraph between. A ``python`` block is appended to that file, or is the
file where there is none yet. A ``diff`` block changes it: lines that begin with ``+`` are added, with ``-``
removed, and all others are there already, in this order and once in the file; ``@@`` parts the places.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", flags=re.MULTILINE | re.DOTALL)
FILE = re.compile(r"`([\w.-]+(?:/[\w.-]+)*/[\w-]+\.\w+)`")


@dataclass(frozen=True)
class Block:
    """A code block of a guide, and the file that it belongs to."""

    path: str
    language: str
    code: str


def section(guide: str, heading: str) -> str:
    """What stands under a heading of the second level."""
    _, found, rest = guide.partition(f"\n## {heading}\n")
    assert found, f"no section {heading!r}"
    return rest.split("\n## ", 1)[0]


def blocks(text: str) -> Iterator[Block]:
    """The code blocks of a text that belong to a file, in order."""
    end, path = 0, ""
    for match in BLOCK.finditer(text):
        path = (FILE.findall(text[end : match.start()]) or [path])[-1]
        end = match.end()
        if path and match[2] in {"python", "diff"}:
            yield Block(path, match[2], dedent(match[3]))


def follow(guide: str, project: Path) -> list[Path]:
    """Do what the blocks of a guide say in a copy of the project; return the files that were changed."""
    changed = []
    for block in blocks(guide):
        path = project / block.path
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        assert before or block.language == "python", f"{block.path} is not there"
        gap = "\n\n" if before else ""
        after = before + gap + block.code if block.language == "python" else change(before, block)
        path.write_text(after, encoding="utf-8")
        changed.append(path)
    return sorted(set(changed))


def change(text: str, block: Block) -> str:
    """Apply a ``diff`` block to the text of its file."""
    for place in block.code.split("@@\n"):
        lines = place.splitlines(keepends=True)
        before = "".join(line[1:] for line in lines if not line.startswith("+"))
        after = "".join(line[1:] for line in lines if not line.startswith("-"))
        assert before != after, f"a place in {block.path} without a change:\n{place}"
        assert text.count(before) == 1, f"{text.count(before)} times in {block.path}, not once:\n{before}"
        text = text.replace(before, after)
    return text


def copy_project(destination: Path) -> Path:
    """Copy the two packages and what the linter reads; the assets are linked."""
    for package in ("ptmrank_core", "dashboard"):
        shutil.copytree(ROOT / package, destination / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", destination)
    (destination / "assets").symlink_to(ROOT / "assets", target_is_directory=True)
    return destination


def python(project: Path, home: Path, *arguments: str) -> str:
    """Run Python in a copy of the project; return what it prints."""
    environment = {**os.environ, "PYTHONPATH": str(project), "PTMRANK_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
