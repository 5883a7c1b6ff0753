"""What a report is made from: sections of blocks, as data. Only ``render`` writes HTML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import plotly.graph_objects as go

from ptmrank_core.projection import Projection
from ptmrank_core.records import Ranking, RunResult, Samples
from ptmrank_core.reports.tables.table import Table

__all__ = [
    "Block",
    "Chart",
    "Code",
    "Facts",
    "Grid",
    "Listing",
    "Picture",
    "Report",
    "Section",
    "SectionMaker",
    "TableBlock",
    "Text",
]


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; ``is_note`` for small print."""

    text: str
    is_note: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A few sentences, one below another."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with values: ``(("samples", "600"), ...)``."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Something to be copied as it stands."""

    text: str


@dataclass(frozen=True, eq=False, slots=True)
class Chart:
    """A Plotly figure.

    Parameters
    ----------
    figure
        Drawn in the page's colours: what is in ``figures.INK`` takes the colour of the text. Markup is read
        in hover templates only: every other text is data.
    alt
        What it shows, in one sentence, for readers who cannot see it.
    caption
        How to read it.
    min_width
        Pixels below which it is scrolled rather than squeezed.
    """

    figure: go.Figure
    alt: str
    caption: str = ""
    min_width: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Grid:
    """Small figures beside one another."""

    charts: tuple[Chart, ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table, wide ones in parts.

    Parameters
    ----------
    table
        Its numbers.
    folded
        Heading of the folded table, for what is looked up rather than read; empty to show it unfolded.
    is_captioned
        Whether its title is visible; not where the section's heading says the same.
    """

    table: Table
    folded: str = ""
    is_captioned: bool = True


Block: TypeAlias = Text | Listing | Facts | Code | Chart | Grid | TableBlock


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it.

    Parameters
    ----------
    key
        Its anchor.
    title
        The heading.
    blocks
        At least one.
    """

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """What an embedding view is drawn from.

    Parameters
    ----------
    samples
        The samples of the run.
    project
        Id of a model -> its projected embeddings; ``None`` where they are no longer cached.
    """

    samples: Samples
    project: Callable[[str], Projection | None]


@dataclass(frozen=True, eq=False, slots=True)
class Report:
    """What every section is made from.

    Parameters
    ----------
    result, ranking
        The run and its ranking.
    picture
        For the embedding view; ``None`` where the samples are not available.
    """

    result: RunResult
    ranking: Ranking
    picture: Picture | None = None


# ``None`` where there is nothing to say.
SectionMaker: TypeAlias = Callable[[Report], Section | None]
