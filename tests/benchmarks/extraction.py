"""How fast features are extracted: ``python -m tests.benchmarks.extraction [--device cuda --size base]``.

Every row is a ratio within one run. Ours is compared with

- the bound: n / (seconds to decode + seconds of the forward passes), each measured alone with the same cores,
  on a GPU n / the slower of the two halves;
- the plain loop that people write: float32, batches of 32 in the order given, ``AutoModel``;
- transformer-ranker 0.2.0 for texts, with ``--transformer-ranker PYTHON``: an interpreter that has it.

Expected on two cores: texts at least 3 times the plain loop in float32, as a batch of 32 texts in any order
is padded to its longest and more than half of what runs is padding; images at 0.85 of the bound or more, as
threads decode while the model runs. ``--many`` counts the memory of 10,000 and 100,000 short texts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.batching import split_by_length
from ptmrank_core.features.encoders import Encoder, load_encoder
from ptmrank_core.features.precision import cpu_dtype
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples
from tests.benchmarks.extraction_models import (
    AUDIO,
    IMAGE,
    TEXT,
    build,
    pictures,
    recordings,
    short_texts,
    text_samples,
    texts,
)

COUNTS = {TEXT: 1_200, IMAGE: 300, AUDIO: 96}
PLAIN_BATCH = 32
OTHERS = """
import json, sys, time, torch
from transformer_ranker.embedder import Embedder
texts = json.load(open(sys.argv[1]))
embedder = Embedder(
    sys.argv[2], sentence_pooling="mean", layer_ids="-1", local_files_only=True, device=sys.argv[3]
)
start = time.perf_counter()
embedder.embed(texts, batch_size=32, show_progress=False)
print(time.perf_counter() - start)
"""


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ours(samples: Samples, spec: ModelSpec, options: ExtractionOptions) -> float:
    """Seconds of a cold extraction, loading the model left out."""
    with tempfile.TemporaryDirectory() as home, FeatureCache(Settings(Path(home))) as cache:
        start = time.perf_counter()
        features = extract(samples, spec, options=options, cache=cache)
        return time.perf_counter() - start - features.seconds["load"]


def halves(samples: Samples, spec: ModelSpec, options: ExtractionOptions) -> tuple[float, float]:
    """Seconds to decode and prepare on all cores, and of the forward passes, each alone."""
    encoder: Encoder = load_encoder(spec, options)
    chunks = np.array_split(np.arange(samples.n_samples), max(1, samples.n_samples // 32))
    start = time.perf_counter()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        prepared = [
            one
            for part in threads.map(
                lambda chunk: encoder.preparer([samples.items[i].decode() for i in chunk]), chunks
            )
            for one in part
        ]
    decode = time.perf_counter() - start
    (order,) = split_by_length([one.length for one in prepared], exact=False)
    start = time.perf_counter()
    for place in range(0, len(order), PLAIN_BATCH):
        encoder.forward(encoder.collate([prepared[i] for i in order[place : place + PLAIN_BATCH]]))
    return decode, time.perf_counter() - start


def plain_loop(samples: Samples, folder: Path, modality: str, device: str) -> float:
    """Seconds of the loop that people write."""
    model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32).eval().to(device)
    prepare: Callable[[list[Any]], Any]
    if modality == TEXT:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        prepare = lambda some: tokenizer(some, padding=True, truncation=True, return_tensors="pt")  # noqa: E731
    else:
        processor = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
        prepare = lambda some: processor(images=some, return_tensors="pt")  # noqa: E731
    start = time.perf_counter()
    with torch.no_grad():
        for place in range(0, samples.n_samples, PLAIN_BATCH):
            some = [item.decode() for item in samples.items[place : place + PLAIN_BATCH]]
            model(**prepare(some).to(device)).last_hidden_state.mean(1).cpu()
    return time.perf_counter() - start


def transformer_ranker(python: str, folder: Path, count: int, device: str) -> float:
    """Seconds that transformer-ranker's embedder needs for the same texts."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(texts(count), file)
        file.flush()
        command = [python, "-c", OTHERS, file.name, str(folder), device]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def row(name: str, seconds: float, count: int, reference: float | None = None) -> None:
    """Print one row: rate, and the ratio of ours to it where it is another's."""
    ratio = "" if reference is None else f"  ours is {seconds / reference:5.2f} times as fast"
    tell(f"  {name:34s}{count / seconds:10.1f} a second{ratio}")


