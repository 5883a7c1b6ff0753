"""How a run scales over a cluster: a simulation of the engine's own tasks, fed with measured unit costs.

``python -m tests.benchmarks.scale`` prints a line for each setting: makespan against the ideal (all models
over all samples, evenly spread, nothing else), bytes that move, growth of the feature cache, what waits at
the driver. Tasks, their sizes and their order are those of the engine (``engines/ray/order.py``). The
cluster is simulated: slots that run one task at a time, lines of the nodes, one writer of the driver's cache.

Unit costs are parameters. ``--measure`` measures on this machine what needs no GPU: how fast the driver takes
vectors into its feature cache. Forward passes are those of a GPU; give those that were measured
(``tests/benchmarks/extraction.py``).
"""

from __future__ import annotations

import argparse
import heapq
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ptmrank_core.benchmark.engines.ray.order import BlockQueue, expected_cost
from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache
from ptmrank_core.features.blocks import BLOCK_SAMPLES
from ptmrank_core.features.cache.vectors import HEADER, SampleVectors
from ptmrank_core.features.process.frames import FrameKind, from_bytes, pack, to_bytes, unpack
from ptmrank_core.records import ModelSpec

__all__ = ["WORLDS", "Outcome", "UnitCosts", "World", "simulate"]

# Parameters of models, in the shares in which they are drawn: small convolutions to large transformers.
SIZES = (5e6, 11e6, 22e6, 28e6, 86e6, 86e6, 110e6, 304e6)


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """What one unit of each kind of work costs.

    Parameters
    ----------
    seconds_parameter
        Forward pass of one sample, for each parameter: 5.8e-12 is 2,000 samples a second of ViT-B.
    prepare_seconds
        Reading, decoding and preparing one sample, by all processors of a slot together.
    load_seconds
        A task loads its model: from a disk of the node to the device.
    task_seconds
        A task on its way to a node and back, without its bytes.
    sample_bytes
        A sample as it is sent: a picture of an ordinary data set.
    width
        Numbers of a vector.
    store_bytes_second
        What the feature cache of the driver writes in a second.
    line_bytes_second
        The line of the driver: 10 Gbit/s.
    model_bytes_parameter
        A parameter in a file of weights.
    """

    seconds_parameter: float = 5.8e-12
    prepare_seconds: float = 3e-4
    load_seconds: float = 2.0
    task_seconds: float = 0.005
    sample_bytes: float = 100_000.0
    width: int = 768
    store_bytes_second: float = 100e6
    line_bytes_second: float = 1.25e9
    model_bytes_parameter: float = 4.0

    @property
    def vector_bytes(self) -> int:
        """Bytes of a vector in the cache."""
        return HEADER.size + 4 * self.width


