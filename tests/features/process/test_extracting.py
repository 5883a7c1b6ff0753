"""Extraction in the model process: the same features, events and report as in this one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.errors import UnsupportedModelError, WeightsFormatError
from ptmrank_core.events import BatchDone, Event, StageStarted
from ptmrank_core.features import FeatureCache, extract, extract_cached, precision
from ptmrank_core.features.process import ModelProcess
from ptmrank_core.records import ExtractionOptions, Features, ModelSpec, Samples, Stage

CPU = ExtractionOptions("float32", "cpu", batch_size=4, layers=True)


@pytest.fixture
def spec(zoo: Path) -> ModelSpec:
    """A tiny checkpoint with a head."""
    return local_models(zoo)[0]


def test_features_are_those_of_this_process(settings: Settings, samples: Samples, spec: ModelSpec) -> None:
    """Every array, read-only; the events; and what the report says of the child.

    The last bit of a sum may depend on where in memory its numbers are, in one process as in two.
    """
    with FeatureCache(replace(settings, home=settings.home / "here")) as cache:
        here_events: list[Event] = []
        here = extract(
            samples, spec, options=CPU, cache=cache, sink=here_events.append, auxiliary={"reference": samples}
        )
    events: list[Event] = []
    with ModelProcess(settings) as process:
        there: Features = process.call(
            "extract", samples, spec, options=CPU, sink=events.append, auxiliary={"reference": samples}
        )
        again: Features = process.call("extract", samples, spec, options=CPU)
    close = partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-7)
    close(here.embeddings, there.embeddings)
    close(here.source_logits, there.source_logits)
    np.testing.assert_array_equal(here.labels, there.labels)
    np.testing.assert_array_equal(there.auxiliary["reference"].embeddings, there.embeddings)
    for own, other in zip(here.layer_embeddings, there.layer_embeddings, strict=True):
        close(own, other)
    assert here.layer_embeddings
    assert not there.embeddings.flags.writeable
    assert not there.labels.flags.writeable
    assert events == here_events
    assert {type(event) for event in events} == {BatchDone, StageStarted}
    report = there.report
    assert (report.device, report.cache_hits, report.cache_misses) == ("cpu", 0, samples.n_samples)
    assert set(report.seconds) == {"load", "preprocess", "forward"}
    assert again.report.cache_hits == samples.n_samples
    with FeatureCache(settings) as cache:  # what the child found out is there for every later run
        assert extract(samples, spec, options=CPU, cache=cache).report.cache_misses == 0


def test_a_model_that_cannot_be_loaded_is_an_error_of_ours(
    settings: Settings, samples: Samples, spec: ModelSpec, tmp_path: Path
) -> None:
    """Damaged weights and unknown families fail with the same words as in this process; the child goes on."""
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in Path(str(spec.path)).iterdir():
        (damaged / file.name).write_bytes(file.read_bytes())
    (damaged / "model.safetensors").write_bytes(b"no weights")
    stages: list[Event] = []
    with ModelProcess(settings) as process:
        broken = replace(spec, path=str(damaged), revision="other")
        with pytest.raises(WeightsFormatError, match="could not be read"):
            process.call("extract", samples, broken, options=CPU, sink=stages.append)
        assert stages[-1] == StageStarted(spec.id, Stage.LOAD)
        with pytest.raises(UnsupportedModelError, match="There are no models that read tabular samples"):
            process.call("extract", samples, replace(spec, modality="tabular"), options=CPU)
        assert process.call("extract", samples, spec, options=CPU).embeddings.shape[0] == samples.n_samples


def test_cached_features_need_no_model(
    settings: Settings, samples: Samples, spec: ModelSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are those of an extraction that finds all in the cache; where one is missing there are none."""
    sets = {"reference": samples.take(np.arange(4))}
    with FeatureCache(settings) as cache:
        events: list[Event] = []
        assert extract_cached(samples, spec, options=CPU, cache=cache, sink=events.append) is None
        extract(samples.take(np.arange(12)), spec, options=CPU, cache=cache)
        assert extract_cached(samples, spec, options=CPU, cache=cache, sink=events.append) is None
        assert events == []
        extract(samples, spec, options=CPU, cache=cache)
        found = extract_cached(samples, spec, options=CPU, cache=cache, auxiliary=sets, sink=events.append)
        again = extract(samples, spec, options=CPU, cache=cache, auxiliary=sets)
        assert found is not None
        assert found.report == again.report
        np.testing.assert_array_equal(found.embeddings, again.embeddings)
        np.testing.assert_array_equal(found.auxiliary["reference"].embeddings, again.embeddings[:4])
        assert events == [BatchDone(spec.id, samples.n_samples + 4, samples.n_samples + 4)]
        auto = replace(CPU, dtype="auto", device="cuda")  # nobody has asked torch about a GPU
        monkeypatch.setattr(precision, "_ask_torch", None)
        assert extract_cached(samples, spec, options=auto, cache=cache) is None
