"""Sets of models with features and what they reach, from a folder or from a demo zoo; and their scores."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ptmrank_core.catalogue import demo_models
from ptmrank_core.config import load_settings
from ptmrank_core.data import load_samples
from ptmrank_core.errors import PTMRankError
from ptmrank_core.events import discard_event, never_cancels
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.metrics import METRICS, compute, inapplicable_reason, prepare_inputs, standard_metrics
from ptmrank_core.probing import fit_probe
from ptmrank_core.records import ExtractionOptions
from ptmrank_core.worker import SOURCES

DEMO = Path(__file__).resolve().parents[3] / "assets" / "demo"
CONTROL = re.compile("untrained|shuffled")
TUNED, PROBED = "fine-tuning", "linear probe"
N_SEEDS = 5  # of a metric that depends on its seed: their mean votes
CEILING, N_AT_CEILING = 0.95, 2
VERSION = 2  # of the files in the cache
FEW = 1.5  # samples for each feature, by the median width

Arrays = Mapping[str, NDArray[Any]]
Scores = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Facts:
    """What is known of one model on one set, besides its scores."""

    width: int
    scale: float
    probe: float
    losses: list[float]
    size: int | None


@dataclass(frozen=True)
class ScoredSet:
    """A set of models that were scored on some samples, and what they reach.

    ``scores`` are those that vote, higher is better. ``truths`` are by kind. ``near`` names the models that
    were pre-trained on samples of the target's own kind. A set with ``few`` samples is a subset of another.
    ``errors`` are standard errors of the fine-tuned accuracies, by how single runs differ; empty where every
    model was trained once.
    """

    name: str
    n_samples: int
    chance: float
    scores: Scores
    facts: dict[str, Facts]
    truths: dict[str, dict[str, float]]
    near: tuple[str, ...]
    errors: dict[str, float]
    few: bool = False

    @property
    def is_near_ceiling(self) -> bool:
        """Whether two probes or more are above 95 %: no score tells the best models apart."""
        return sum(facts.probe > CEILING for facts in self.facts.values()) >= N_AT_CEILING

    def truth(self, kind: str) -> dict[str, float]:
        """Accuracies of one kind; empty where it is not known."""
        return self.truths.get(kind, {})


def score_sets(place: str, cache: Path, draws: int) -> Iterator[ScoredSet]:
    """Score the sets of a place, all samples and ``draws`` times few; what the folder has is read from it."""
    for name in names_of(place):
        wanted = range(draws + 1 if _is_tuned(place, name) else 1)
        missing = [draw for draw in wanted if not _file(cache, name, draw).is_file()]
        if missing:
            models, record = _demo(name) if name.startswith("demo:") else _folder(Path(place), name)
            for draw in missing:
                scored = _score(name, models, record, draw)
                _file(cache, name, draw).write_text(json.dumps(asdict(scored)), encoding="utf-8")
        for draw in wanted:
            yield _read(_file(cache, name, draw))


def names_of(place: str) -> list[str]:
    """Names of the sets of a folder, or that of a demo zoo."""
    if place.startswith("demo:"):
        return [place]
    truth = json.loads((Path(place) / "truth.json").read_text(encoding="utf-8"))
    return [name for name in truth if any(Path(place).glob(f"{name}__*.npz"))]


def _is_tuned(place: str, name: str) -> bool:
    """Whether the models of a set were fine-tuned; few samples of others say nothing new."""
    if place.startswith("demo:"):
        return True
    return "fine_tuning" in json.loads((Path(place) / "truth.json").read_text(encoding="utf-8"))[name]


def _file(cache: Path, name: str, draw: int) -> Path:
    return cache / f"{name.replace(':', '_')}-{draw}-v{VERSION}.json"


def _read(path: Path) -> ScoredSet:
    entry = json.loads(path.read_text(encoding="utf-8"))
    facts = {model: Facts(**own) for model, own in entry.pop("facts").items()}
    return ScoredSet(**{**entry, "near": tuple(entry["near"])}, facts=facts)


def _folder(folder: Path, name: str) -> tuple[dict[str, Arrays], dict[str, Any]]:
    """Features of a set of a folder, and what is on record: truths, sizes, models near the target."""
    record = json.loads((folder / "truth.json").read_text(encoding="utf-8"))[name]
    models: dict[str, Arrays] = {}
    for path in sorted(folder.glob(f"{name}__*.npz")):
        with np.load(path) as arrays:
            models[path.stem.removeprefix(f"{name}__")] = {
                key: values.astype(np.float32) if values.dtype == np.float16 else values
                for key, values in arrays.items()
            }
    tuning = record.get("fine_tuning", {})
    tuned = tuning.get("accuracy", {})
    return models, {
        TUNED: {model: own["mean"] for model, own in tuned.items()},
        PROBED: {model: own["mean"] for model, own in record["linear_probe_accuracy"].items()},
        "sizes": {model: own["n_parameters"] for model, own in tuned.items()},
        "runs": {model: own["values"] for model, own in tuned.items()},
        "near": tuning.get("in_domain", ()),
    }


def _demo(place: str) -> tuple[dict[str, Arrays], dict[str, Any]]:
    """Features of a demo zoo, from the cache as far as they are there, and its record."""
    name = place.removeprefix("demo:")
    samples = load_samples(place)
    record = json.loads((DEMO / name / "truth.json").read_text(encoding="utf-8"))["models"]
    cache = FeatureCache(load_settings())
    models: dict[str, Arrays] = {}
    sizes = {}
    for spec in demo_models():
        model = spec.id.removeprefix("demo:")
        if model in record:
            fetched = SOURCES.fetch(spec, sink=discard_event, cancel=never_cancels)
            options = ExtractionOptions(device="cpu", dtype="float32")
            found = extract(samples, fetched, options=options, cache=cache)
            arrays = {"embeddings": found.embeddings, "labels": np.asarray(samples.labels)}
            if found.source_logits is not None:
                arrays["source_logits"] = found.source_logits
            models[model], sizes[model] = arrays, spec.n_parameters
    return models, {
        TUNED: {model: record[model]["mean"] for model in models},
        PROBED: {model: record[model]["linear_probe_mean"] for model in models},
        "runs": {model: record[model]["accuracies"] for model in models},
        "sizes": sizes,
        "near": (),
    }


def _score(name: str, models: Mapping[str, Arrays], record: Mapping[str, Any], draw: int) -> ScoredSet:
    """Score the candidates on all samples (``draw`` 0), or on few of them."""
    models = {model: arrays for model, arrays in models.items() if not CONTROL.search(model)}
    labels = np.unique(next(iter(models.values()))["labels"], return_inverse=True)[1]
    rows = np.arange(len(labels))
    if draw:
        width = median(arrays["embeddings"].shape[1] for arrays in models.values())
        rows = few_rows(labels, int(FEW * width), draw)
    models = {model: {key: own[rows] for key, own in arrays.items()} for model, arrays in models.items()}
    counts = np.bincount(labels[rows])
    return ScoredSet(
        name=name,
        n_samples=len(rows),
        chance=float(counts.max() / len(rows)),
        scores=score_models(models),
        facts={
            model: _facts(arrays, labels[rows], record["sizes"].get(model))
            for model, arrays in models.items()
        },
        truths={kind: {m: v for m, v in record[kind].items() if m in models} for kind in (TUNED, PROBED)},
        near=tuple(record["near"]),
        errors=standard_errors({m: runs for m, runs in record["runs"].items() if m in models}),
        few=draw > 0,
    )


def standard_errors(runs: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Standard errors of mean accuracies, by the deviation of single runs, pooled over the models."""
    repeated = [np.var(own, ddof=1) for own in runs.values() if len(own) > 1]
    if not repeated:
        return {}
    return {model: float(np.sqrt(np.mean(repeated) / len(own))) for model, own in runs.items()}


