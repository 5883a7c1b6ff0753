"""How to get these numbers again."""

from __future__ import annotations

from ptmrank_core.reports.html.blocks import Block, Code, Facts, Report, Section, Text
from ptmrank_core.reports.json.run import used_environment
from ptmrank_core.results.command import rank_command

__all__ = ["reproduce_section"]

NO_COMMAND = "No command repeats this run: its samples, or a model, were in the memory of a script."


def reproduce_section(report: Report) -> Section | None:
    """Give the command line, the run's id, digests, seeds and versions."""
    result, plan = report.result, report.result.plan
    command = rank_command(plan)
    blocks: list[Block] = []
    if command:
        blocks += [Text("This command repeats the run:"), Code(command)]
    else:
        blocks.append(Text(NO_COMMAND))
    facts = {
        "run": plan.run_id,
        "planned": plan.created_at,
        "took": f"{result.seconds:.0f} s",
        "seed": str(plan.seed),
        "samples from": plan.shown_source,
        "their digest": plan.samples_fingerprint,
    }
    environment = tuple(
        (name, value)
        for name, value in used_environment(result).items()
        if name not in facts and value != str(None)
    )
    blocks += [Facts(tuple(facts.items())), Facts(environment)]
    blocks.append(Text("The revision of each model is in the table of the models.", is_note=True))
    return Section("reproduce", "How to reproduce this", tuple(blocks))
