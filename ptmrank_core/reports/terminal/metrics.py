"""The registry as text, and as the Markdown of ``ptmrank_core/metrics/TABLE.md``."""

from __future__ import annotations

from collections.abc import Sequence

from ptmrank_core.metrics import (
    METRICS,
    default_metrics,
    differences,
    evidence_metrics,
    standard_metrics,
)
from ptmrank_core.metrics.agreements import say_agreement, say_table, shared_regimes
from ptmrank_core.records import PROBE_SHARE

__all__ = ["metrics_markdown", "metrics_text"]

BESIDE = "Beside the metrics: simpler measures of the same features, which vote like them"
TABLE_HEAD = """# The metrics

<!-- Written by `ptmrank metrics --markdown`; a test compares the two. -->

{n_metrics} metrics and {n_variants} variants (`NAME:VARIANT`). *Needs*: what a metric reads besides features
and labels. *Rewards width*: on few samples, wide features of pure noise score better than narrow informative
ones.

{metrics}

## Beside the metrics

Simpler measures of the same features. They are scored by default and vote like the metrics.

{evidence}

## Which when

*Time grows with*: n samples, d features, C classes, z source classes. *Differs from the authors'
code*: in what, and why; the same sentences are the notes of each function.

{traits}

## Agreement with fine-tuning

Weighted Kendall tau between the order by a metric and that after fine-tuning, on other samples than yours; in
brackets the number of sets. *Mean* is over our sets and published tables, one value for each of them, give or
take the deviation between them; where only a linear probe judged a set, {probe_share:g} of its tau counts.
Published tables hold models of like size that were all pre-trained on the same data; those of a metric's own
authors do not count. How often the vote was right stands in [ranking](../ranking/README.md).

{agreements}"""
FACTS = """| name | metric | not to be trusted when | needs | rewards width | reference |
|---|---|---|---|---|---|
"""
TRAITS = """| name | assumes | use when | time grows with | differs from the authors' code |
|---|---|---|---|---|
"""
REGIMES = """| name | mean | {regimes} | published tables | by its authors |
|---|--:|{aligned}|---|---|
"""


def metrics_text() -> str:
    """Describe every metric and variant: its idea, its needs, when it fails, how far it was right so far."""
    parts = []
    beside = evidence_metrics()
    for name, spec in METRICS.items():
        if name in beside[:1]:
            parts.append(BESIDE)
        needs = f" Needs {', '.join(sorted(spec.needs))}." if spec.needs else ""
        agreed = "" if spec.is_variant else f"  {say_agreement(spec.prior_agreement)}\n"
        traits = "" if spec.is_variant else _say_traits(name)
        parts.append(
            f"{name}: {spec.title}\n  {spec.idea}{needs}\n  Not to be trusted when: {spec.fails_when}\n"
            f"{traits}{agreed}  {', '.join(sorted(spec.tasks))}; cost: {spec.cost}; {spec.reference}"
        )
    return "\n\n".join(parts)


def _say_traits(name: str) -> str:
    """Say when to use a metric, what it assumes, and what its time grows with, a line for each."""
    traits = METRICS[name].traits
    return (
        f"  Use when: {traits.use_when}\n  Assumes: {traits.assumes}\n"
        f"  Time grows with: {traits.complexity}\n"
    )


def metrics_markdown() -> str:
    """Write ``ptmrank_core/metrics/TABLE.md``: the facts of metrics, variants and evidence; agreements."""
    beside = evidence_metrics()
    shown = [name for name in METRICS if name not in beside]
    n_metrics = len(default_metrics())
    return TABLE_HEAD.format(
        n_metrics=n_metrics,
        n_variants=len(shown) - n_metrics,
        metrics=_markdown_table(shown),
        evidence=_markdown_table(beside),
        traits=_traits_table(standard_metrics()),
        agreements=_agreement_table(standard_metrics()),
        probe_share=PROBE_SHARE,
    )


def _markdown_table(names: Sequence[str]) -> str:
    """Write the facts of some metrics, a row for each."""
    rows = []
    for name in names:
        spec = METRICS[name]
        needs = ", ".join(f"`{need}`" for need in sorted(spec.needs))
        cells = [
            f"`{name}`",
            f"**{spec.title}.** {spec.idea}",
            spec.fails_when,
            needs,
            "yes" if spec.rewards_width else "",
            spec.reference,
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return FACTS + "\n".join(rows)


def _traits_table(names: Sequence[str]) -> str:
    """Write what somebody who chooses among metrics wants to know, a row for each."""
    rows = []
    for name in names:
        traits = METRICS[name].traits
        told = (traits.assumes, traits.use_when, traits.complexity, differences(name))
        cells = [f"`{name}`", *(text.replace("|", r"\|") for text in told)]
        rows.append(f"| {' | '.join(cells)} |")
    return TRAITS + "\n".join(rows)


def _agreement_table(names: Sequence[str]) -> str:
    """Write how far metrics agreed with fine-tuning, a row for each; empty where nothing was measured."""
    regimes = shared_regimes([METRICS[name].prior_agreement for name in names])
    head = " | ".join(", ".join(together) for together in regimes)
    rows = [REGIMES.format(regimes=head, aligned="|".join(["--:"] * len(regimes)))]
    for name in names:
        prior = METRICS[name].prior_agreement
        spread = "" if prior.spread is None else f" ± {prior.spread:.2f}"
        found = [prior.by_regime[together[0]] for together in regimes]
        cells = [
            f"`{name}`",
            "" if prior.mean is None else f"{prior.mean:+.2f}{spread} ({prior.n_sets})",
            *("" if own is None else f"{own.mean:+.2f} ({own.n_sets})" for own in found),
            *("; ".join(map(say_table, tables)) for tables in (prior.published, prior.by_authors)),
        ]
        rows.append(f"| {' | '.join(cells)} |\n")
    return "".join(rows).rstrip()
