"""Extraction on real tiny checkpoints: right vectors, and never the same one twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoImageProcessor, AutoModelForImageClassification

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.errors import (
    CancelledError,
    InputError,
    UnknownNameError,
    UnsupportedModelError,
    WeightsFormatError,
)
from ptmrank_core.events import BatchDone, Event, StageStarted
from ptmrank_core.features import FeatureCache, check_options, extract, load_cached
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, Stage
from tests.checkpoints import FAMILIES, save_checkpoint

CPU = ExtractionOptions(device="cpu", dtype="float32", batch_size=4)


def subset(samples: Samples, indices: list[int]) -> Samples:
    """Some of the samples."""
    return replace(
        samples,
        names=tuple(samples.names[i] for i in indices),
        items=tuple(samples.items[i] for i in indices),
        labels=samples.labels[indices],
        digests=tuple(samples.digests[i] for i in indices),
    )


def only_model(folder: Path) -> ModelSpec:
    """The model of a folder."""
    (spec,) = local_models(folder)
    return spec


@pytest.mark.parametrize("family", FAMILIES)
def test_one_vector_and_logits_for_each_sample_whatever_the_batch(
    family: str, tmp_path: Path, samples: Samples, settings: Settings
) -> None:
    """Every family gives finite vectors that do not depend on the batch size."""
    spec = only_model(save_checkpoint(tmp_path / "model", family))
    few = subset(samples, [0, 5, 7, 11, 17])
    one_by_one = replace(CPU, batch_size=1)
    with FeatureCache(settings) as cache:
        features = extract(few, spec, options=CPU, cache=cache)
    with FeatureCache(replace(settings, home=tmp_path / "second")) as cache:
        single = extract(few, spec, options=one_by_one, cache=cache)
    assert features.embeddings.shape[0] == 5
    assert features.embeddings.dtype == np.float32
    assert np.ptp(features.embeddings, axis=0).max() > 0
    assert features.source_logits is not None
    assert features.source_logits.shape == (5, 3)
    np.testing.assert_allclose(single.embeddings, features.embeddings, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(single.source_logits, features.source_logits, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("family", ["convnext", "resnet", "vit"])
def test_features_are_what_the_head_reads(
    family: str, tmp_path: Path, samples: Samples, settings: Settings
) -> None:
    """The head applied to our features gives the logits that the model itself gives."""
    folder = save_checkpoint(tmp_path / "model", family)
    with FeatureCache(settings) as cache:
        features = extract(samples, only_model(folder), options=CPU, cache=cache)
    model = AutoModelForImageClassification.from_pretrained(folder, dtype=torch.float32).eval()
    processor = AutoImageProcessor.from_pretrained(folder, backend="pil")
    pixels = processor(images=[item.decode() for item in samples.items], return_tensors="pt")
    with torch.inference_mode():
        logits = model(**pixels).logits.numpy()
        from_ours = model.classifier(torch.from_numpy(features.embeddings.copy())).numpy()
    np.testing.assert_allclose(features.source_logits, logits, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(from_ours, logits, rtol=1e-4, atol=1e-5)


def test_a_model_without_a_head_has_no_logits(zoo: Path, samples: Samples, settings: Settings) -> None:
    """A headless checkpoint gives features and ``None``."""
    with FeatureCache(settings) as cache:
        features = extract(samples, only_model(zoo / "vit-headless"), options=CPU, cache=cache)
    assert features.source_logits is None
    assert features.embeddings.shape == (samples.n_samples, 16)


def test_the_model_runs_only_on_samples_that_are_new(zoo: Path, samples: Samples, settings: Settings) -> None:
    """Adding samples runs the model on those; removing or relabelling runs it on none."""
    spec = only_model(zoo / "convnext-a")
    with FeatureCache(settings) as cache:
        first = extract(subset(samples, list(range(10))), spec, options=CPU, cache=cache)
        assert (first.report.cache_hits, first.report.cache_misses) == (0, 10)
        more = extract(samples, spec, options=CPU, cache=cache)
        assert (more.report.cache_hits, more.report.cache_misses) == (10, samples.n_samples - 10)
        relabelled = replace(subset(samples, [3, 1, 2]), labels=np.array([0, 1, 1]))
        again = extract(relabelled, spec, options=CPU, cache=cache)
    assert (again.report.cache_hits, again.report.cache_misses) == (3, 0)
    assert dict(again.report.seconds) == {"load": 0.0, "preprocess": 0.0, "forward": 0.0}
    np.testing.assert_array_equal(again.embeddings, more.embeddings[[3, 1, 2]])
    np.testing.assert_array_equal(again.labels, [0, 1, 1])


def test_dtype_is_part_of_the_key_and_the_folder_name_is_not(
    zoo: Path, tmp_path: Path, samples: Samples, settings: Settings
) -> None:
    """Another dtype is another vector; the same files in another folder are the same model."""
    spec = only_model(zoo / "convnext-a")
    moved = tmp_path / "moved"
    moved.mkdir()
    for file in (zoo / "convnext-a").iterdir():
        (moved / file.name).write_bytes(file.read_bytes())
    with FeatureCache(settings) as cache:
        extract(samples, spec, options=CPU, cache=cache)
        assert load_cached(samples, only_model(moved), options=CPU, cache=cache) is not None
        half = replace(CPU, dtype="bfloat16")
        assert load_cached(samples, spec, options=half, cache=cache) is None
        assert extract(samples, spec, options=half, cache=cache).report.cache_misses == samples.n_samples


def test_stages_and_batches_are_told(zoo: Path, samples: Samples, settings: Settings) -> None:
    """A listener hears the stages in order and every sample counted."""
    events: list[Event] = []
    spec = only_model(zoo / "convnext-a")
    with FeatureCache(settings) as cache:
        extract(samples, spec, options=CPU, cache=cache, sink=events.append)
    stages = [event.stage for event in events if isinstance(event, StageStarted)]
    counts = [event.done for event in events if isinstance(event, BatchDone)]
    assert stages == [Stage.LOAD, Stage.EXTRACT]
    assert counts == [0, 4, 8, 12, 16, 18]


def test_cancelling_stops_after_the_batch_and_keeps_it(
    zoo: Path, samples: Samples, settings: Settings
) -> None:
    """What was extracted before a cancel is not extracted again."""
    spec = only_model(zoo / "convnext-a")
    done: list[int] = []

    def listen(event: Event) -> None:
        if isinstance(event, BatchDone):
            done.append(event.done)

    with FeatureCache(settings) as cache:
        with pytest.raises(CancelledError):
            extract(samples, spec, options=CPU, cache=cache, sink=listen, cancel=lambda: done[-1:] == [8])
        assert extract(samples, spec, options=CPU, cache=cache).report.cache_hits == 8


def test_a_truncated_checkpoint_is_told_and_not_guessed(
    tmp_path: Path, samples: Samples, settings: Settings
) -> None:
    """Weights that were damaged since they were listed are an error that names the model."""
    folder = save_checkpoint(tmp_path / "broken")
    spec = only_model(folder)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with FeatureCache(settings) as cache, pytest.raises(WeightsFormatError, match="'broken'"):
        extract(samples, spec, options=CPU, cache=cache)


def test_weights_that_would_be_random_are_refused(
    tmp_path: Path, samples: Samples, settings: Settings
) -> None:
    """A checkpoint that lacks its head's weights is refused: transformers would invent them."""
    folder = save_checkpoint(tmp_path / "model", head=False)
    spec = replace(only_model(folder), n_source_classes=3)
    with FeatureCache(settings) as cache, pytest.raises(UnsupportedModelError, match="lacks 2 weights"):
        extract(samples, spec, options=CPU, cache=cache)


