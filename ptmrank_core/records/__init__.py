"""The records that flow through the house: frozen, arrays in them read-only.

source -> Samples -> (x ModelSpec) Features -> (x MetricSpec) Cell -> RunResult -> Ranking
"""

from ptmrank_core.records.analyses import EVERY_ANALYSIS, Analyses
from ptmrank_core.records.analysis_results import (
    VALUE,
    ControlScores,
    FineTuning,
    HalfSampleScores,
    ModelHalfSamples,
    PartScores,
    PermutedScores,
    ProbeResult,
    ScoreParts,
    TrainingResult,
)
from ptmrank_core.records.arrays import FloatArray, PackedArray, pack_array
from ptmrank_core.records.decoding import decode
from ptmrank_core.records.findings import RESULT_KINDS, AnalysisResult, Finding, contents_of, problems_of
from ptmrank_core.records.maps import ClassDistances, ProjectedEmbeddings, Trust
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
from ptmrank_core.records.search import SearchDecision, SearchReport, SearchRound
from ptmrank_core.records.truth import IMPORTED, RECORDED, Truth
from ptmrank_core.records.votes import Sensitivity, Vote, Without

__all__ = [
    "AS_RECOGNISED",
    "BUILT_IN_REFERENCES",
    "EVERY_ANALYSIS",
    "IMPORTED",
    "LOCAL_OWNER",
    "NORMALISATIONS",
    "RECORDED",
    "RESULT_KINDS",
    "VALUE",
    "Analyses",
    "AnalysisResult",
    "Blob",
    "BytesBlob",
    "Cell",
    "ClassDistances",
    "ControlScores",
    "EmbeddingFunction",
    "ExtractionOptions",
    "Failure",
    "Features",
    "Finding",
    "FineTuning",
    "FloatArray",
    "HalfSampleScores",
    "Item",
    "LeftOut",
    "MetricOutput",
    "MetricSpec",
    "Modality",
    "ModelHalfSamples",
    "ModelOutcome",
    "ModelSource",
    "ModelSpec",
    "PackedArray",
    "PartScores",
    "PermutedScores",
    "ProbeResult",
    "ProjectedEmbeddings",
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
    "ScoreParts",
    "SearchDecision",
    "SearchReport",
    "SearchRound",
    "Sensitivity",
    "SetFeatures",
    "Skipped",
    "Stage",
    "TargetKind",
    "TrainingResult",
    "Trust",
    "Truth",
    "Vote",
    "Waveform",
    "Without",
    "WordInContext",
    "contents_of",
    "decode",
    "pack_array",
    "problems_of",
    "replace_fields",
]