@dataclass(frozen=True, slots=True)
class World:
    """What is extracted where.

    Parameters
    ----------
    n_models, n_samples
        Models, and samples of each.
    n_slots
        GPUs.
    slots_of_a_node
        GPUs of a node.
    by_path
        Whether nodes read the samples by their paths, so that the driver sends none.
    """

    n_models: int
    n_samples: int
    n_slots: int
    slots_of_a_node: int = 8
    by_path: bool = False

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return -(-self.n_slots // self.slots_of_a_node)


WORLDS = (
    World(100, 100_000, 1),
    World(100, 100_000, 8),
    World(100, 100_000, 64),
    World(100, 100_000, 64, by_path=True),
    World(1000, 1_000_000, 256),
    World(1000, 1_000_000, 256, by_path=True),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Parameters
    ----------
    ideal_seconds
        All forward passes, spread evenly.
    slots_seconds
        Until the last slot is done, if neither the line nor the cache held it up.
    makespan_seconds
        Until every vector is in the cache.
    n_tasks
        Tasks.
    sent_bytes, received_bytes
        Bytes that left the driver, and that came back to it.
    store_bytes
        Growth of the feature cache.
    waiting_bytes
        Most that waited at a time for the cache: the driver's object store holds it, then its disk.
    model_bytes
        Weights that the driver fetches to know what a model is.
    """

    ideal_seconds: float
    slots_seconds: float
    makespan_seconds: float
    n_tasks: int
    sent_bytes: float
    received_bytes: float
    store_bytes: float
    waiting_bytes: float
    model_bytes: float

    @property
    def slots_efficiency(self) -> float:
        """Ideal against the time of the slots: what the tasks' sizes and order cost."""
        return self.ideal_seconds / self.slots_seconds

    @property
    def efficiency(self) -> float:
        """Ideal against the makespan."""
        return self.ideal_seconds / self.makespan_seconds


def draw_models(n_models: int) -> list[ModelSpec]:
    """Draw models of usual sizes."""
    rng = np.random.default_rng(0)
    sizes = rng.choice(SIZES, size=n_models)
    return [
        ModelSpec(f"org/model-{i}", "hub", "image", n_parameters=int(size)) for i, size in enumerate(sizes)
    ]


def simulate(world: World, costs: UnitCosts) -> Outcome:
    """Run the tasks of a world in the order in which the engine sends them.

    Parameters
    ----------
    world
        What is extracted where.
    costs
        What one unit of each kind of work costs.
    """
    models = draw_models(world.n_models)
    sizes = [min(BLOCK_SAMPLES, world.n_samples - i) for i in range(0, world.n_samples, BLOCK_SAMPLES)]
    queue = BlockQueue(world.n_slots)
    for number, spec in enumerate(models):
        queue.add(number, range(len(sizes)), expected_cost(spec, BLOCK_SAMPLES))
    moving = _Moving(world, costs, sizes)
    slots = [(0.0, slot) for slot in range(world.n_slots)]
    ends: list[tuple[float, float]] = []
    while len(queue):
        task = queue.take()
        free_at, slot = heapq.heappop(slots)
        blocks = range(task.first, task.first + task.n_blocks)
        ready_at = moving.arrival(free_at, slot // world.slots_of_a_node, blocks)
        n_samples = sum(sizes[block] for block in blocks)
        seconds = _sample_seconds(models[task.model], costs) * n_samples
        end = max(free_at, ready_at) + costs.task_seconds + costs.load_seconds + seconds
        ends.append((end, float(n_samples * costs.vector_bytes)))
        heapq.heappush(slots, (end, slot))
    stored_at, waiting = _store(_Lane(costs.store_bytes_second), sorted(ends))
    received = sum(n_bytes for _, n_bytes in ends)
    return Outcome(
        ideal_seconds=sum(_sample_seconds(spec, costs) for spec in models) * world.n_samples / world.n_slots,
        slots_seconds=max(end for end, _ in ends),
        makespan_seconds=stored_at,
        n_tasks=len(ends),
        sent_bytes=moving.n_bytes,
        received_bytes=received,
        store_bytes=received,
        waiting_bytes=waiting,
        model_bytes=sum(spec.n_parameters or 0 for spec in models) * costs.model_bytes_parameter,
    )


def _sample_seconds(spec: ModelSpec, costs: UnitCosts) -> float:
    """Seconds of one sample: those of the forward pass, or of what prepares the samples if that is slower."""
    return max(costs.prepare_seconds, (spec.n_parameters or 0) * costs.seconds_parameter)


class _Moving:
    """Samples on their way: the driver sends a block once, nodes hand it on, each has a line of its own."""

    def __init__(self, world: World, costs: UnitCosts, sizes: list[int]) -> None:
        self._world, self._costs, self._sizes = world, costs, sizes
        self._driver = _Lane(costs.line_bytes_second)
        self._nodes = [_Lane(costs.line_bytes_second) for _ in range(world.n_nodes)]
        self._at: set[tuple[int, int]] = set()
        self._sent: set[int] = set()
        self.n_bytes = 0.0

    def arrival(self, free_at: float, node: int, blocks: range) -> float:
        """Bring blocks to a node, a task ahead of the slot that is free then; return when they are there."""
        if self._world.by_path:
            return free_at
        new = [block for block in blocks if (node, block) not in self._at]
        first = [block for block in new if block not in self._sent]
        self._at |= {(node, block) for block in new}
        self._sent |= set(first)
        asked_at = max(0.0, free_at - self._costs.load_seconds)
        arrivals = [free_at]
        for lane, some in ((self._driver, first), (self._nodes[node], new)):
            n_bytes = sum(self._sizes[block] for block in some) * self._costs.sample_bytes
            if n_bytes:
                arrivals.append(lane.take(asked_at, n_bytes))
        self.n_bytes += sum(self._sizes[block] for block in new) * self._costs.sample_bytes
        return max(arrivals)


class _Lane:
    """One line or writer: what comes to it waits until what came before is through."""

    def __init__(self, bytes_second: float) -> None:
        self._bytes_second = bytes_second
        self.free_at = 0.0

    def take(self, now: float, n_bytes: float) -> float:
        """Take bytes that come now; return when they are through."""
        self.free_at = max(now, self.free_at) + n_bytes / self._bytes_second
        return self.free_at


def _store(lane: _Lane, ends: list[tuple[float, float]]) -> tuple[float, float]:
    """Write what comes back in its order; return when all is written, and the most that waited."""
    waiting: list[tuple[float, float]] = []
    held = most = 0.0
    for end, n_bytes in ends:
        while waiting and waiting[0][0] <= end:
            held -= heapq.heappop(waiting)[1]
        held += n_bytes
        most = max(most, held)
        heapq.heappush(waiting, (lane.take(end, n_bytes), n_bytes))
    return lane.free_at, most


def measured(costs: UnitCosts) -> UnitCosts:
    """Measure what the feature cache and the frames take here; the rest stays.

    The driver unpacks a frame, decodes its vectors and writes them, one after the other.
    """
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(BLOCK_SAMPLES, costs.width)).astype(np.float32)
    entries = tuple((f"{i:064d}", SampleVectors(row, None).to_bytes(), b"") for i, row in enumerate(vectors))
    data = to_bytes(pack(FrameKind.RESULT, entries))
    with TemporaryDirectory() as folder, FeatureCache(Settings(home=Path(folder))) as cache:
        start = time.process_time()
        came = unpack(from_bytes(data))
        decoded = ((digest, SampleVectors.from_bytes(own)) for digest, own, _ in came)
        cache.put_many("0" * 64, [(digest, own) for digest, own in decoded if own is not None])
        seconds = time.process_time() - start
        assert len(cache) == BLOCK_SAMPLES
    return replace(costs, store_bytes_second=len(data) / seconds)


def lines(costs: UnitCosts) -> Iterator[str]:
    """Write the outcome of every world."""
    for world in WORLDS:
        outcome = simulate(world, costs)
        where = "samples by path" if world.by_path else "samples sent"
        yield (
            f"{world.n_models:,} models x {world.n_samples:,} samples on {world.n_slots} GPUs ({where}): "
            f"{outcome.n_tasks:,} tasks; ideal {outcome.ideal_seconds:,.0f} s, slots "
            f"{outcome.slots_efficiency:.2f}, with line and cache {outcome.efficiency:.2f} of it; "
            f"{outcome.sent_bytes / 1e9:,.0f} GB to nodes, {outcome.store_bytes / 1e9:,.0f} GB cached, "
            f"at most {outcome.waiting_bytes / 1e9:,.1f} GB waiting; {outcome.model_bytes / 1e9:,.0f} GB of "
            "weights"
        )


def main() -> None:
    """Print the lines."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--measure", action="store_true", help="measure the unit costs of this machine first")
    for field in fields(UnitCosts):
        parser.add_argument(
            f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default
        )
    given = vars(parser.parse_args())
    costs = UnitCosts(**{field.name: given[field.name] for field in fields(UnitCosts)})
    if given["measure"]:
        costs = measured(costs)
    sys.stdout.write("\n".join([str(costs), *lines(costs)]) + "\n")


if __name__ == "__main__":
    main()
