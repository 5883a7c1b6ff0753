"""The result of a benchmarker: an answer and a table to print, a data frame, the ranking, the run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ptmrank_core import reports, results
from ptmrank_core.benchmark import Sources, run_card
from ptmrank_core.cli.report import write_report
from ptmrank_core.config import Settings
from ptmrank_core.records import Ranking, RunResult, Samples, Verdict
from ptmrank_core.results.verdict import verdict_of

if TYPE_CHECKING:
    import pandas as pd

    from ptmrank_core.script.figures import RunFigures

__all__ = ["BenchmarkResult"]

INTERVAL = ("best_rank", "worst_rank")


@dataclass(frozen=True, eq=False, repr=False)
class BenchmarkResult:
    """The result of a call of a benchmarker; it prints as its answer and a table, and a notebook shows both.

    Parameters
    ----------
    result
        The run: its plan, every cell, the outcome of each model, and the environment.
    samples
        What was ranked on.
    settings
        Where the feature cache is.
    sources
        Where features come from that are not in the cache.
    """

    result: RunResult
    samples: Samples
    settings: Settings
    sources: Sources

    @cached_property
    def ranking(self) -> Ranking:
        """The order of the models, with its rank intervals."""
        return results.rank_result(self.result)

    @cached_property
    def verdict(self) -> Verdict:
        """Which model to fine-tune, how sure that is, and what to do next, in ``sentences`` and as data."""
        return verdict_of(self.result, self.ranking)

    @property
    def order(self) -> tuple[str, ...]:
        """Names of the ranked models, best first."""
        return self.ranking.order

    @cached_property
    def figures(self) -> RunFigures:
        """Every figure of the run, as a method that returns a Plotly figure: ``figures.ranking()``."""
        from ptmrank_core.script.embeddings import Panels  # noqa: PLC0415 - loads plotly
        from ptmrank_core.script.figures import RunFigures  # noqa: PLC0415 - the same

        panels = Panels(self.result, self.samples, self.settings, self.sources)
        return RunFigures(self.result, self.ranking, self.samples, panels)

    def report(self, folder: str | Path, *, formats: str | None = None) -> list[Path]:
        """Write the HTML report and the tables, as the command ``report`` does.

        Parameters
        ----------
        folder
            Where the files go; made where it is not there.
        formats
            Comma-separated: ``html``, ``csv``, ``json``, ``parquet``, ``md``, ``latex``; by default all.

        Returns
        -------
        list of Path
            The files that were written.

        Raises
        ------
        UnknownNameError
            If there is no such format.
        InputError
            If the folder cannot be written to.
        """
        return write_report(
            self.result,
            Path(folder).expanduser(),
            self.settings,
            formats=formats,
            samples=self.samples,
            sources=self.sources,
        )

    def to_frame(self) -> pd.DataFrame:
        """Make a table: a row for each model, best first, those without a score last.

        Returns
        -------
        DataFrame
            Indexed by ``model``; ``position`` (1 is best) with the interval of ranks from ``best_rank`` to
            ``worst_rank``, ``mean_rank``, a column for each metric, then ``n_parameters``, ``n_features`` and
            ``seconds``. An unknown value is missing (``NA``, NaN).
        """
        import pandas as pd  # noqa: PLC0415 - loaded where a table is made

        rank_intervals = self.ranking.intervals
        intervals = {} if rank_intervals is None else rank_intervals.intervals
        rows = [
            {
                "model": row["model"],
                "position": row["position"],
                **dict(zip(INTERVAL, intervals.get(row["model"], (None, None)), strict=True)),
                "mean_rank": row["mean_rank"],
                **row["scores"],
                **{name: row[name] for name in ("n_parameters", "n_features", "seconds")},
            }
            for row in results.ranking_rows(self.result, self.ranking)
        ]
        frame = pd.DataFrame(rows).set_index("model")
        whole = dict.fromkeys(("position", *INTERVAL, "n_parameters", "n_features"), "Int64")
        real = dict.fromkeys(("mean_rank", *self.result.plan.metrics, "seconds"), "float64")
        return frame.astype(whole | real)

    def card(self) -> dict[str, Any]:
        """Make the run card, as JSON: ``ptmrank replay`` repeats the run from it."""
        return run_card(self.result)

    def _repr_html_(self) -> str:
        from ptmrank_core.reports.html.notebook import notebook_html  # noqa: PLC0415 - loads plotly

        return notebook_html(self.result, self.ranking)

    def __str__(self) -> str:
        return reports.rank_text(self.result)

    __repr__ = __str__
