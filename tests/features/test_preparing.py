"""Samples are prepared ahead, in order, in threads and in processes alike."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from ptmrank_core.errors import ModelError, SamplesError
from ptmrank_core.features import preparing
from ptmrank_core.features.encoders.prepared import Prepared
from ptmrank_core.features.preparing import prepare_ahead


@dataclass(frozen=True)
class Number:
    """An item that is a number."""

    value: int

    @property
    def size(self) -> int:
        """Its value."""
        return self.value

    def decode(self) -> int:
        """Return it; 1313 cannot be read, 666 kills its process."""
        if self.value == 1313:
            raise SamplesError("cannot be read", hint="Leave it out.")
        if self.value == 666:
            os._exit(1)
        return self.value


class Doubling:
    """Prepares a number by doubling it."""

    def __call__(self, items: Sequence[int]) -> list[Prepared]:
        """One row of one number each."""
        return [Prepared(({"value": np.array([2 * item, os.getpid()])},), length=1) for item in items]


def run(values: Sequence[int], order: Sequence[int]) -> list[tuple[int, int, int]]:
    """(index, doubled value, process) of everything that was prepared."""
    items = [Number(value) for value in values]
    names = [f"n{value}" for value in values]
    return [
        (index, *prepared.rows[0]["value"].tolist())
        for chunk in prepare_ahead(items, names, order, Doubling())
        for index, prepared in zip(chunk.indices, chunk.samples, strict=True)
    ]


@pytest.fixture
def in_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the little that is left were worth processes, and this were the product's own program."""
    monkeypatch.setattr(preparing, "SECONDS_WORTH_PROCESSES", -1.0)
    monkeypatch.setattr(preparing, "_may_start_processes", lambda: True)


def test_everything_once_in_the_order_asked_for() -> None:
    """The order is the caller's, whatever the chunks are."""
    order = [*range(99, -1, -1)]
    prepared = run(range(100), order)
    assert [index for index, _, _ in prepared] == order
    assert all(value == 2 * index and process == os.getpid() for index, value, process in prepared)


@pytest.mark.usefixtures("in_processes")
def test_processes_give_the_same() -> None:
    """After the first chunk other processes do the work; nothing else changes."""
    prepared = run(range(100), range(100))
    assert [value for _, value, _ in prepared] == [2 * i for i in range(100)]
    processes = {process for _, _, process in prepared[preparing.CHUNK_SAMPLES :]}
    assert processes
    assert os.getpid() not in processes


def test_a_users_script_is_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child imports the main module, so only the product's own programs start children."""
    monkeypatch.setitem(preparing.sys.modules, "__main__", SimpleNamespace(__spec__=None))
    assert not preparing._may_start_processes()
    worker = SimpleNamespace(__spec__=SimpleNamespace(name="ptmrank_core.worker"))
    monkeypatch.setitem(preparing.sys.modules, "__main__", worker)
    assert preparing._may_start_processes()


def test_an_error_names_its_sample() -> None:
    """Which of a thousand files it was is what the reader wants to know."""
    with pytest.raises(SamplesError, match=r"'n1313': cannot be read Leave it out"):
        run([1, 2, 1313, 4], range(4))


@pytest.mark.usefixtures("in_processes")
def test_a_child_that_dies_is_told() -> None:
    """The system kills what needs too much memory; that is an error, not a wait without end."""
    with pytest.raises(ModelError, match="A process that decodes samples died"):
        run([*range(40), 666, *range(700, 740)], range(81))
