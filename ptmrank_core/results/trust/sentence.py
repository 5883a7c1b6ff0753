"""Which metric follows what models really reach, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

from ptmrank_core.ranking import Estimate, Evidence
from ptmrank_core.records import Truth
from ptmrank_core.results.evidence import CONSENSUS, PARAMETERS, contender_title, measure_title
from ptmrank_core.results.phrases import plural

__all__ = ["say_evidence"]


def say_evidence(evidence: Mapping[str, Evidence], truth: Truth) -> str:
    """Say which metric follows a truth best, or that none does, and whether the size alone tells as much.

    Parameters
    ----------
    evidence
        Contender -> how well it follows the truth.
    truth
        What the models reached.

    Returns
    -------
    str
        Sentences that refer to the truth as "it"; empty where no correlation is defined.
    """
    taus = {
        name: tau
        for name, contender in evidence.items()
        if (tau := contender.correlations["weighted_tau"]) is not None
    }
    metrics = [name for name in taus if name not in {CONSENSUS, PARAMETERS}]
    if not metrics:
        return ""
    best = max(metrics, key=lambda name: taus[name].value)
    if taus[best].low is None:
        n_models = plural(evidence[best].n_models, "model")
        return f"{n_models} with a result: too few to trust one metric over another."
    size = taus.get(PARAMETERS)
    if not _is_certain(taus[best]):
        sentence = f"No metric follows it here: the best, {contender_title(best)}, has a weighted τ of "
        sentence += f"{_say(taus[best])}, which may be chance."
        if size is not None and _is_certain(size):
            sentence += f" The number of parameters does follow it: {_say(size)}."
        return sentence
    sentence = f"{contender_title(best)} follows it best here: weighted τ {_say(taus[best])}"
    regret = evidence[best].regret.get(1)
    if regret is not None:
        sentence += f"; taking its first model costs {regret.value:.3f} of {measure_title(truth)}"
        sentence += f" ({regret.low:.3f} to {regret.high:.3f})" if regret.low is not None else ""
    sentence += "."
    if size is not None and (taus[best].low or 0.0) <= size.value:
        n_models = plural(evidence[best].n_models, "model")
        sentence += (
            f" The number of parameters alone gives {_say(size)}: {n_models} do not prove that the metric "
            "knows more."
        )
    return sentence


def _is_certain(tau: Estimate) -> bool:
    """Tell whether a correlation is more than chance in the choice of the models."""
    return tau.low is not None and tau.low > 0


def _say(tau: Estimate) -> str:
    if tau.low is None:
        return f"{tau.value:.2f}, too few models for an interval"
    return f"{tau.value:.2f} (90 % interval {tau.low:.2f} to {tau.high:.2f})"
