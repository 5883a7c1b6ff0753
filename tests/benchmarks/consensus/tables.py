"""The tables of the judge, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from ptmrank_core.prediction import MIN_SETS, fit_coefficients, predict_accuracies
from tests.benchmarks.consensus.alternatives import RULES
from tests.benchmarks.consensus.judging import (
    N_DRAWS,
    Verdict,
    judge,
    like_pairs_tau,
    paired_difference,
    regret_difference,
)
from tests.benchmarks.consensus.orders import (
    LEFT_OUT,
    PAIR,
    PROBE,
    SHIPPED,
    SIZE,
    STATIC,
    TO_TRAIN,
    Order,
    orders_of,
    zoo_of,
)
from tests.benchmarks.consensus.sets import PROBED, TUNED, ScoredSet
from tests.benchmarks.consensus.writing import plain, tuned_models

LIKE = 2.0  # numbers of parameters within this factor are alike
COMPARED = (LEFT_OUT, SHIPPED, PROBE, "LogME", "N-LEEP", "Nearest neighbours", STATIC, SIZE)
HEAD = (
    "| order by | sets | tau | regret: mean | worst | of three | within 2 | tau | regret | of three |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
)

Judged = dict[str, dict[str, list[Verdict]]]


def tables(sets: Sequence[ScoredSet], n_draws: int = N_DRAWS) -> Iterator[str]:
    """Every table of the benchmark."""
    whole, few = [own for own in sets if not own.few], [own for own in sets if own.few]
    yield spread_table(whole)
    orders = {scored.name: orders_of(scored, sets) for scored in whole}
    for kind in (TUNED, PROBED):
        judged = _judged([(scored, orders[scored.name]) for scored in whole], kind)
        yield _table(f"Judged by {kind}", judged, whole)
    if few:
        judged = _judged([(scored, orders_of(scored, sets)) for scored in few], TUNED)
        yield _table(f"Judged by {TUNED}, few samples", judged, few)
    yield difference_table(whole, orders, n_draws)
    yield regret_table(whole, orders, n_draws)
    yield like_table(whole, orders)
    yield coverage_table(sets)


def spread_table(sets: Sequence[ScoredSet]) -> str:
    """What there is to tell apart: the spread of the truth on each set."""
    lines = [
        "## The sets",
        "",
        "| set | samples | candidates | best | deviation | error | within 2 points | near the ceiling |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
    ]
    for scored in sets:
        truth = np.array(list(scored.truth(TUNED).values() or scored.truth(PROBED).values()))
        kind = "" if scored.truth(TUNED) else " (probe)"
        error = f"{fmean(scored.errors.values()):.3f}" if scored.errors else ""
        lines.append(
            f"| {plain(scored.name)} | {scored.n_samples} | {len(scored.facts)} | {truth.max():.3f}{kind}"
            f" | {truth.std(ddof=1):.3f} | {error} | {int((truth >= truth.max() - 0.02).sum())}"
            f" | {'yes' if scored.is_near_ceiling else 'no'} |"
        )
    return "\n".join(lines)


def _judged(orders: Sequence[tuple[ScoredSet, Mapping[str, Order]]], kind: str) -> Judged:
    """Row -> set -> verdicts."""
    found: Judged = {}
    for scored, rows in orders:
        for row, order in rows.items():
            verdict = judge(order, scored.truth(kind))
            if verdict is not None:
                found.setdefault(row, {}).setdefault(scored.name, []).append(verdict)
    return found


def _table(title: str, judged: Judged, sets: Sequence[ScoredSet]) -> str:
    """One line for each row, the best mean tau first; on the right without the sets near the ceiling."""
    ceiling = {scored.name for scored in sets if scored.is_near_ceiling}
    names = dict.fromkeys(plain(name) for own in judged.values() for name in own)
    lines = [f"## {title}: {', '.join(names)}", "", *HEAD]

    def mean_tau(row: str) -> float:
        return fmean(fmean(own.tau for own in verdicts) for verdicts in judged[row].values())

    for row in sorted(judged, key=mean_tau, reverse=True):
        left = _figures(judged[row])
        right = _figures({name: own for name, own in judged[row].items() if name not in ceiling})
        tail = f"{right[0]:+.3f} | {right[1]:.2f} | {right[3]:.2f}" if right else " | | "
        lines.append(
            f"| {row} | {len(judged[row])} | {left[0]:+.3f} | {left[1]:.2f} | {left[2]:.2f} | {left[3]:.2f}"
            f" | {left[4]:.0%} | {tail} |"
        )
    return "\n".join(lines)


def _figures(verdicts: Mapping[str, Sequence[Verdict]]) -> tuple[float, ...]:
    """Mean tau, mean and worst regret, mean regret of three, share within 2 points, over sets."""
    if not verdicts:
        return ()
    regrets = [fmean(own.regret for own in of_set) for of_set in verdicts.values()]
    return (
        fmean(fmean(own.tau for own in of_set) for of_set in verdicts.values()),
        fmean(regrets),
        max(regrets),
        fmean(fmean(own.of_three for own in of_set) for of_set in verdicts.values()),
        fmean(fmean(own.is_close for own in of_set) for of_set in verdicts.values()),
    )


def difference_table(
    sets: Sequence[ScoredSet], orders: Mapping[str, Mapping[str, Order]], n_draws: int
) -> str:
    """Paired differences of the mean tau to that of LogME and N-LEEP, with intervals over models."""
    lines = [
        f"## Mean tau less that of {PAIR}: 90 % intervals over draws of the models",
        "",
        "| order by | judged by | sets | difference | low | high |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for kind in (TUNED, PROBED):
        for row in COMPARED:
            truths = {
                own.name: own.truth(kind) for own in sets if own.truth(kind) and row in orders[own.name]
            }
            if not truths:
                continue
            first = {name: orders[name][row] for name in truths}
            second = {name: orders[name][PAIR] for name in truths}
            value, low, high = paired_difference(first, second, truths, n_draws)
            lines.append(f"| {row} | {kind} | {len(truths)} | {value:+.3f} | {low:+.3f} | {high:+.3f} |")
    return "\n".join(lines)


def regret_table(sets: Sequence[ScoredSet], orders: Mapping[str, Mapping[str, Order]], n_draws: int) -> str:
    """What the first three lose to the best, less what those of LogME and N-LEEP lose."""
    lines = [
        f"## Regret of the first three less that of {PAIR}, in points: 90 % intervals over draws of the",
        "accuracies within their errors; without the sets near the ceiling",
        "",
        "| order by | sets | difference | low | high |",
        "|---|--:|--:|--:|--:|",
    ]
    known = [own for own in sets if own.truth(TUNED) and not own.is_near_ceiling]
    for row in (LEFT_OUT, TO_TRAIN, SHIPPED, PROBE, "LogME", "N-LEEP", "Nearest neighbours", *RULES):
        own_sets = [own for own in known if row in orders[own.name]]
        if own_sets:
            rows = tuple({own.name: orders[own.name][name] for own in own_sets} for name in (row, PAIR))
            truths = {own.name: own.truth(TUNED) for own in own_sets}
            errors = {own.name: own.errors for own in own_sets}
            value, low, high = regret_difference((rows[0], rows[1]), truths, errors, n_draws)
            lines.append(f"| {row} | {len(own_sets)} | {value:+.2f} | {low:+.2f} | {high:+.2f} |")
    return "\n".join(lines)


def like_table(sets: Sequence[ScoredSet], orders: Mapping[str, Mapping[str, Order]]) -> str:
    """Kendall's tau with fine-tuning over pairs of like size and of one family alone."""
    lines = [
        "## Pairs of like models: Kendall's tau with fine-tuning, mean over sets (pairs)",
        "",
        "| order by | of like size | of one family |",
        "|---|--:|--:|",
    ]
    for row in dict.fromkeys(row for own in orders.values() for row in own):
        cells = []
        for alike in (_like_size, _one_family):
            found = [
                like_pairs_tau(orders[own.name][row], own.truth(TUNED), alike(own))
                for own in sets
                if own.truth(TUNED) and row in orders[own.name]
            ]
            known = [own for own in found if own is not None]
            mean = fmean(tau for tau, _ in known) if known else float("nan")
            cells.append(f"{mean:+.2f} ({sum(count for _, count in known)})" if known else "")
        lines.append(f"| {row} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines)


def _like_size(scored: ScoredSet) -> Callable[[str, str], bool]:
    def alike(first: str, second: str) -> bool:
        sizes = [scored.facts[model].size for model in (first, second)]
        return None not in sizes and max(sizes) <= LIKE * min(sizes)  # type: ignore[type-var,operator]

    return alike


def _one_family(_: ScoredSet) -> Callable[[str, str], bool]:
    def family(model: str) -> str:
        return re.split(r"[-_0-9]", model, maxsplit=1)[0]

    return lambda first, second: family(first) == family(second)


def coverage_table(sets: Sequence[ScoredSet]) -> str:
    """How often 90 % intervals hold models of a set that they were not fitted to."""
    lines = [
        "## Prediction: models of left-out sets in their 90 % intervals",
        "",
        "| left out | models | predicted | held | width | mean error |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    models = tuned_models(sets)
    names = {plain(scored.name): scored.name for scored in sets}
    for title, together in (("set", False), ("zoo", True)):
        held: list[bool] = []
        for name in dict.fromkeys(own.set_name for own in models):
            out = {plain(other) for other in zoo_of(names[name], sets)} if together else {name}
            others = [own for own in models if own.set_name not in out]
            if len({own.set_name for own in others}) < MIN_SETS:
                continue
            line = fit_coefficients(others)
            new = {str(index): own for index, own in enumerate(models) if own.set_name == name}
            chance = next(iter(new.values())).chance
            found = predict_accuracies({key: own.probe for key, own in new.items()}, line, chance=chance)
            hits = [own.low <= new[key].tuned <= own.high for key, own in found.items()]
            width = fmean(own.high - own.low for own in found.values())
            error = fmean(abs(own.value - new[key].tuned) for key, own in found.items())
            held += hits
            lines.append(
                f"| {name} ({title}) | {len(new)} | {len(found)} | {fmean(hits):.0%} | {width:.2f}"
                f" | {error:.3f} |"
            )
        if held:
            lines.append(f"| all ({title}) | | {len(held)} | {fmean(held):.0%} | | |")
    return "\n".join(lines)
