"""The papers of metrics as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ptmrank_core.metrics import METRICS
from ptmrank_core.metrics.registry.registry import default_metrics
from ptmrank_core.reports.files.citations import OURS, bibtex, cite_key

NEEDED = {"inproceedings": {"author", "booktitle"}, "article": {"author", "journal"}, "misc": {"title"}}


def entries(text: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Read BibTeX by counting braces: kind, key and fields of each entry."""
    place = 0
    while (start := text.find("@", place)) >= 0:
        head = re.compile(r"@(\w+)\{([a-z0-9]+),").match(text, start)
        assert head is not None
        place, fields = head.end(), {}
        while (name := re.compile(r"\s*(\w+) = \{").match(text, place)) is not None:
            place, depth = name.end(), 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[place], 0)
                place += 1
            fields[name[1]] = text[name.end() : place - 1]
            assert text[place] == ","
            place += 1
        assert re.compile(r"\s*\}").match(text, place) is not None
        yield head[1], head[2], fields


@pytest.fixture(scope="module")
def papers() -> dict[str, tuple[str, dict[str, str]]]:
    """Every entry that there is, by its key."""
    return {key: (kind, fields) for kind, key, fields in entries(bibtex(METRICS))}


def test_every_metric_can_be_cited(papers: dict[str, tuple[str, dict[str, str]]]) -> None:
    """Each key is there, with what its kind of entry needs and something to look the paper up by."""
    assert set(papers) == {cite_key(name) for name in METRICS} | {OURS}
    for name, spec in METRICS.items():
        kind, fields = papers[cite_key(name)]
        assert set(fields) >= NEEDED[kind] | {"title", "year"}, name
        assert fields["year"] == str(spec.paper.year)
        assert fields["title"].strip("{}") == spec.paper.title
        assert fields["author"].count(" and ") + 1 == len(spec.paper.authors)
        assert all(re.fullmatch(r"[^,]+, [^,]+", author) for author in fields["author"].split(" and "))
        assert spec.paper.arxiv == fields.get("eprint", "")
        assert spec.paper.doi == fields.get("doi", "")


def test_one_known_paper_is_as_it_should_be() -> None:
    """The entry of LogME, letter by letter."""
    assert bibtex(["logme"]).startswith(
        "@inproceedings{you2021logme,\n"
        "  title = {{LogME: Practical Assessment of Pre-trained Models for Transfer Learning}},\n"
        "  author = {You, Kaichao and Liu, Yong and Wang, Jianmin and Long, Mingsheng},\n"
        "  booktitle = {International Conference on Machine Learning (ICML)},\n"
        "  year = {2021},\n"
        "  eprint = {2102.11005},\n"
        "  archiveprefix = {arXiv},\n"
        "}\n"
    )


def test_variants_share_a_paper_unless_they_have_their_own() -> None:
    """LogME as published is LogME's paper; the first H-Score is another one than the shrunk one."""
    assert cite_key("logme:thuml") == cite_key("logme")
    assert bibtex(["logme", "logme:thuml"]) == bibtex(["logme"])
    assert cite_key("hscore:plain") != cite_key("hscore")


def test_a_name_with_an_accent_has_a_plain_key(papers: dict[str, tuple[str, dict[str, str]]]) -> None:
    """Keys are ASCII, names are not."""
    assert papers["pandy2022gbc"][1]["author"].startswith("Pándy, Michal")


def test_the_short_form_names_the_paper() -> None:
    """What pages and tables show follows from the same record."""
    for name in default_metrics():
        paper = METRICS[name].paper
        assert METRICS[name].reference == paper.reference
        assert paper.reference.startswith(paper.authors[0].split(",")[0])
        assert str(paper.year) in paper.reference
