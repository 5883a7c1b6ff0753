"""Short documents read from the installed packages' own documentation strings, labelled by their subject.

The packages that PTMRank needs (NumPy, SciPy, scikit-learn, pandas, PyTorch) describe well over a thousand
functions and classes in a paragraph or two each. The subject is given by the folder of a text, and words that
name that folder are removed from the text. The demo subset is, of each subject, the 60 documents whose
text has the smallest SHA-256: the rule needs no random numbers. All others are never shown to a metric: the
recorded fine-tuning results are measured on them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ptmrank_core.data.builtin.documentation import (
    module_documentation,
    opening,
    package_folder,
    without_wrappers,
)

__all__ = [
    "DOCUMENTED_PACKAGES",
    "SUBJECTS",
    "Document",
    "demo_documents",
    "documents_digest",
    "other_documents",
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
MIN_WORDS = 20


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
        Dotted path of the module, which texts from the same file share.
    """

    name: str
    text: str
    label: str
    group: str


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
    documents: dict[str, Document] = {}
    names: set[str] = set()
    for subject in SUBJECTS:
        for module, file in _sources(subject):
            for inner, documentation in module_documentation(file):
                text, name = opening(documentation), f"{module}.{inner}"
                if len(text.split()) >= MIN_WORDS and "%(" not in text and name not in names:
                    names.add(name)
                    documents.setdefault(text, Document(name, text, subject, module))
    unique = [documents[text] for text in without_wrappers(sorted(documents, key=_digest))]
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
