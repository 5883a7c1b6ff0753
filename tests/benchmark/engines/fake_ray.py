"""A cluster in this process, for tests of what the run's side does with it: waiting for a task runs it."""

from __future__ import annotations

import inspect
import threading
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

    class GetTimeoutError(RayError):
        """An object that did not come in time."""


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
        self._waiting: dict[int, Callable[[], Any]] = {}
        self._done: dict[int, Any] = {}
        self._lock = threading.Lock()
        self.n_sent = 0
        self.put_objects: dict[int, bytes] = {}
        self.cancelled: list[int] = []

    def remote(self, thing: Callable[..., Any]) -> _Remote:
        """Make a function one that runs on the cluster, or a class one whose objects live there."""
        return _Remote(self, thing)

    def send(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> int:
        """Take a task."""
        with self._lock:
            self.n_sent += 1
            reference = -self.n_sent
        given = [self.put_objects.get(one, one) if isinstance(one, int) else one for one in arguments]
        self._waiting[reference] = lambda: self._meddle(function, *given)
        return reference

    def put(self, data: Any) -> int:
        """Keep an object."""
        with self._lock:
            self.put_objects[len(self.put_objects) + 1] = data
            return len(self.put_objects)

    def wait(self, references: list[int], **_: Any) -> tuple[list[int], list[int]]:
        """Say that the first task is done if it has run; else run it."""
        first = references[0]
        if first in self._done:
            return references[:1], references[1:]
        try:
            self._done[first] = self._waiting.pop(first)()
        except self.exceptions.RayError as error:
            self._done[first] = error
        return [], references

    def get(self, reference: int, *, timeout: float | None = None) -> Any:  # noqa: ARG002 - as the package has it
        """Return an object, or what a task gave; one that was not waited for runs now."""
        if reference > 0:
            return self.put_objects[reference]
        result = self._done.pop(reference) if reference in self._done else self._waiting.pop(reference)()
        if isinstance(result, self.exceptions.RayError):
            raise result
        return result

    def cancel(self, reference: int, **_: Any) -> None:
        """Note that a task is not wanted any more."""
        self.cancelled.append(reference)


class _Remote:
    def __init__(self, ray: FakeRay, thing: Callable[..., Any]) -> None:
        self._ray, self._thing = ray, thing

    def options(self, **_: Any) -> _Remote:
        """Take the options of a task."""
        return self

    def remote(self, *arguments: Any) -> Any:
        """Send a task, or make an object."""
        if inspect.isclass(self._thing):
            return _Actor(self._ray, self._thing(*arguments))
        return self._ray.send(self._thing, arguments)


class _Actor:
    """An object on the cluster: its methods are called at once."""

    def __init__(self, ray: FakeRay, own: Any) -> None:
        self._ray, self._own = ray, own

    def __getattr__(self, name: str) -> _Method:
        return _Method(self._ray, getattr(self._own, name))


class _Method:
    def __init__(self, ray: FakeRay, method: Callable[..., Any]) -> None:
        self._ray, self._method = ray, method

    def remote(self, *arguments: Any) -> int:
        """Call it; return what stands for its result."""
        return self._ray.put(self._method(*arguments))


def joined(ray: FakeRay, n_slots: int = 2) -> Callable[[str, str], Cluster]:
    """What joins this cluster in the place of a real one."""
    return lambda _engine, _device: Cluster(ray, 1, 0, n_slots, is_own=False)
