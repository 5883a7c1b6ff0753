"""The sections of the report, one module each, in the order in which they are read."""

from __future__ import annotations

from ptmrank_core.reports.html_report.blocks import SectionMaker
from ptmrank_core.reports.html_report.sections.agreement import agreement_section
from ptmrank_core.reports.html_report.sections.candidates import candidates_section
from ptmrank_core.reports.html_report.sections.certainty import certainty_section
from ptmrank_core.reports.html_report.sections.embeddings import embeddings_section
from ptmrank_core.reports.html_report.sections.evidence import evidence_section
from ptmrank_core.reports.html_report.sections.order import order_section
from ptmrank_core.reports.html_report.sections.problems import problems_section
from ptmrank_core.reports.html_report.sections.reproduce import reproduce_section
from ptmrank_core.reports.html_report.sections.samples import samples_section
from ptmrank_core.reports.html_report.sections.scores import scores_section
from ptmrank_core.reports.html_report.sections.truths import truths_section
from ptmrank_core.reports.html_report.sections.votes import votes_section
from ptmrank_core.reports.html_report.sections.worth import worth_section

__all__ = ["SECTIONS"]

SECTIONS: tuple[SectionMaker, ...] = (
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
    samples_section,
    reproduce_section,
)
