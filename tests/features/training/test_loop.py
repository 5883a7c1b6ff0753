"""Batches, averages and number formats of the training loop."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from ptmrank_core.features.training import dosing
from ptmrank_core.features.training.averaging import Average, state_of
from ptmrank_core.features.training.doses import train_dose
from ptmrank_core.features.training.passes import Passes
from ptmrank_core.features.training.schedule import Clock, constant_rate
from tests.features.training.making import CPU, checkpoint, samples_for, task_of


@pytest.mark.parametrize("n_rows", [2, 16, 17, 18, 33, 100])
def test_each_pass_has_each_sample_once(n_rows: int) -> None:
    """Whatever the number: no batch of one after others, another order in each pass, the same again."""
    rows = np.arange(n_rows) * 3
    passes = Passes(rows, 16, (5, 2))
    orders = []
    for number in range(2):
        batches = [passes.batch(number * passes.n_steps + i) for i in range(passes.n_steps)]
        assert sorted(np.concatenate(batches).tolist()) == rows.tolist()
        assert all(len(batch) > 1 for batch in batches)
        orders.append(np.concatenate(batches).tolist())
    if n_rows > 2:
        assert orders[0] != orders[1]
    assert np.array_equal(passes.batch(0), Passes(rows, 16, (5, 2)).batch(0))


def test_samples_of_similar_length_come_together() -> None:
    """Sorting among some batches leaves each pass complete, and saves padding."""
    rng = np.random.default_rng(0)
    rows, lengths = np.arange(160), rng.integers(5, 200, 160)
    padding = []
    for known in (lengths[:0], lengths):
        passes = Passes(rows, 16, (1,), known)
        batches = [passes.batch(i) for i in range(passes.n_steps)]
        assert sorted(np.concatenate(batches).tolist()) == rows.tolist()
        padding.append(sum(int((lengths[b].max() - lengths[b]).sum()) for b in batches))
    assert padding[1] < 0.5 * padding[0]


def test_the_average_is_the_mean_of_the_first_steps_and_forgets_later() -> None:
    """Within the horizon it is a plain mean, beyond it an exponential one; the weights come back."""
    layer = torch.nn.Linear(1, 1, bias=False)
    average = Average(state_of(layer), horizon=4.0)
    values = [1.0, 2.0, 6.0, 3.0, 8.0]
    for value in values:
        with torch.no_grad():
            layer.weight.fill_(value)
        average.update()
        if value == 3.0:
            assert average.values["weight"].item() == pytest.approx(3.0)
    assert average.values["weight"].item() == pytest.approx(3.0 + (8.0 - 3.0) / 4)
    with average.applied():
        assert layer.weight.item() == pytest.approx(4.25)
    assert layer.weight.item() == 8.0


def test_half_precision_is_for_the_steps_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the device has bfloat16, steps compute in it; weights and tests stay in float32."""
    spec = checkpoint(tmp_path, "vit")
    samples = samples_for("image")
    seen: list[bool] = []
    task = task_of(spec, tmp_path / "full", stage="full", epochs=1.0)
    in_float = train_dose(task, samples, options=CPU)
    forward = torch.nn.Linear.forward

    def watched(self: torch.nn.Linear, inputs: torch.Tensor) -> torch.Tensor:
        seen.append(torch.is_autocast_enabled("cpu"))
        output = forward(self, inputs)
        assert not seen[-1] or output.dtype == torch.bfloat16
        return output

    monkeypatch.setattr(dosing, "_trains_in_half", lambda _device, _dtype: True)
    monkeypatch.setattr(torch.nn.Linear, "forward", watched)
    result = train_dose(task, samples, options=CPU)
    assert result.dtype == "bfloat16"
    assert set(seen) == {True, False}
    assert result.outputs.dtype == np.float32
    assert not np.array_equal(result.outputs, in_float.outputs)
    np.testing.assert_allclose(result.outputs, in_float.outputs, atol=0.2)


def test_a_processor_trains_in_float32() -> None:
    """Half precision is for GPUs that have it natively, and not where float32 was asked for."""
    assert not dosing._trains_in_half(torch.device("cpu"), "bfloat16")
    assert not dosing._trains_in_half(torch.device("mps"), "auto")
    assert not dosing._trains_in_half(torch.device("cuda"), "float32")


def test_the_constant_rate_warms_up_once() -> None:
    """It grows for twenty steps from above nothing, and stays."""
    rates = [constant_rate(n) for n in range(40)]
    assert rates[0] > 0
    assert all(a <= b for a, b in pairwise(rates))
    assert len(set(rates[19:])) == 1


def test_a_clock_without_a_limit_never_runs_out() -> None:
    """And one with no time has run out at once."""
    assert Clock(float("inf")).share == 0.0
    assert Clock(0.0).share >= 1
