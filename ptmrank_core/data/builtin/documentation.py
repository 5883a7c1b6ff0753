"""Documentation strings of installed packages as plain text; the sources are parsed, never imported."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path

from ptmrank_core.errors import SamplesError

__all__ = ["module_documentation", "opening", "package_folder", "plain_text", "without_wrappers"]

MAX_WORDS = 100
# Wrappers that differ in a name or two ("Add one Chebyshev series ...", "Add one Hermite series ...") share
# more than half of their trigrams. Of what is kept, half share less than a sixteenth with any other text.
ALIKE = 0.5
TRIGRAM = 3
ADDED_DOCUMENTATION = ("add_newdoc", "_add_docstr")  # how a function written in C is documented

_UNDERLINE = re.compile(r"\s*[-=~^]{3,}\s*")
_GOOGLE_SECTION = re.compile(
    r"\s*(args?|arguments|attributes|examples?|inputs?|keyword args|keyword arguments|notes?|outputs?|"
    r"parameters|raises|references?|returns?|see also|shape|usage|warnings?|yields?)\s*:{1,2}\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"[\w.]+ ?\(.*\)( *->.*)?")
_NOT_PROSE = re.compile(r"\s|\.\.|>>>|[-*+•|$] |:\w|\d+[.)] |\[\d|\w+ \(.*\)\s*:")
_ROLE = re.compile(r"(?::[\w:.+-]+:)?`[~!]?([^`<]*?)(?:\s*<[^`]*>)?`_{0,2}")
_LATEX = re.compile(r"\\[a-z]+\{([^{}]*)\}|\\(?=\W)|\\(?=[a-zA-Z])")
_PACKAGE_PATH = re.compile(r"~?\b(?:numpy|np|scipy|sklearn|pandas|pd|torch)(?:\.\w+)*\.(\w+)")
_POINTER = re.compile(r"(?:(?<=^)|(?<=[.!?] ))[^.]*User ?Guide.*?\.(?= |$)")


@cache
def package_folder(package: str) -> Path:
    """Find the folder of an installed package without importing it.

    Raises
    ------
    SamplesError
        If the package is not installed in a folder.
    """
    spec = importlib.util.find_spec(package)
    places = (spec.submodule_search_locations if spec else None) or []
    for place in places:
        return Path(place)
    raise SamplesError(
        f"The documentation of {package} cannot be read: the package is not installed.",
        hint="Install requirements.txt.",
    )


def module_documentation(path: Path) -> Iterator[tuple[str, str]]:
    """Read the documentation strings of the public functions, classes and methods of a source file.

    Yields
    ------
    tuple of str and str
        Qualified name within the module and the documentation string as written, in the order of the file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # stray backslashes in other people's strings
        tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _documented(tree.body, "")


def _documented(body: list[ast.stmt], prefix: str) -> Iterator[tuple[str, str]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            documentation = ast.get_docstring(node, clean=False)
            if documentation and not node.name.startswith("_"):
                yield prefix + node.name, documentation
                if isinstance(node, ast.ClassDef):
                    yield from _documented(node.body, f"{prefix}{node.name}.")
        elif isinstance(node, ast.Expr | ast.Assign) and isinstance(node.value, ast.Call):
            call = node.value
            strings = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if strings and getattr(call.func, "id", "") in ADDED_DOCUMENTATION:
                yield getattr(call.args[0], "attr", strings[0]), strings[-1]


def plain_text(paragraph: str) -> str:
    """Remove mark-up, cross references and package paths from a paragraph, and join its lines."""
    text = _LATEX.sub(lambda match: match[1] or "", _ROLE.sub(r"\1", paragraph).replace("`", ""))
    text = " ".join(_PACKAGE_PATH.sub(r"\1", text).replace("]_", "]").split())
    return re.sub(r" ([.,])(?= |$)", r"\1", " ".join(_POINTER.sub("", text).split()))


def opening(documentation: str) -> str:
    """Return the opening of a documentation string as plain text: its summary and the next paragraphs.

    Signatures, lists, formulas set apart, examples and everything from the first section on are left out,
    and with them the sentence that announces them or goes on below them.

    Returns
    -------
    str
        As many whole paragraphs as 100 words allow; empty where there is no prose.
    """
    words: list[str] = []
    for block in re.split(r"\n\s*\n", inspect.cleandoc(documentation)):
        lines = block.strip("\n").split("\n")
        if _GOOGLE_SECTION.match(lines[0]) or any(_UNDERLINE.fullmatch(line) for line in lines[1:]):
            break
        if _NOT_PROSE.match(lines[0]) or (len(lines) == 1 and _SIGNATURE.fullmatch(lines[0])):
            continue
        text = plain_text("\n".join(takewhile(_is_prose, lines)))
        if words and text[:1].islower():
            continue
        sentences = _whole_sentences(text, is_summary=not words).split()
        if len(words) + len(sentences) > MAX_WORDS:
            break
        words += sentences
    return " ".join(words)


def _is_prose(line: str) -> bool:
    return not (_NOT_PROSE.match(line.lstrip()) or _GOOGLE_SECTION.match(line))


def _whole_sentences(text: str, *, is_summary: bool) -> str:
    """Cut off an incomplete sentence; a summary line counts as complete without a full stop."""
    if is_summary and text[-1:].isalnum():
        return text + "."
    if text.endswith((".", "?", "!", ")")):
        return text
    return text[: max(text.rfind(mark) for mark in (". ", "? ", "! ")) + 1]


def without_wrappers(texts: Iterable[str]) -> list[str]:
    """Keep one text of every set of near-identical ones.

    Returns
    -------
    list of str
        In the order given, each text that shares less than ``ALIKE`` of its trigrams with any kept before it.
    """
    kept: list[str] = []
    sizes: list[int] = []
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for text in texts:
        words = re.findall(r"\w+", text.lower())
        trigrams = set(zip(*(words[i:] for i in range(TRIGRAM)), strict=False))
        shared = Counter(number for trigram in trigrams for number in holders.get(trigram, ()))
        if any(n >= ALIKE * (len(trigrams) + sizes[i] - n) for i, n in shared.items()):
            continue
        for trigram in trigrams:
            holders[trigram].append(len(kept))
        kept.append(text)
        sizes.append(len(trigrams))
    return kept
