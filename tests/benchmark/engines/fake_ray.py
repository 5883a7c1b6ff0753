"""A cluster in this process, for tests of what the run's side does with it: one task after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ptmrank_core.benchmark.engines.ray.connection import Cluster

__all__ = ["FakeRay", "joined"]


class _Exceptions:
    """The exceptions of the package."""

    class RayError(Exception):
        """The base of them all."""

    class WorkerCrashedError(RayError):
        """A task whose process died too often."""


class FakeRay:
    """What the engine uses of the package.

    Parameters
    ----------
    meddle
        Called with the function and its arguments in the place of the function.
    """

    exceptions = _Exceptions

    def __init__(
        self, meddle: Callable[..., Any] = lambda function, *arguments: function(*arguments)
    ) -> None:
        self._meddle = meddle
        self._results: dict[int, Callable[[], Any]] = {}
        self.n_sent = 0
        self.put_objects: dict[int, bytes] = {}
        self.cancelled: list[int] = []

    def remote(self, function: Callable[..., Any]) -> _Remote:
        """Make a function one that runs on the cluster."""
        return _Remote(self, function)

    def send(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> int:
        """Take a task; it runs when its result is asked for."""
        self.n_sent += 1
        given = [self.put_objects.get(one, one) if isinstance(one, int) else one for one in arguments]
        self._results[-self.n_sent] = lambda: self._meddle(function, *given)
        return -self.n_sent

    def put(self, data: bytes) -> int:
        """Keep an object."""
        self.put_objects[len(self.put_objects) + 1] = data
        return len(self.put_objects)

    def wait(self, references: list[int], **_: Any) -> tuple[list[int], list[int]]:
        """Say that the first task is done."""
        return references[:1], references[1:]

    def get(self, reference: int) -> Any:
        """Run a task."""
        return self._results.pop(reference)()

    def cancel(self, reference: int, **_: Any) -> None:
        """Note that a task is not wanted any more."""
        self.cancelled.append(reference)


class _Remote:
    def __init__(self, ray: FakeRay, function: Callable[..., Any]) -> None:
        self._ray, self._function = ray, function

    def options(self, **_: Any) -> _Remote:
        """Take the options of a task."""
        return self

    def remote(self, *arguments: Any) -> int:
        """Send a task."""
        return self._ray.send(self._function, arguments)


def joined(ray: FakeRay) -> Callable[[str, str], Cluster]:
    """What joins this cluster in the place of a real one."""
    return lambda _engine, _device: Cluster(ray, 1, 0, 2, is_own=False)
