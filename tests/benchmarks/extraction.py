"""How fast features are extracted: ``python -m tests.benchmarks.extraction [--device cuda --size base]``.

Every row is a ratio within one run, the median over rounds in which all rows take their turn, with its least
and greatest. On a CPU it is one of processor seconds, those of all threads, so that other programs on the
machine do not count; of the clock on a GPU. Ours is compared with

- the bound: n / (seconds to decode + seconds of the forward passes), each measured alone with the same cores,
  on a GPU n / the slower of the two halves;
- the plain loop that people write: float32, batches of 32 in the order given, ``AutoModel``;
- transformer-ranker 0.2.0 for texts, with ``--transformer-ranker PYTHON``: an interpreter that has it.

Expected on two cores: texts at least 3 times the plain loop in float32, as a batch of 32 texts in any order
is padded to its longest and more than half of what runs is padding; images at 0.85 of the bound or more, as
threads decode while the model runs. There are two kinds of texts: scipy's documentation strings, of which a
quarter fill the model, and those of all packages that PTMRank needs. ``--many`` counts the memory of 10,000
and 100,000 short texts.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers

from ptmrank_core.catalogue import local_models
from ptmrank_core.config import Settings
from ptmrank_core.data.builtin.docstrings import DOCUMENTED_PACKAGES
from ptmrank_core.events import Event, StageStarted
from ptmrank_core.features import FeatureCache, extract
from ptmrank_core.features.batching import split_by_length
from ptmrank_core.features.encoders import Encoder, load_encoder
from ptmrank_core.features.precision import cpu_dtype
from ptmrank_core.records import ExtractionOptions, ModelSpec, Samples, Stage
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
DTYPES = ("auto", "float32")
# Whole documentation strings of which packages: scipy's are the longest.
TEXT_KINDS = {"scipy": ("scipy",), "packages": DOCUMENTED_PACKAGES}
OTHERS = """
import json, sys, time, torch
from transformer_ranker.embedder import Embedder
texts = json.load(open(sys.argv[1]))
embedder = Embedder(
    sys.argv[2], sentence_pooling="mean", layer_ids="-1", local_files_only=True, device=sys.argv[3]
)
start = time.perf_counter(), time.process_time()
embedder.embed(texts, batch_size=32, show_progress=False)
print(time.perf_counter() - start[0], time.process_time() - start[1])
"""


@dataclass(frozen=True)
class Span:
    """How long something took: seconds by the clock, and of the processor in all threads."""

    clock: float
    processor: float

    @classmethod
    def now(cls) -> Span:
        """Read both."""
        return cls(time.perf_counter(), time.process_time())

    def __sub__(self, other: Span) -> Span:
        return Span(self.clock - other.clock, self.processor - other.processor)

    def __add__(self, other: Span) -> Span:
        return Span(self.clock + other.clock, self.processor + other.processor)


def tell(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ours(samples: Samples, spec: ModelSpec, options: ExtractionOptions) -> Span:
    """Measure a cold extraction, loading the model left out."""
    stages: dict[Stage, Span] = {}

    def note(event: Event) -> None:
        if isinstance(event, StageStarted):
            stages[event.stage] = Span.now()

    with tempfile.TemporaryDirectory() as home, FeatureCache(Settings(Path(home))) as cache:
        start = Span.now()
        extract(samples, spec, options=options, cache=cache, sink=note)
        return Span.now() - start - (stages[Stage.EXTRACT] - stages[Stage.LOAD])


def halves(samples: Samples, spec: ModelSpec, options: ExtractionOptions) -> tuple[Span, Span]:
    """Measure decoding and preparing on all cores, and the forward passes, each alone."""
    encoder: Encoder = load_encoder(spec, options)
    chunks = np.array_split(np.arange(samples.n_samples), max(1, samples.n_samples // 32))
    start = Span.now()
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        prepared = [
            one
            for part in threads.map(
                lambda chunk: encoder.preparer([samples.items[i].decode() for i in chunk]), chunks
            )
            for one in part
        ]
    decode = Span.now() - start
    (order,) = split_by_length([one.length for one in prepared], exact=False)
    start = Span.now()
    for place in range(0, len(order), PLAIN_BATCH):
        encoder.forward(encoder.collate([prepared[i] for i in order[place : place + PLAIN_BATCH]]))
    return decode, Span.now() - start


def bound(samples: Samples, spec: ModelSpec, options: ExtractionOptions) -> Span:
    """Both halves one after the other; on a GPU, which works beside the processor, the slower of them."""
    decode, forward = halves(samples, spec, options)
    if options.device.startswith("cuda"):
        return max(decode, forward, key=lambda half: half.clock)
    return decode + forward


def plain_loop(samples: Samples, folder: Path, modality: str, device: str) -> Span:
    """Measure the loop that people write."""
    model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32).eval().to(device)
    prepare: Callable[[list[Any]], Any]
    if modality == TEXT:
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        prepare = lambda some: tokenizer(some, padding=True, truncation=True, return_tensors="pt")  # noqa: E731
    else:
        processor = transformers.AutoImageProcessor.from_pretrained(folder, backend="pil")
        prepare = lambda some: processor(images=some, return_tensors="pt")  # noqa: E731
    start = Span.now()
    with torch.no_grad():
        for place in range(0, samples.n_samples, PLAIN_BATCH):
            some = [item.decode() for item in samples.items[place : place + PLAIN_BATCH]]
            model(**prepare(some).to(device)).last_hidden_state.mean(1).cpu()
    return Span.now() - start


def transformer_ranker(python: str, folder: Path, some: Sequence[str], device: str) -> Span:
    """Measure what transformer-ranker's embedder needs for the same texts."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(some, file)
        file.flush()
        command = [python, "-c", OTHERS, file.name, str(folder), device]
        environment = os.environ | {"OMP_NUM_THREADS": str(torch.get_num_threads())}
        environment.pop("PYTHONPATH", None)  # another interpreter's
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    clock, processor = done.stdout.split()[-2:]
    return Span(float(clock), float(processor))


