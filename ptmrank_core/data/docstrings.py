"""Short documents read from the installed packages' own documentation strings, labelled by their subject.

The packages that PTMRank needs (NumPy, SciPy, scikit-learn, pandas, PyTorch) describe some two thousand
functions and classes in a paragraph or two each. Their sources are parsed, never imported. The subject is
given by the folder that a text lies in, and what names that folder is taken out of the text. The demo subset
is, of each subject, the 60 documents whose text has the smallest SHA-256: the rule needs no random numbers.
All others are never shown to a metric: the recorded fine-tuning results are measured on them.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import inspect
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path

from ptmrank_core.errors import SamplesError

__all__ = [
    "DOCUMENTED_PACKAGES",
    "SUBJECTS",
    "Document",
    "demo_documents",
    "documents_digest",
    "module_documentation",
    "opening",
    "other_documents",
    "package_folder",
    "plain_text",
    "without_wrappers",
]

# Subject -> the folders and files whose documentation strings are about it.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "data frames": (
        "pandas/core/frame.py",
        "pandas/core/generic.py",
        "pandas/core/groupby/groupby.py",
        "pandas/core/series.py",
    ),
    "linear algebra": (
        "numpy/linalg",
        "scipy/linalg",
        "scipy/sparse/_construct.py",
        "scipy/sparse/csgraph",
        "scipy/sparse/linalg",
        "torch/linalg",
    ),
    "model selection": (
        "sklearn/feature_selection",
        "sklearn/inspection",
        "sklearn/metrics",
        "sklearn/model_selection",
    ),
    "neural networks": ("torch/nn/functional.py", "torch/nn/init.py", "torch/nn/modules", "torch/nn/utils"),
    "optimisation": ("scipy/optimize", "torch/optim"),
    "reading and writing": (
        "numpy/lib/_format_impl.py",
        "numpy/lib/_npyio_impl.py",
        "pandas/io",
        "scipy/io",
        "sklearn/datasets",
    ),
    "signal processing": ("numpy/fft", "scipy/fft", "scipy/fftpack", "scipy/ndimage", "scipy/signal"),
    "special functions": ("numpy/lib/_polynomial_impl.py", "numpy/polynomial", "scipy/special"),
    "statistics": (
        "scipy/stats/_binned_statistic.py",
        "scipy/stats/_entropy.py",
        "scipy/stats/_fit.py",
        "scipy/stats/_hypotests.py",
        "scipy/stats/_kde.py",
        "scipy/stats/_morestats.py",
        "scipy/stats/_mstats_basic.py",
        "scipy/stats/_mstats_extras.py",
        "scipy/stats/_multivariate.py",
        "scipy/stats/_qmc.py",
        "scipy/stats/_resampling.py",
        "scipy/stats/_sampling.py",
        "scipy/stats/_stats_py.py",
        "scipy/stats/contingency.py",
        "torch/distributions",
    ),
    "supervised learning": (
        "sklearn/calibration.py",
        "sklearn/discriminant_analysis.py",
        "sklearn/ensemble",
        "sklearn/gaussian_process",
        "sklearn/linear_model",
        "sklearn/multiclass.py",
        "sklearn/multioutput.py",
        "sklearn/naive_bayes.py",
        "sklearn/neighbors",
        "sklearn/neural_network",
        "sklearn/svm",
        "sklearn/tree",
    ),
}
# Folders within them that are about something else: tests, layout on the page, tables of test functions.
LEFT_OUT = frozenset({"tests", "formats", "sas", "_precompute"})
DOCUMENTED_PACKAGES = ("numpy", "pandas", "scipy", "sklearn", "torch")
DEMO_PER_SUBJECT = 60
FEWEST_WORDS = 20
MOST_WORDS = 100
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


@dataclass(frozen=True)
class Document:
    """One text and its subject.

    Attributes
    ----------
    name
        Dotted path of what the text describes, unique: ``"scipy.linalg._decomp.eigh"``.
    text
        20 to 100 words of plain text in one line.
    label
        Subject: a key of ``SUBJECTS``.
    group
        Dotted path of the module: texts written side by side share it.
    """

    name: str
    text: str
    label: str
    group: str


@cache
def package_folder(package: str) -> Path:
    """Find the folder of an installed package without importing it.

    Raises
    ------
    SamplesError
        If the package is not installed in a folder.
    """
    found = importlib.util.find_spec(package)
    places = (found.submodule_search_locations if found else None) or []
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
    """Take mark-up, cross references and package paths out of a paragraph; one line remains."""
    text = _LATEX.sub(lambda found: found[1] or "", _ROLE.sub(r"\1", paragraph).replace("`", ""))
    text = " ".join(_PACKAGE_PATH.sub(r"\1", text).replace("]_", "]").split())
    return re.sub(r" ([.,])(?= |$)", r"\1", " ".join(_POINTER.sub("", text).split()))


def opening(documentation: str) -> str:
    """Return how a documentation string opens, as plain text: its summary and the paragraphs below it.

    Signatures, lists, formulas set apart, examples and everything from the first section on are left out,
    and with them the sentence that announces them or goes on below them.

    Returns
    -------
    str
        As many whole paragraphs as 100 words allow; empty where there is nothing but other things.
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
        if len(words) + len(sentences) > MOST_WORDS:
            break
        words += sentences
    return " ".join(words)


