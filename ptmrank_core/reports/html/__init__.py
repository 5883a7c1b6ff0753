"""The report of a run for readers who did not make it: one HTML file.

A section is a function ``Report -> Section | None`` in a module of its own, listed in ``sections.SECTIONS``;
it puts together blocks (text, tables, charts) and writes no HTML.
"""

from ptmrank_core.reports.html.blocks import Picture
from ptmrank_core.reports.html.page import html_report

__all__ = ["Picture", "html_report"]
