"""A user's source -> Samples: uploads, archives, folders, tables, files, labels, demo samples."""

from ptmrank_core.data.builtin.demo import DEMO_SAMPLES, DemoSamples
from ptmrank_core.data.decisions import apply_corrections, load_corrections, read_decisions
from ptmrank_core.data.features.loading import FEATURES_PREFIX, load_feature_samples, load_features
from ptmrank_core.data.features.npz import load_arrays
from ptmrank_core.data.finetuning_results import load_truth, read_truth, recorded_truth
from ptmrank_core.data.hub.places import HUB_PREFIX, read_place
from ptmrank_core.data.hub.taking import pin_dataset
from ptmrank_core.data.labels.class_names import name_samples
from ptmrank_core.data.loading import finish_samples, load_all_samples, load_samples
from ptmrank_core.data.media.audio import AudioItem, decode_audio
from ptmrank_core.data.media.images import ImageItem, decode_image
from ptmrank_core.data.media.video import VideoClip, VideoItem
from ptmrank_core.data.objects.loading import load_objects
from ptmrank_core.data.objects.options import ObjectReading, read_options
from ptmrank_core.data.preview import SourceOverview, preview
from ptmrank_core.data.quality import with_warnings
from ptmrank_core.data.reference import load_reference
from ptmrank_core.data.sources.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.subsampling import subsample
from ptmrank_core.data.tables import TableDescription
from ptmrank_core.data.upload_check import check_upload
from ptmrank_core.data.uploads import store_features, store_upload

__all__ = [
    "DEFAULT_LIMITS",
    "DEMO_SAMPLES",
    "FEATURES_PREFIX",
    "HUB_PREFIX",
    "AudioItem",
    "DemoSamples",
    "ImageItem",
    "Limits",
    "ObjectReading",
    "SourceOverview",
    "TableDescription",
    "VideoClip",
    "VideoItem",
    "apply_corrections",
    "check_upload",
    "decode_audio",
    "decode_image",
    "finish_samples",
    "load_all_samples",
    "load_arrays",
    "load_corrections",
    "load_feature_samples",
    "load_features",
    "load_objects",
    "load_reference",
    "load_samples",
    "load_truth",
    "name_samples",
    "pin_dataset",
    "preview",
    "read_decisions",
    "read_options",
    "read_place",
    "read_truth",
    "recorded_truth",
    "store_features",
    "store_upload",
    "subsample",
    "with_warnings",
]
