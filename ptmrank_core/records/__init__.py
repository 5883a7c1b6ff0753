"""The records that flow through the house: frozen, arrays in them read-only.

source -> Samples -> (x ModelSpec) Features -> (x MetricSpec) Cell -> RunResult -> Ranking
"""

from ptmrank_core.records.arrays import FloatArray, pack_array, unpack_array
from ptmrank_core.records.decoding import decode
from ptmrank_core.records.findings import EVERY_ANALYSIS, Analyses, Finding
from ptmrank_core.records.metrics import MetricOutput, MetricSpec
from ptmrank_core.records.models import (
    EmbeddingFunction,
    ExtractionOptions,
    Features,
    ModelSource,
    ModelSpec,
    ReadyFeatures,
    SetFeatures,
)
from ptmrank_core.records.options import NORMALISATIONS, RunOptions, replace_fields
from ptmrank_core.records.rankings import Ranking, RankIntervals
from ptmrank_core.records.runs import (
    LOCAL_OWNER,
    Cell,
    Failure,
    ModelOutcome,
    RunPlan,
    RunResult,
    RunState,
    Score,
    Skipped,
    Stage,
)
from ptmrank_core.records.samples import (
    AS_RECOGNISED,
    BUILT_IN_REFERENCES,
    Blob,
    BytesBlob,
    Item,
    LeftOut,
    Modality,
    Reading,
    Samples,
    SamplesSummary,
    TargetKind,
    Waveform,
    WordInContext,
)
from ptmrank_core.records.truth import Truth
from ptmrank_core.records.votes import Sensitivity, Vote, Without

__all__ = [
    "AS_RECOGNISED",
    "BUILT_IN_REFERENCES",
    "EVERY_ANALYSIS",
    "LOCAL_OWNER",
    "NORMALISATIONS",
    "Analyses",
    "Blob",
    "BytesBlob",
    "Cell",
    "EmbeddingFunction",
    "ExtractionOptions",
    "Failure",
    "Features",
    "Finding",
    "FloatArray",
    "Item",
    "LeftOut",
    "MetricOutput",
    "MetricSpec",
    "Modality",
    "ModelOutcome",
    "ModelSource",
    "ModelSpec",
    "RankIntervals",
    "Ranking",
    "Reading",
    "ReadyFeatures",
    "RunOptions",
    "RunPlan",
    "RunResult",
    "RunState",
    "Samples",
    "SamplesSummary",
    "Score",
    "Sensitivity",
    "SetFeatures",
    "Skipped",
    "Stage",
    "TargetKind",
    "Truth",
    "Vote",
    "Waveform",
    "Without",
    "WordInContext",
    "decode",
    "pack_array",
    "replace_fields",
    "unpack_array",
]
