"""A user's source -> Samples: uploads, archives, folders, tables, files, labels, demo samples."""

from ptmrank_core.data.arrays import load_arrays
from ptmrank_core.data.audio import AudioItem, decode_audio
from ptmrank_core.data.class_names import name_samples
from ptmrank_core.data.demo import DEMO_SAMPLES, DemoSamples
from ptmrank_core.data.images import ImageItem, decode_image
from ptmrank_core.data.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.loading import load_all_samples, load_samples
from ptmrank_core.data.overview import SourceOverview, look_at
from ptmrank_core.data.pairs import PAIRS_PREFIX, pair_samples
from ptmrank_core.data.ready_made import FEATURES_PREFIX, load_feature_samples, load_features
from ptmrank_core.data.reference import load_reference
from ptmrank_core.data.tables import TableDescription
from ptmrank_core.data.thinning import thin_samples
from ptmrank_core.data.truth import load_truth, read_truth, recorded_truth
from ptmrank_core.data.uploads import store_features, store_upload
from ptmrank_core.data.video import VideoClip, VideoItem
from ptmrank_core.data.warnings import with_warnings

__all__ = [
    "DEFAULT_LIMITS",
    "DEMO_SAMPLES",
    "FEATURES_PREFIX",
    "PAIRS_PREFIX",
    "AudioItem",
    "DemoSamples",
    "ImageItem",
    "Limits",
    "SourceOverview",
    "TableDescription",
    "VideoClip",
    "VideoItem",
    "decode_audio",
    "decode_image",
    "load_all_samples",
    "load_arrays",
    "load_feature_samples",
    "load_features",
    "load_reference",
    "load_samples",
    "load_truth",
    "look_at",
    "name_samples",
    "pair_samples",
    "read_truth",
    "recorded_truth",
    "store_features",
    "store_upload",
    "thin_samples",
    "with_warnings",
]