def compare(modality: str, folder: Path, options: argparse.Namespace, rounds: int) -> None:
    """Print the rows of one modality; the best of some rounds taken in turn."""
    count = options.count or COUNTS[modality]
    samples = {
        TEXT: lambda: text_samples(texts(count)),
        IMAGE: lambda: pictures(folder / "pictures", count),
        AUDIO: lambda: recordings(folder / "recordings", count),
    }[modality]()
    (spec,) = local_models(build(folder / modality, modality, options.size), wanted=modality)
    exact = ExtractionOptions(device=options.device, dtype="float32")
    auto = ExtractionOptions(device=options.device)
    taken: dict[str, list[float]] = {}
    for _ in range(rounds):
        for name, setting in (("auto", auto), ("float32", exact)):
            concrete = ExtractionOptions(device=options.device, dtype=_dtype(setting, options.device))
            taken.setdefault(f"ours, {name}", []).append(ours(samples, spec, setting))
            decode, forward = halves(samples, spec, concrete)
            bound = max(decode, forward) if options.device.startswith("cuda") else decode + forward
            taken.setdefault(f"the bound, {name}", []).append(bound)
        if modality != AUDIO:
            plain = plain_loop(samples, Path(spec.path or ""), modality, options.device)
            taken.setdefault("the plain loop", []).append(plain)
    best = {name: min(seconds) for name, seconds in taken.items()}
    tell(f"{modality}: {samples.n_samples} samples, {spec.model_type}, {spec.n_parameters:,} parameters")
    for name, seconds in best.items():
        own = best["ours, auto" if name.endswith("auto") else "ours, float32"]
        row(name, seconds, samples.n_samples, None if name.startswith("ours") else own)
    if modality == TEXT and options.transformer_ranker:
        other = transformer_ranker(options.transformer_ranker, Path(spec.path or ""), count, options.device)
        row("transformer-ranker, to float32", other, count, best["ours, float32"])
        row("transformer-ranker, to auto", other, count, best["ours, auto"])


def _dtype(options: ExtractionOptions, device: str) -> str:
    if options.dtype != "auto":
        return options.dtype
    return "bfloat16" if device.startswith("cuda") else cpu_dtype()


def many(counts: Sequence[int]) -> None:
    """Print the peak memory of many short texts, each count in a process of its own."""
    for count in counts:
        command = [sys.executable, "-m", "tests.benchmarks.extraction", "--many-once", str(count)]
        tell(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip())


def many_once(count: int) -> None:
    """Extract many short texts; print the peak memory above what the loaded model and the texts need."""
    with tempfile.TemporaryDirectory() as home:
        folder = build(Path(home) / "model", TEXT, "tiny")
        (spec,) = local_models(folder, wanted="text")
        samples = text_samples(short_texts(count))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with FeatureCache(Settings(Path(home))) as cache:
            extract(samples, spec, options=ExtractionOptions(device="cpu"), cache=cache)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tell(
        f"{count:,} texts: peak {after / 1024:,.0f} MiB, {(after - before) / 1024:,.0f} MiB of it to extract"
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--size", default="small", choices=["small", "base"])
    parser.add_argument("--modality", action="append", choices=[TEXT, IMAGE, AUDIO])
    parser.add_argument("--count", type=int)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--transformer-ranker", metavar="PYTHON")
    parser.add_argument("--many", action="store_true")
    parser.add_argument("--many-once", type=int)
    options = parser.parse_args()
    if options.many_once:
        many_once(options.many_once)
        return
    tell(
        f"{options.device}, auto is {_dtype(ExtractionOptions(), options.device)}, "
        f"{torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads, {platform.machine()}"
    )
    if options.many:
        many([10_000, 100_000])
        return
    for modality in options.modality or [TEXT, IMAGE, AUDIO]:
        with tempfile.TemporaryDirectory() as folder:
            compare(modality, Path(folder), options, options.rounds)


if __name__ == "__main__":
    main()
