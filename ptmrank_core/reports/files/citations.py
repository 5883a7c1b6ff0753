"""The papers of metrics as BibTeX."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from types import MappingProxyType

from ptmrank_core import __version__
from ptmrank_core.metrics import METRICS
from ptmrank_core.records import Paper

__all__ = ["OURS", "bibtex", "cite_key"]

OURS = "ptmrank"
"""Key of PTMRank itself."""
PROGRAM = f"""@misc{{{OURS},
  title = {{{{PTMRank}}: which pre-trained model to fine-tune}},
  note = {{Computer program, version {__version__}}},
}}"""
JOURNALS = MappingProxyType({"TPAMI": "IEEE Transactions on Pattern Analysis and Machine Intelligence"})
PROCEEDINGS = MappingProxyType(
    {
        "CVPR": "IEEE/CVF Conference on Computer Vision and Pattern Recognition (CVPR)",
        "ECCV": "European Conference on Computer Vision (ECCV)",
        "ECML PKDD": "European Conference on Machine Learning and Principles and Practice of Knowledge "
        "Discovery in Databases (ECML PKDD)",
        "ICCV": "IEEE/CVF International Conference on Computer Vision (ICCV)",
        "ICIP": "IEEE International Conference on Image Processing (ICIP)",
        "ICML": "International Conference on Machine Learning (ICML)",
        "NeurIPS": "Advances in Neural Information Processing Systems (NeurIPS)",
    }
)
# What TeX reads as a command; braces are left out of texts, for BibTeX counts them.
MARKS = str.maketrans({**{mark: f"\\{mark}" for mark in "&%$#_"}, "{": "", "}": "", "\\": "", "~": " "})
"""Letters that are written otherwise in BibTeX."""


def cite_key(metric: str) -> str:
    """Return the key under which the paper of a metric is cited: ``you2021logme``.

    Parameters
    ----------
    metric
        Its name. Variants that share the paper of their metric share its key.
    """
    paper = METRICS[metric].paper
    base = metric.split(":", maxsplit=1)[0]
    # A variant may be from a paper of its own.
    name = base if base not in METRICS or _same(METRICS[base].paper, paper) else metric
    return _ascii(paper.authors[0].split(",")[0]) + str(paper.year) + _ascii(name)


def bibtex(metrics: Iterable[str]) -> str:
    """Write the papers of some metrics, and PTMRank itself, as a ``.bib`` file in UTF-8."""
    entries = {cite_key(name): _entry(cite_key(name), METRICS[name].paper) for name in metrics}
    return "\n\n".join([*(entries[key] for key in sorted(entries)), PROGRAM]) + "\n"


def _same(first: Paper, second: Paper) -> bool:
    return (first.title, first.year) == (second.title, second.year)


def _ascii(text: str) -> str:
    """Keep the letters and digits of a text, without accents and spaces."""
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).lower())


def _entry(key: str, paper: Paper) -> str:
    kind, appeared = _appeared(paper)
    fields = {
        "title": f"{{{_text(paper.title)}}}",  # a second pair of braces keeps its capitals
        "author": " and ".join(map(_text, paper.authors)),
        **appeared,
        "year": str(paper.year),
    }
    if paper.doi:
        fields["doi"] = paper.doi
    if paper.arxiv:
        fields |= {"eprint": paper.arxiv, "archiveprefix": "arXiv"}
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *rows, "}"])


def _appeared(paper: Paper) -> tuple[str, dict[str, str]]:
    """Name the kind of entry, and where the paper appeared; a venue that is not known is a journal."""
    if not paper.venue:
        return "misc", {}
    if paper.venue in PROCEEDINGS:
        return "inproceedings", {"booktitle": _text(PROCEEDINGS[paper.venue])}
    return "article", {"journal": _text(JOURNALS.get(paper.venue, paper.venue))}


def _text(text: str) -> str:
    return text.translate(MARKS)
