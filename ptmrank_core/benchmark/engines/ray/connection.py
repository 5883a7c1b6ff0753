"""Joining a cluster, and what it has."""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ptmrank_core.config import CLUSTER_HINT, count_threads, has_ray, set_defaults
from ptmrank_core.errors import InputError, InputField, ModelProcessError, RunError

__all__ = ["Cluster", "connect", "lost"]

ADDRESS = "ray://"
CONNECT_SECONDS = 5.0
# Of a cluster that is started for one run on this machine; larger objects go to the disk.
OBJECTS_BYTES = 512 * 2**20
OTHERWISE = "Start its head node, or let this machine extract the features."


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that this process has joined.

    Parameters
    ----------
    ray
        The package.
    n_threads
        Processors, and threads, of a task.
    n_gpus
        GPUs of a task: 1 or 0.
    n_slots
        Tasks that it runs at a time.
    is_own
        Whether this process joined it itself, and has to leave it.
    """

    ray: Any
    n_threads: int
    n_gpus: int
    n_slots: int
    is_own: bool

    @property
    def device(self) -> str:
        """The device of a task, which sees no GPU but its own."""
        return "cuda" if self.n_gpus else "cpu"

    def remote(self, function: Any) -> Any:
        """Make a function of a module one that runs on a node, again where its node dies."""
        return self.ray.remote(function).options(
            num_cpus=self.n_threads, num_gpus=self.n_gpus, max_retries=3, retry_exceptions=False
        )

    def actor(self, kind: Any) -> Any:
        """Make an object that all tasks can talk to; where its node dies, it begins anew on another one."""
        return self.ray.remote(kind).options(num_cpus=0, max_restarts=-1).remote()

    def leave(self) -> None:
        """Leave the cluster; tasks that are left end with that."""
        if self.is_own:
            self.ray.shutdown()


def connect(engine: str, device: str) -> Cluster:
    """Join the cluster of an engine.

    Parameters
    ----------
    engine
        ``"ray"`` for the cluster that this machine is part of, or else one of its own for the run;
        ``"ray://HOST:PORT"`` for the cluster whose head node is there, which this machine is part of too.
    device
        The device of the plan.

    Raises
    ------
    InputError
        If Ray is not installed, or the cluster has no such device.
    RunError
        If no cluster answers.
    """
    if not has_ray():
        raise InputError(
            f"The engine {engine!r} needs the package ray, which is not installed.", hint=CLUSTER_HINT
        )
    if engine.startswith(ADDRESS):
        _refuse_silent(engine.removeprefix(ADDRESS))
    set_defaults({"RAY_USAGE_STATS_ENABLED": "0"})  # nothing leaves the machine
    import ray

    is_own = not ray.is_initialized()
    if is_own:
        _join(ray, engine)
    try:
        return _measure(ray, device, is_own=is_own)
    except InputError:
        if is_own:
            ray.shutdown()
        raise


def _join(ray: Any, engine: str) -> None:
    """Join the cluster at an address; without one that of this machine, else one that is started for it."""
    quiet = {"log_to_driver": False, "configure_logging": False}
    if engine.startswith(ADDRESS):
        address = engine.removeprefix(ADDRESS)
        try:
            ray.init(address=address, **quiet)
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise RunError(
                f"{address} is no Ray cluster to join: {_first_line(error)}", hint=OTHERWISE
            ) from error
        return
    with suppress(ConnectionError):
        ray.init(address="auto", **quiet)
        return
    ray.init(address="local", object_store_memory=OBJECTS_BYTES, include_dashboard=False, **quiet)


def _refuse_silent(address: str) -> None:
    """Refuse an address that nobody answers at; Ray would try for minutes.

    Raises
    ------
    RunError
        With the reason of the system.
    """
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS).close()
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RunError(f"No Ray cluster answers at {address}: {reason}.", hint=OTHERWISE) from error


def _measure(ray: Any, device: str, *, is_own: bool) -> Cluster:
    """Find out what a task gets, and how many fit at a time.

    Raises
    ------
    InputError
        If the plan asks for a device that the cluster does not have.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    n_gpus = int(sum(node.get("GPU", 0) for node in nodes))
    if device.startswith(("cuda:", "mps")) or (device == "cuda" and not n_gpus):
        raise InputError(
            f"The plan asks for the device {device!r}, and the cluster has {n_gpus} GPUs, which it chooses.",
            hint="Leave the device to the cluster.",
            fields=[InputField.DEVICE],
        )
    if n_gpus and device != "cpu":
        return Cluster(ray, 1, 1, n_gpus, is_own)
    most = max((int(node.get("CPU", 0)) for node in nodes), default=0)
    n_threads = max(1, min(count_threads(), most))
    n_slots = sum(int(node.get("CPU", 0)) // n_threads for node in nodes)
    if not n_slots:
        raise InputError("The cluster has no processors for tasks.", hint="Add a node to it.")
    return Cluster(ray, n_threads, 0, n_slots, is_own)


def lost(model: str, error: Exception) -> ModelProcessError:
    """Say that a task was tried on several nodes, and ended on none."""
    return ModelProcessError(
        f"A task of {model!r} did not end on any node of the cluster ({type(error).__name__}).",
        hint="Each time its process or its node died, or ran out of memory: choose a smaller batch or half "
        "precision, or leave this model out.",
    )


def _first_line(error: Exception) -> str:
    return f"{(str(error).strip().splitlines() or [type(error).__name__])[0].rstrip('.')}."
