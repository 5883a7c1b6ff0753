"""The sections of the report, one module each, in the order in which they are read."""

from __future__ import annotations

from ptmrank_core.reports.html.blocks import SectionMaker
from ptmrank_core.reports.html.sections.agreement import agreement_section
from ptmrank_core.reports.html.sections.candidates import candidates_section
from ptmrank_core.reports.html.sections.cost import worth_section
from ptmrank_core.reports.html.sections.embeddings import embeddings_section
from ptmrank_core.reports.html.sections.evidence import truths_section
from ptmrank_core.reports.html.sections.intervals import certainty_section
from ptmrank_core.reports.html.sections.look import look_section
from ptmrank_core.reports.html.sections.probe import evidence_section
from ptmrank_core.reports.html.sections.problems import problems_section
from ptmrank_core.reports.html.sections.race import race_section
from ptmrank_core.reports.html.sections.ranking import order_section
from ptmrank_core.reports.html.sections.reproduce import reproduce_section
from ptmrank_core.reports.html.sections.samples import samples_section
from ptmrank_core.reports.html.sections.scores import scores_section
from ptmrank_core.reports.html.sections.votes import votes_section

__all__ = ["SECTIONS"]

SECTIONS: tuple[SectionMaker, ...] = (
    race_section,
    order_section,
    certainty_section,
    votes_section,
    agreement_section,
    embeddings_section,
    evidence_section,
    truths_section,
    worth_section,
    candidates_section,
    scores_section,
    problems_section,
    look_section,
    samples_section,
    reproduce_section,
)
