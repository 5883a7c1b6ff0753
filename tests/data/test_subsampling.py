"""A part of the samples: proportional, groups whole, always the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.data import load_samples, subsample
from ptmrank_core.errors import InputError
from ptmrank_core.records import BytesBlob, Reading, Samples
from tests.uploads import write_csv


def made(labels: list[int], groups: list[str] | None = None) -> Samples:
    """Samples of some classes; nobody reads what is in them."""
    n = len(labels)
    return Samples(
        modality="image",
        names=tuple(f"f{i}" for i in range(n)),
        items=tuple(BytesBlob(b"") for _ in range(n)),  # type: ignore[arg-type]
        labels=np.array(labels),
        class_names=tuple("abcdef"[: max(labels) + 1]),
        digests=tuple(f"{i:064x}" for i in range(n)),
        left_out=(),
        source="here",
        groups=tuple(groups or ()),
    )


@pytest.mark.parametrize("n_asked", [10, 33, 50, 99])
def test_every_class_has_its_share(n_asked: int) -> None:
    """Of 60, 30 and 10 samples a part of exact size has six, three and one tenths, within one of each."""
    part = subsample(made([0] * 60 + [1] * 30 + [2] * 10), n_asked)
    assert part.n_samples == n_asked
    counts = Counter(part.labels.tolist())
    for label, size in enumerate((60, 30, 10)):
        assert abs(counts[label] - n_asked * size / 100) <= 1 or counts[label] == 2
    assert part.notes[-1].startswith(f"{part.n_samples} of 100 samples are used")


def test_the_part_is_the_same_every_time_and_lies_within_a_larger_one() -> None:
    """The seed is fixed: what the page drew, the command line draws, and growing a part only adds."""
    whole = load_samples("demo:digits")
    small, again = (load_samples("demo:digits", Reading(max_samples=100)) for _ in range(2))
    large = subsample(whole, 250)
    assert small.fingerprint == again.fingerprint != whole.fingerprint
    assert small.n_samples == 100
    assert set(small.digests) < set(large.digests) < set(whole.digests)
    place = {name: i for i, name in enumerate(whole.names)}
    assert [whole.digests[place[name]] for name in small.names] == list(small.digests)
    assert [whole.labels[place[name]] for name in small.names] == small.labels.tolist()


def test_groups_stay_whole() -> None:
    """Each group is in the part with all its samples or not at all."""
    labels = [i % 2 for i in range(120)]
    groups = [f"g{i // 6}" for i in range(120)]
    part = subsample(made(labels, groups), 40)
    assert set(Counter(part.groups).values()) == {6}
    assert 30 <= part.n_samples <= 40
    assert "groups whole" in part.notes[-1]


def test_no_class_is_lost() -> None:
    """Where the number is too small for two of every class the part is larger, and says so."""
    part = subsample(made([0] * 50 + [1] * 50 + [2] * 2), 4)
    assert min(Counter(part.labels.tolist()).values()) == 2
    assert part.n_samples == 6
    spoken = made([i % 4 for i in range(80)], [f"speaker{i // 20}" for i in range(80)])
    assert set(subsample(spoken, 4).labels.tolist()) == {0, 1, 2, 3}


def test_more_than_there_are_is_all() -> None:
    """Nothing is drawn and nothing said."""
    whole = made([0, 0, 1, 1])
    assert subsample(whole, 4) is whole
    assert subsample(whole, None) is whole
    with pytest.raises(InputError, match="At most 3 samples"):
        subsample(whole, 3)


def test_numbers_and_label_sets_are_thinned_too(tmp_path: Path) -> None:
    """A regression keeps small and large numbers; every label of many keeps two that have it."""
    numbers = replace(made([0] * 100), labels=np.arange(100.0), target_kind="regression", class_names=("y",))
    part = subsample(numbers, 20)
    assert part.n_samples == 20
    assert [int(((part.labels >= 20 * i) & (part.labels < 20 * (i + 1))).sum()) for i in range(5)] == [4] * 5
    table = np.zeros((100, 3))
    table[:, 0] = np.arange(100) % 2
    table[:4, 1] = 1
    table[50:60, 2] = 1
    sets = replace(made([0] * 100), labels=table, target_kind="multilabel", class_names=("p", "q", "r"))
    assert (subsample(sets, 20).labels.sum(axis=0) >= 2).all()
    rows = [[f"a text number {i}", "xy"[i % 2]] for i in range(40)]
    path = tmp_path / "t.csv"
    path.write_bytes(write_csv(["text", "label"], rows))
    assert load_samples(path, Reading(max_samples=10)).n_samples == 10
