"""The command-line options of a run: one row for each field of ``RunOptions``.

The ``rank`` command reads its options by these rows, and the command that repeats a run is written by them.
"""

from __future__ import annotations

import math

from ptmrank_core.metrics import (
    LABEL_EMBEDDINGS,
    REFERENCE_EMBEDDINGS,
    SOURCE_EMBEDDINGS,
    metrics_reading,
    resolve_metrics,
    titles_reading,
)
from ptmrank_core.ranking.spread import MIN_PARTS
from ptmrank_core.records import (
    BUILT_IN_REFERENCES,
    NORMALISATIONS,
    Analyses,
    ModelSpec,
    RunOptions,
)
from ptmrank_core.results.option_kinds import (
    RankOption,
    SwitchOption,
    TextOption,
    choice,
    number,
    unless_zero,
)
from ptmrank_core.results.reading_options import READING_OPTIONS

__all__ = ["BY_COMMA", "ONE_HOT", "RANK_OPTIONS", "name_model"]

BY_COMMA, ONE_HOT = ",", "one-hot"


def name_model(spec: ModelSpec) -> str | None:
    """Name one model as the command line takes it; ``None`` where it has no name there."""
    if spec.source == "function":
        return None
    is_by_path = spec.source == "features" or (spec.source == "local" and not spec.id.startswith("local:"))
    return spec.path if is_by_path else spec.id


def _own_reference(source: str | None) -> str | None:
    """Name the user's own reference set; without one the built-in set is used."""
    return None if source in BUILT_IN_REFERENCES.values() else source


def _is_fine_tuned(options: RunOptions) -> bool:
    default = Analyses().fine_tune_seconds
    return options.analyses.fine_tune > 0 or options.analyses.fine_tune_seconds != default


def _minutes(text: str) -> float:
    """Parse a number of minutes; return seconds."""
    parse = number(
        float, "--decide", lambda given: math.isfinite(given) and given > 0, "a positive number of minutes"
    )
    return round(60 * parse(text), 6)


_minutes.__name__ = "number"  # what argparse calls it where the text is none


RANK_OPTIONS: tuple[RankOption, ...] = (
    TextOption(
        "metrics",
        "--metrics",
        help="comma-separated names, or all",
        parse=resolve_metrics,
        write=BY_COMMA.join,
    ),
    *READING_OPTIONS,
    TextOption("options.dtype", "--dtype", help="auto, float32, bfloat16 or float16"),
    TextOption(
        "options.device",
        "--device",
        help="auto, cpu, cuda, cuda:N or mps; several of a kind, separated by commas (cuda:0,cuda:1), run a "
        "model each at a time",
    ),
    TextOption(
        "options.batch_size",
        "--batch-size",
        help="samples in one forward pass; by default the fastest that fits into memory",
        parse=int,
        write=unless_zero,
    ),
    TextOption("seed", "--seed", help="seed of everything random", parse=int),
    TextOption(
        "reference_source",
        "--reference",
        help="a zip or folder of general samples of the same modality, no labels needed "
        f"({titles_reading(REFERENCE_EMBEDDINGS)})",
        write=_own_reference,
        for_features=False,
    ),
    TextOption(
        "source_samples",
        "--source",
        help=f"labelled samples of what the models were trained on ({titles_reading(SOURCE_EMBEDDINGS)})",
        for_features=False,
    ),
    TextOption(
        "label_encoder",
        "--label-encoder",
        help=f"text model that embeds the class names ({titles_reading(LABEL_EMBEDDINGS)}), or {ONE_HOT}",
        write=lambda spec: name_model(spec) if spec else ONE_HOT,
        for_features=False,
        is_written=lambda options: bool(metrics_reading(LABEL_EMBEDDINGS, options.metrics)),
    ),
    TextOption(
        "analyses.half_samples",
        "--intervals",
        help="parts of the samples on which each metric is scored, for rank intervals; 0 for none; "
        "by default 60, and 20 under slow metrics that weigh much",
        parse=number(
            int,
            "--intervals",
            lambda number: number == 0 or number >= MIN_PARTS,
            f"0, or at least {MIN_PARTS}",
            "The spread cannot be estimated from fewer parts of the samples.",
        ),
    ),
    TextOption(
        "normalise",
        "--normalise",
        help="unit of the features: none, rms (one factor) or standardise",
        parse=choice("normalisation", NORMALISATIONS),
    ),
    TextOption(
        "analyses.fine_tune",
        "--fine-tune",
        help="fine-tune the K most promising models briefly",
        metavar="K",
        parse=number(int, "--fine-tune", lambda number: number >= 0, "0 or a number of models"),
        write=unless_zero,
    ),
    TextOption(
        "analyses.fine_tune_seconds",
        "--fine-tune-seconds",
        help="time for that, all models together",
        parse=number(
            float,
            "--fine-tune-seconds",
            lambda seconds: math.isfinite(seconds) and seconds > 0,
            "a positive number of seconds",
        ),
        write=lambda seconds: repr(seconds).removesuffix(".0"),
        is_written=_is_fine_tuned,
    ),
    TextOption(
        "analyses.decide_seconds",
        "--decide",
        help="train the plausible models in growing doses until one is decided on, within so many minutes "
        "after the first ranking; the best is trained to the end",
        metavar="MINUTES",
        parse=_minutes,
        write=lambda seconds: f"{seconds / 60:.10g}" if seconds else None,
    ),
    SwitchOption(
        "analyses.lora",
        {True: "--lora"},
        help="a race trains low-rank adapters (LoRA) and a head instead of all weights; needs the extra peft",
    ),
    SwitchOption(
        "options.layers", {True: "--layers"}, help="score every hidden layer too", for_features=False
    ),
    SwitchOption(
        "analyses.probe", {False: "--no-probe"}, help="fit no linear probe; the votes then rest on priors"
    ),
    SwitchOption(
        "analyses.sample_sizes",
        {True: "--sample-sizes", False: "--no-sample-sizes"},
        help="rank on fewer samples too; by default where that takes a minute at most",
    ),
    SwitchOption(
        "analyses.controls", {True: "--controls"}, help="score permuted labels and untrained models too"
    ),
    SwitchOption(
        "analyses.references",
        {False: "--no-references"},
        help="do not probe plain features and an untrained twin beside the candidates",
        for_features=False,
    ),
    SwitchOption(
        "analyses.projections",
        {False: "--no-projections"},
        help="do not project the best models' features to two dimensions (LDA, t-SNE)",
    ),
)
