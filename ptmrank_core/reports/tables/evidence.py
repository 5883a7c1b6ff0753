"""The evidence as tables: every number of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ptmrank_core.ranking import Estimate, Evidence
from ptmrank_core.records import Truth
from ptmrank_core.reports.tables.table import SIGNIFICANT, Column, Table, fixed
from ptmrank_core.results.evidence import CORRELATION_TITLES, contender_title, measure_title

__all__ = ["evidence_table", "truth_table"]


def evidence_table(evidence: Mapping[str, Evidence]) -> Table:
    """Write every correlation with its interval, and the regret of taking the first models."""
    regrets = sorted({k for entry in evidence.values() for k in entry.regret})
    hits = sorted({k for entry in evidence.values() for k in entry.hit})
    columns = [Column("contender", "order by"), Column("n_models", "models", "integer")]
    for name, title in CORRELATION_TITLES.items():
        columns += _with_ends(name, title, 2)
    for k in regrets:
        columns += _with_ends(f"regret_{k}", f"regret@{k}", 3)
    columns += [Column(f"hit_{k}", f"best in top {k}") for k in hits]
    return Table.of("evidence", "Metrics compared with the truth", columns, map(_record, evidence.items()))


def _with_ends(key: str, title: str, digits: int) -> list[Column]:
    """Columns of an estimate and of the ends of its interval."""
    form = fixed(digits)
    return [
        Column(key, title, "number", form),
        Column(f"{key}_low", "from", "number", form),
        Column(f"{key}_high", "to", "number", form),
    ]


def _record(entry: tuple[str, Evidence]) -> dict[str, Any]:
    name, evidence = entry
    record: dict[str, Any] = {"contender": contender_title(name), "n_models": evidence.n_models}
    for key, estimate in evidence.correlations.items():
        record |= _ends(key, estimate)
    for k, estimate in evidence.regret.items():
        record |= _ends(f"regret_{k}", estimate)
    return record | {f"hit_{k}": "yes" if estimate.value else "no" for k, estimate in evidence.hit.items()}


def _ends(key: str, estimate: Estimate | None) -> dict[str, float | None]:
    if estimate is None:
        return {}
    return {key: estimate.value, f"{key}_low": estimate.low, f"{key}_high": estimate.high}


def truth_table(contender: str, values: Mapping[str, float], truth: Truth, order: Sequence[str]) -> Table:
    """Write one contender beside a truth; the parameters are those of the figure."""
    columns = (
        Column("model", "model"),
        Column("value", contender_title(contender), "number", SIGNIFICANT),
        Column("truth", measure_title(truth), "number", SIGNIFICANT),
    )
    records = [
        {"model": model, "value": float(values[model]), "truth": float(truth.values[model])}
        for model in order
        if model in values and model in truth.values
    ]
    return Table.of("truth", "One order beside the truth", columns, records)
