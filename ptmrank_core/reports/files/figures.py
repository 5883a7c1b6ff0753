"""The figures of a run that are worth a place in a paper, and what each shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import plotly.graph_objects as go

from ptmrank_core.reports.files.closer import CLOSER
from ptmrank_core.reports.files.entry import Entry
from ptmrank_core.reports.html.blocks import Block, Chart, Grid, Report, SectionMaker, Text
from ptmrank_core.reports.html.sections.agreement import agreement_section
from ptmrank_core.reports.html.sections.cost import worth_section
from ptmrank_core.reports.html.sections.embeddings import embeddings_section
from ptmrank_core.reports.html.sections.evidence import truths_section
from ptmrank_core.reports.html.sections.intervals import certainty_section
from ptmrank_core.reports.html.sections.race import race_section
from ptmrank_core.reports.html.sections.ranking import order_section