def test_features_that_are_not_finite_are_refused_and_not_kept(
    tmp_path: Path, samples: Samples, settings: Settings
) -> None:
    """NaN never reaches a metric or the cache."""
    folder = save_checkpoint(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    next(own for name, own in weights.items() if "classifier" not in name)[:] = torch.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with FeatureCache(settings) as cache:
        with pytest.raises(UnsupportedModelError, match="NaN or infinity"):
            extract(samples, only_model(folder), options=CPU, cache=cache)
        assert len(cache) == 0


def test_options_are_checked_before_any_work() -> None:
    """A wrong dtype, device or batch size is told with what was expected."""
    with pytest.raises(UnknownNameError, match="Did you mean 'float32'"):
        check_options(ExtractionOptions(dtype="flaot32"))
    with pytest.raises(InputError, match="Unknown device 'gpu'"):
        check_options(ExtractionOptions(device="gpu"))
    with pytest.raises(InputError, match="expected at least 1"):
        check_options(ExtractionOptions(batch_size=0))
    assert check_options(ExtractionOptions(device="cuda:1")).device == "cuda:1"


def test_a_reference_set_comes_from_the_same_pass(zoo: Path, samples: Samples, settings: Settings) -> None:
    """Its vectors are those that the pictures have as samples, and the counts are of the samples alone."""
    spec = only_model(zoo / "convnext-a")
    few, others = subset(samples, [0, 7, 12]), subset(samples, [3, 4])
    with FeatureCache(settings) as cache:
        features = extract(few, spec, options=CPU, cache=cache, auxiliary={"reference": others})
        assert (features.report.cache_hits, features.report.cache_misses) == (0, 3)
        assert features.embeddings.shape == (3, 16)
        alone = extract(others, spec, options=CPU, cache=cache)
        assert alone.report.cache_misses == 0
        assert not extract(few, spec, options=CPU, cache=cache).auxiliary
    np.testing.assert_array_equal(features.auxiliary["reference"].embeddings, alone.embeddings)