def row(name: str, spans: Sequence[Span], count: int, own: Sequence[Span], *, by_clock: bool) -> None:
    """Print one row: the rate, and the ratio of ours to it where it is another's."""
    rate = count / min(span.clock for span in spans)
    line = f"  {name:34s}{rate:8.1f} a second by the clock"
    if own is not spans:
        by = {
            which: sorted(getattr(s, which) / getattr(o, which) for s, o in zip(spans, own, strict=True))
            for which in ("clock", "processor")
        }
        ratios = by["clock" if by_clock else "processor"]
        line += (
            f"; ours is {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}) times as fast"
        )
        if not by_clock:
            line += f", by the clock {statistics.median(by['clock']):.2f}"
    tell(line)


def compare(modality: str, folder: Path, options: argparse.Namespace, kind: str = "scipy") -> None:
    """Print the rows of one modality."""
    count = options.count or COUNTS[modality]
    samples = {
        TEXT: lambda: text_samples(texts(count, TEXT_KINDS[kind])),
        IMAGE: lambda: pictures(folder / "pictures", count),
        AUDIO: lambda: recordings(folder / "recordings", count),
    }[modality]()
    (spec,) = local_models(build(folder / modality, modality, options.size), wanted=modality)
    path = Path(spec.path or "")
    taken: dict[str, list[Span]] = {}
    for _ in range(options.rounds):
        for name in options.dtype or DTYPES:
            setting = ExtractionOptions(device=options.device, dtype=name)
            taken.setdefault(f"ours, {name}", []).append(ours(samples, spec, setting))
            if not options.no_bound:
                concrete = replace(setting, dtype=_dtype(setting, options.device))
                taken.setdefault(f"the bound, {name}", []).append(bound(samples, spec, concrete))
        if modality != AUDIO:
            plain = plain_loop(samples, path, modality, options.device)
            taken.setdefault("the plain loop", []).append(plain)
        if modality == TEXT and options.transformer_ranker:
            some = texts(count, TEXT_KINDS[kind])
            other = transformer_ranker(options.transformer_ranker, path, some, options.device)
            taken.setdefault("transformer-ranker", []).append(other)
    about = f"{modality} of {kind}" if modality == TEXT else modality
    tell(f"{about}: {samples.n_samples} samples, {spec.model_type}, {spec.n_parameters:,} parameters")
    by_clock = options.device != "cpu"
    for name, spans in taken.items():
        _, _, dtype = name.partition(", ")
        for own in [dtype] if dtype else options.dtype or DTYPES:
            label = name if dtype else f"{name}, to {own}"
            row(label, spans, samples.n_samples, taken[f"ours, {own}"], by_clock=by_clock)


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
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dtype", action="append", choices=DTYPES)
    parser.add_argument("--texts", action="append", choices=[*TEXT_KINDS])
    parser.add_argument("--no-bound", action="store_true")
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
        for kind in (options.texts or TEXT_KINDS) if modality == TEXT else ["scipy"]:
            with tempfile.TemporaryDirectory() as folder:
                compare(modality, Path(folder), options, kind)


if __name__ == "__main__":
    main()
