"""The reasons of votes, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from ptmrank_core.ranking.prior_calibration import PriorCalibration, PriorTaus

__all__ = ["VARIANT", "fallback_reason", "reason_for", "too_uncertain"]

VARIANT = "A variant: only the default form of a metric votes."


def reason_for(calibration: PriorCalibration, copies: Sequence[str], *, has_probe: bool) -> str:
    """Say what the weight of a voting metric rests on.

    Parameters
    ----------
    calibration
        What is expected of the metric.
    copies
        Titles of the metrics that it shares one vote with.
    has_probe
        Whether a probe was fitted.
    """
    parts = _expected(calibration)
    if has_probe and calibration.probe_agreement is None:
        parts.append("The linear probe distinguishes too few models here to add to that")
    if copies:
        parts.append(f"Shares one vote with {', '.join(copies)}: their orders are nearly the same")
    return f"{'. '.join(parts)}."


def too_uncertain(calibration: PriorCalibration, surest: str, best: float) -> str:
    """Say why a metric is left out whose agreement with fine-tuning may be much lower than another's.

    Parameters
    ----------
    calibration
        What is expected of it.
    surest
        Title of the metric whose agreement is the surest.
    best
        How far that one agrees with fine-tuning, cautiously.
    """
    parts = _expected(calibration)
    low = f"{calibration.cautious:+.2f}"
    other = f"; {surest} can be relied on for {best:+.2f}" if best > 0 else ""
    return f"Left out: its agreement with fine-tuning may be as low as {low}{other}. {'. '.join(parts)}."


def fallback_reason(unfit: str) -> str:
    """Say that a metric votes although it would have been left out."""
    return f"Fallback: no metric qualified. {unfit}"


def _expected(calibration: PriorCalibration) -> list[str]:
    """Say what other data show, and the probe on these samples."""
    known = [_known(calibration.prior)]
    return known if calibration.probe_agreement is None else [*known, _with_probe(calibration)]


def _known(prior: PriorTaus) -> str:
    if not prior.taus:
        return f"Never compared with fine-tuning, so little is expected of it ({prior.mean:+.2f})"
    sets = "1 recorded set" if prior.n_sets == 1 else f"{prior.n_sets} recorded sets"
    give = f", give or take {prior.deviation:.2f}" if prior.deviation else ""
    probed = f" ({prior.n_probed} of them judged by a linear probe)" if prior.n_probed else ""
    return f"Agreement with fine-tuning on {sets}{probed} {prior.mean:+.2f}{give}"


def _with_probe(calibration: PriorCalibration) -> str:
    found = f"{calibration.probe_agreement:+.2f}"
    if not calibration.is_contradicted:
        return f"Agreement with the linear probe on these samples {found}"
    low, high = calibration.interval
    return (
        f"These samples contradict that: agreement with the linear probe {found}. So what is expected here"
        f" was widened by a factor of {calibration.widening:.1f}, to between {low:+.2f} and {high:+.2f}"
    )