def few_rows(labels: NDArray[np.int64], n_samples: int, draw: int) -> NDArray[np.int64]:
    """Draw so many samples, as many of each class as there are and at least two."""
    rng = np.random.default_rng(draw)
    wanted = max(2, n_samples // (int(labels.max()) + 1))
    drawn = [rng.permutation(np.flatnonzero(labels == code))[:wanted] for code in range(labels.max() + 1)]
    return np.sort(np.concatenate(drawn))


def _facts(arrays: Arrays, labels: NDArray[np.int64], size: int | None) -> Facts:
    features = np.asarray(arrays["embeddings"], dtype=np.float64)
    probe = fit_probe(features, labels=np.unique(labels, return_inverse=True)[1], seed=0)
    scale = float(np.sqrt(np.mean(features**2)))
    return Facts(features.shape[1], scale, float(probe.value), probe.losses.tolist(), size)


def score_models(models: Mapping[str, Arrays]) -> Scores:
    """Score every model under all that a run scores by default, as it votes: higher is better."""
    scores: Scores = {}
    components: dict[str, dict[str, Mapping[str, float]]] = {}
    for model, arrays in models.items():
        inputs = prepare_inputs(**arrays)
        for name in standard_metrics():
            spec = METRICS[name]
            if inapplicable_reason(spec, inputs.available, inputs.task) is not None:
                continue
            seeds = range(N_SEEDS) if spec.stochastic else (None,)
            try:
                outputs = [compute(name, inputs, seed=seed) for seed in seeds]
            except PTMRankError:
                continue  # a metric without a value for a model is judged on the others
            scores.setdefault(name, {})[model] = float(np.mean([output.value for output in outputs]))
            components.setdefault(name, {})[model] = outputs[0].components
    for name, own in components.items():
        combine = METRICS[name].combine
        if combine is not None:
            scores[name] = combine(own)
        if not METRICS[name].higher_is_better:
            scores[name] = {model: -value for model, value in scores[name].items()}
    return scores
