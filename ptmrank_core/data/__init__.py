"""A user's source -> Samples: uploads, archives, folders, tables, files, labels, demo samples."""

from ptmrank_core.data.arrays import load_arrays
from ptmrank_core.data.audio import AudioItem, decode_audio
from ptmrank_core.data.class_names import name_samples
from ptmrank_core.data.images import ImageItem, decode_image
from ptmrank_core.data.limits import DEFAULT_LIMITS, Limits
from ptmrank_core.data.loading import load_samples
from ptmrank_core.data.ready_made import load_feature_samples, load_features
from ptmrank_core.data.reference import load_reference
from ptmrank_core.data.uploads import store_upload
from ptmrank_core.data.video import VideoClip, VideoItem

__all__ = [
    "DEFAULT_LIMITS",
    "AudioItem",
    "ImageItem",
    "Limits",
    "VideoClip",
    "VideoItem",
    "decode_audio",
    "decode_image",
    "load_arrays",
    "load_feature_samples",
    "load_features",
    "load_reference",
    "load_samples",
    "name_samples",
    "store_upload",
]
