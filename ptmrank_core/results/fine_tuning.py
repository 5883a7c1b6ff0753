"""What short fine-tuning gave, as rows."""

from __future__ import annotations

from typing import Any

from ptmrank_core.records import Ranking, RunResult

__all__ = ["tuned_rows"]


def tuned_rows(result: RunResult, ranking: Ranking) -> list[dict[str, Any]]:
    """Rows of the models that were trained, best of the ranking first.

    Returns
    -------
    list of dict
        ``model``; ``accuracy`` (or ``r2``) on the test samples, with its standard error; ``passes`` done and
        planned; ``tested on``; ``seconds``; ``note``: that time ran out, or why it could not be done.
    """
    found = {own.subject: own for own in result.findings if own.kind == "fine-tuning"}
    places = {model: place for place, model in enumerate(ranking.order)}
    rows = []
    for model in sorted(found, key=lambda name: places.get(name, len(places))):
        own = found[model].payload
        if not own:
            rows.append({"model": model, "seconds": found[model].seconds, "note": found[model].problem})
            continue
        error = "" if own["standard_error"] is None else f" ± {own['standard_error']:.3f}"
        rows.append(
            {
                "model": model,
                own["measure"]: f"{own['value']:.3f}{error}",
                "passes": f"{own['epochs']:.1f} of {own['planned_epochs']}",
                "tested on": own["n_test"],
                "seconds": own["seconds"],
                "note": own["note"],
            }
        )
    return rows
