"""What the text models of the demo zoo learn from: passages of documentation outside the demo documents."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ptmrank_core.data.builtin.docstrings import DOCUMENTED_PACKAGES, demo_documents, other_documents
from ptmrank_core.data.builtin.documentation import (
    module_documentation,
    package_folder,
    plain_text,
    without_wrappers,
)

PACKAGES = (*DOCUMENTED_PACKAGES, "huggingface_hub", "PIL", "plotly", "streamlit", "transformers")
LEFT_OUT = frozenset({"tests", "testing", "graph_objs", "validators", "_vendor", "externals", "models"})
MIN_WORDS = 8
MAX_WORDS = 100
HELD_OUT_SHARE = 10  # one passage in ten

_UNDERLINE = re.compile(r"\s*[-=~^]{3,}\s*")
_GOOGLE_HEADING = re.compile(
    r"\s*(Args|Arguments|Parameters|Returns|Raises|Notes?|Yields|Attributes|Shape):\s*$"
)
_NOT_PROSE = re.compile(r"\s*(\.\.|>>>|\|)")
_FIELD = re.compile(r"\*{0,2}[\w., *]+\s*(\([^)]*\)\s*)?:( |$)")


@dataclass(frozen=True)
class Passage:
    """A paragraph of documentation.

    Attributes
    ----------
    text : str
        8 to 100 words of plain text in one line.
    package : str
        Installed package that it is from.
    area : str
        Dotted path of the subpackage, at most two parts: ``"scipy.stats"``.
    section : str
        ``"summary"``, ``"parameters"``, ``"returns"`` or ``"notes"``.
    held_out : bool
        Whether it is kept for measuring source accuracy.
    """

    text: str
    package: str
    area: str
    section: str
    held_out: bool


def _section(heading: str) -> str:
    word = heading.strip().lower().rstrip(":")
    if word.startswith(("param", "arg", "attr", "other param", "keyword", "shape")):
        return "parameters"
    if word.startswith(("return", "yield", "raise")):
        return "returns"
    return "notes" if word.startswith(("note", "warn")) else ""


def _paragraphs(documentation: str) -> Iterator[tuple[str, str]]:
    """Section and text of every paragraph of prose, fields of a list one by one."""
    section, lines = "summary", inspect.cleandoc(documentation).split("\n")
    gathered: list[str] = []

    def paragraph() -> Iterator[tuple[str, str]]:
        text = plain_text("\n".join(gathered))
        gathered.clear()
        if section and MIN_WORDS <= len(text.split()) <= MAX_WORDS and "%(" not in text:
            yield section, text

    for number, line in enumerate(lines):
        underlined = number + 1 < len(lines) and _UNDERLINE.fullmatch(lines[number + 1])
        if (underlined and line.strip()) or _GOOGLE_HEADING.match(line):
            yield from paragraph()
            section = _section(line)
        elif _FIELD.match(line.strip()) and section in {"parameters", "returns"}:
            yield from paragraph()  # the field's name says nothing: its description follows
            gathered.append(line.split(":", 1)[1] if section and ": " in line else "")
        elif not line.strip() or _NOT_PROSE.match(line):
            yield from paragraph()
        elif not _UNDERLINE.fullmatch(line):
            gathered.append(line)
    yield from paragraph()


@cache
def passages() -> tuple[Passage, ...]:
    """Read all passages that are not from, nor near-identical to, any document of the demo.

    Returns
    -------
    tuple of Passage
        In the order of the SHA-256 of their texts.
    """
    documents = (*demo_documents(), *other_documents())
    taken = {document.name for document in documents}
    found: dict[str, tuple[str, str, str]] = {}
    for package in PACKAGES:
        root = package_folder(package)
        for file in sorted(root.rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            if not LEFT_OUT.isdisjoint(parts):
                continue
            module = ".".join((package, *parts)).removesuffix(".__init__")
            area = ".".join((package, *parts[:-1])[:2])
            for name, documentation in module_documentation(file):
                if f"{module}.{name}" not in taken:
                    for section, text in _paragraphs(documentation):
                        found.setdefault(text, (package, area, section))
    digests = {text: hashlib.sha256(text.encode()).hexdigest() for text in found}
    ordered = sorted(found, key=lambda text: digests[text])
    told_apart = without_wrappers([*(document.text for document in documents), *ordered])
    return tuple(
        Passage(text, *found[text], held_out=int(digests[text], 16) % HELD_OUT_SHARE == 0)
        for text in told_apart
        if text in found
    )