def _is_prose(line: str) -> bool:
    return not (_NOT_PROSE.match(line.lstrip()) or _GOOGLE_SECTION.match(line))


def _whole_sentences(text: str, *, is_summary: bool) -> str:
    """Cut off a sentence that does not end; a summary line is one even without its full stop."""
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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _sources(subject: str) -> Iterator[tuple[str, Path]]:
    """Yield the dotted module path and file of every source on a subject."""
    for place in SUBJECTS[subject]:
        package, _, inner = place.partition("/")
        root = package_folder(package)
        path = root / inner
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        for file in files:
            parts = file.relative_to(root).with_suffix("").parts
            if file.is_file() and LEFT_OUT.isdisjoint(parts):  # another version may lack it
                yield ".".join((package, *parts)).removesuffix(".__init__"), file


@lru_cache(maxsize=1)
def _documents() -> dict[str, tuple[Document, ...]]:
    """Read all documents of every subject, those of the smallest SHA-256 first."""
    found: dict[str, Document] = {}
    names: set[str] = set()
    for subject in SUBJECTS:
        for module, file in _sources(subject):
            for inner, documentation in module_documentation(file):
                text, name = opening(documentation), f"{module}.{inner}"
                if len(text.split()) >= FEWEST_WORDS and "%(" not in text and name not in names:
                    names.add(name)
                    found.setdefault(text, Document(name, text, subject, module))
    unique = [found[text] for text in without_wrappers(sorted(found, key=_digest))]
    return {subject: tuple(d for d in unique if d.label == subject) for subject in SUBJECTS}


def demo_documents() -> tuple[Document, ...]:
    """Read the demo subset: the 60 documents of each subject, in the order of ``SUBJECTS``.

    Raises
    ------
    SamplesError
        If one of the packages is not installed.
    """
    return tuple(d for documents in _documents().values() for d in documents[:DEMO_PER_SUBJECT])


def other_documents() -> tuple[Document, ...]:
    """Read the documents outside the demo subset, of each subject those of the smallest SHA-256 first.

    Raises
    ------
    SamplesError
        If one of the packages is not installed.
    """
    return tuple(d for documents in _documents().values() for d in documents[DEMO_PER_SUBJECT:])


def documents_digest() -> str:
    """Return the SHA-256 over texts and labels of the demo subset, as 64 hexadecimal digits.

    It changes with the versions of the packages: recorded results are about one digest only.
    """
    lines = (f"{_digest(d.text)} {d.label}\n" for d in demo_documents())
    return _digest("".join(lines))
