"""The tables of the benchmark, in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np

from ptmrank_core.benchmark.race.posterior import Knowledge
from tests.benchmarks.race.recorded import DEMOS, Task, draw_models
from tests.benchmarks.race.replaying import Replay
from tests.benchmarks.race.strategies import PROBE, RACE, Orders, Strategy, judged, strategies

N_DRAWS = 30
LEAST_DRAWN = 3

Judge = Callable[[Task, str], tuple[float, float]]


@dataclass(frozen=True)
class Row:
    """A strategy over all tasks: mean regret and cost, over draws as well, and the worst regret."""

    regret: float
    cost: float
    worst: float
    by_group: Mapping[str, tuple[float, float]]
    drawn_regrets: Sequence[float]
    drawn_costs: Sequence[float]


def judge_all(rows: Mapping[str, Strategy], tasks: Sequence[Task], n_draws: int) -> dict[str, Row]:
    """Judge every strategy on the tasks, and on draws of their seeds and models."""
    rng = np.random.default_rng(0)
    draws = [_draw(tasks, rng) for _ in range(n_draws)]
    found = {}
    for name, strategy in rows.items():
        whole = [judged(task, strategy(task)) for task in tasks]
        means = [_means(drawn, [judged(task, strategy(task)) for task in drawn]) for drawn in draws]
        found[name] = Row(
            *_means(tasks, whole),
            worst=max(regret for regret, _ in whole),
            by_group=_by_group(tasks, whole),
            drawn_regrets=[regret for regret, _ in means],
            drawn_costs=[cost for _, cost in means],
        )
    return found


def _draw(tasks: Sequence[Task], rng: np.random.Generator) -> list[Task]:
    """Draw tasks of each group with replacement, and models of each task."""
    drawn = []
    for group in dict.fromkeys(task.group for task in tasks):
        own = [task for task in tasks if task.group == group]
        drawn += [draw_models(own[place], rng) for place in rng.integers(len(own), size=len(own))]
    return [task for task in drawn if len(task.models) >= LEAST_DRAWN]


def _by_group(tasks: Sequence[Task], found: Sequence[tuple[float, float]]) -> dict[str, tuple[float, float]]:
    groups = dict.fromkeys(task.group for task in tasks)
    by_group = {}
    for group in groups:
        own = [pair for task, pair in zip(tasks, found, strict=True) if task.group == group]
        by_group[group] = (fmean(regret for regret, _ in own), fmean(cost for _, cost in own))
    return by_group


def _means(tasks: Sequence[Task], found: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Mean regret and cost: every set counts the same, and every group in it."""
    by_group = _by_group(tasks, found)
    sets: dict[str, list[tuple[float, float]]] = {}
    for group, pair in by_group.items():
        sets.setdefault(group.split(",")[0], []).append(pair)
    means = [np.mean(pairs, axis=0) for pairs in sets.values()]
    regret, cost = np.mean(means, axis=0).tolist()
    return regret, cost


def strategy_table(title: str, rows: Mapping[str, Row]) -> str:
    """Regret and cost of each strategy, and the difference of its regret to that of the race."""
    race = rows[RACE]
    lines = [
        f"## {title}",
        "",
        "| choosing by | regret: mean | drawn: 90 % | worst | cost | drawn: 90 % | regret less the race's |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, row in rows.items():
        difference = np.subtract(row.drawn_regrets, race.drawn_regrets)
        lines.append(
            f"| {name} | {row.regret:.2f} | {_interval(row.drawn_regrets, '.2f')} | {row.worst:.1f}"
            f" | {row.cost:.1%} | {_interval(row.drawn_costs, '.1%')}"
            f" | {difference.mean():+.2f} ({_interval(difference, '+.2f')}) |"
        )
    return "\n".join(lines)


def _interval(values: Sequence[float] | np.ndarray, form: str) -> str:
    low, high = np.quantile(np.asarray(values), [0.05, 0.95])
    return f"{low:{form}} to {high:{form}}"


def group_table(rows: Mapping[str, Row]) -> str:
    """Mean regret / cost of each strategy on each group of tasks."""
    groups = list(rows[RACE].by_group)
    lines = [
        "## By set: mean regret in points / cost",
        "",
        "| choosing by | " + " | ".join(groups) + " |",
        "|---|" + "--:|" * len(groups),
    ]
    for name, row in rows.items():
        cells = [f"{row.by_group[group][0]:.2f} / {row.by_group[group][1]:.0%}" for group in groups]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def prediction_table(
    orders: Mapping[str, Orders], tasks: Sequence[Task], knowledge: Mapping[str, Knowledge]
) -> str:
    """What is believed of each model after a dose of every model: of sets that nothing was fitted to."""
    lines = [
        "## After a dose of every model: ends of left-out sets in their 90 % intervals",
        "",
        "| fraction of the final training | set | models | held | width | mean error | pairs in order |",
        "|--:|---|--:|--:|--:|--:|--:|",
    ]
    for name in dict.fromkeys(task.set_name for task in tasks):
        own = [task for task in tasks if task.set_name == name]
        steps, probes = (0.0, *own[0].steps), orders[name][PROBE]
        lines += [_prediction_line(own, step, knowledge[name], probes) for step in steps]
    return "\n".join(lines)


def _prediction_line(
    tasks: Sequence[Task], step: float, knowledge: Knowledge, probes: Mapping[str, float]
) -> str:
    held, widths, errors, ordered = [], [], [], []
    for task in tasks:
        found = Replay(task, knowledge, probes).after(step)
        expected = {own.model: own.expected for own in found.standings}
        for model, end in task.ends.items():
            told = expected[model]
            held.append(told.low <= end <= told.high)
            widths.append(told.high - told.low)
            errors.append(abs(told.value - end))
        ordered += [
            (expected[first].value > expected[second].value) == (task.ends[first] > task.ends[second])
            for place, first in enumerate(task.models)
            for second in task.models[:place]
        ]
    fraction = f"{step:.3g}" if step else "probe alone"
    return (
        f"| {fraction} | {tasks[0].set_name} | {len(held)} | {np.mean(held):.0%}"
        f" | {100 * fmean(widths):.1f} | {100 * fmean(errors):.1f} | {np.mean(ordered):.0%} |"
    )


def tables(
    orders: Mapping[str, Orders],
    tasks: Sequence[Task],
    knowledge: Mapping[str, Knowledge],
    n_draws: int = N_DRAWS,
) -> Iterator[str]:
    """Every table of the benchmark."""
    demos = [task for task in tasks if task.set_name in DEMOS]
    others = [task for task in tasks if task.set_name not in DEMOS]
    yield prediction_table(orders, tasks, knowledge)
    rows = strategies(orders, knowledge)
    for title, own in (("Recorded curves of the demos", demos), ("Sets of the folders", others)):
        if own:
            found = judge_all(rows, own, n_draws)
            yield strategy_table(title, found)
            yield group_table(found)
