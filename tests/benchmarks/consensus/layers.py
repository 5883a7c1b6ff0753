"""Do the layers of a model know more than its own features? Judged on demo zoos, whose models have layers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import PTMRankError
from ptmrank_core.events import discard_event, never_cancels
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.metrics import METRICS, compute, prepare_inputs
from ptmrank_core.records import ExtractionOptions, FloatArray
from ptmrank_core.results.scores import summarise_layers
from ptmrank_core.worker import SOURCES
from tests.benchmarks.consensus.judging import judge
from tests.benchmarks.consensus.sets import CONTROL, DEMO

# Those that vote by default, and others that need nothing but features; N-LEEP in its cheap form.
JUDGED = (
    "logme",
    "nleep:spherical",
    "nearest_neighbours",
    "nearest_mean",
    "label_alignment",
    "hscore",
    "gbc",
)
BY = ("own features", "mean over layers", "best layer")

Orders = tuple[Mapping[str, float], ...]


def layer_table(places: Sequence[str]) -> str:
    """Weighted tau of metrics with fine-tuning: on a model's own features, by the mean, by the best layer."""
    names = [place.removeprefix("demo:") for place in places if place.startswith("demo:")]
    found: dict[str, list[tuple[float, ...]]] = {metric: [] for metric in JUDGED}
    for name in names:
        truth = _truth(name)
        for metric, orders in _orders(name, truth):
            verdicts = [judge(order, {model: truth[model] for model in order}) for order in orders]
            found[metric].append(tuple(own.tau if own is not None else 0.0 for own in verdicts))
    lines = [
        f"## Hidden layers: mean weighted tau with fine-tuning over {', '.join(names)}",
        "",
        f"| metric | {' | '.join(BY)} |",
        "|---|--:|--:|--:|",
    ]
    for metric, taus in found.items():
        means = [f"{fmean(own):+.2f}" for own in zip(*taus, strict=True)]
        lines.append(f"| {METRICS[metric].title} | {' | '.join(means)} |")
    return "\n".join(lines)


def _truth(name: str) -> dict[str, float]:
    models = json.loads((DEMO / name / "truth.json").read_text(encoding="utf-8"))["models"]
    return {model: own["mean"] for model, own in models.items() if not CONTROL.search(model)}


def _orders(name: str, truth: Mapping[str, float]) -> Iterator[tuple[str, Orders]]:
    """Each metric with its orders, of the models all of whose layers it can score."""
    samples = load_samples(f"demo:{name}")
    labels, cache = np.asarray(samples.labels), FeatureCache(load_settings())
    options = ExtractionOptions(device="cpu", dtype="float32", layers=True)
    features = {}
    for spec in demo_models():
        model = spec.id.removeprefix("demo:")
        if model in truth:
            fetched = SOURCES.fetch(spec, sink=discard_event, cancel=never_cancels)
            features[model] = extract(samples, fetched, options=options, cache=cache)
    for metric in JUDGED:
        own = {model: _score(metric, found.embeddings, labels) for model, found in features.items()}
        layers = {
            model: [_score(metric, layer, labels) for layer in found.layer_embeddings]
            for model, found in features.items()
        }
        summaries = {m: s for m, s in summarise_layers(metric, layers).items() if s.mean is not None}
        known = {model: value for model, value in own.items() if value is not None and model in summaries}
        means = {model: summaries[model].mean or 0.0 for model in known}
        yield metric, (known, means, {model: summaries[model].score for model in known})


def _score(metric: str, features: FloatArray, labels: np.ndarray) -> float | None:
    try:
        return compute(metric, prepare_inputs(features, labels=labels)).value
    except PTMRankError:
        return None
